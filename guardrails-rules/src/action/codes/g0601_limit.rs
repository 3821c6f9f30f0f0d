//! G0601: script over a limit.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0601",
    title: Phrase::fixed("script over a limit", "脚本超过上限"),
    why: Phrase::fixed(
        "A script has at most 4 KiB of text (`action_bytes`) and 64 levels of nesting \
         (`action_depth`); a long chain of operators or of `else if` nests too.",
        "脚本最多 4 KiB（`action_bytes`），嵌套最多 64 层（`action_depth`）；一长串运算符或 \
         `else if` 也算嵌套。",
    ),
    fix: Phrase::fixed(
        "Say it in the rule's condition with `when`, or make several rules of it.",
        "用规则的 `when` 条件来写，或者拆成几条规则。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        let score = 0.1
             + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1
             + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1
             + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1
             + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1
             + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1
             + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1
             + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1;
        risk.add("always", score);
    }
}
"#,
        right: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        let score = 7.1;
        risk.add("always", score);
    }
}
"#,
    },
};
