//! G0603: construct refused in scripts.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0603",
    title: Phrase::fixed("construct refused in scripts", "脚本里不允许的写法"),
    why: Phrase::fixed(
        "Scripts always end and reach nothing outside: no loops, functions, closures, imports, \
         `eval`, printing, exceptions or interpolated texts.",
        "脚本总会结束，也接触不到外界：不能有循环、函数、闭包、导入、`eval`、打印、异常或插值文\
         本。",
    ),
    fix: Phrase::fixed(
        "Use `if` and `else`; a question about each item of a list belongs into the rule's \
         condition: `some c in clauses satisfies …`.",
        "用 `if` 和 `else`；要逐项检查列表，写在规则的条件里：`some c in clauses satisfies …`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        while amount > 5.0 { risk.add("large", 1.0); }
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
        if amount > 5.0 { risk.add("large", 1.0); }
    }
}
"#,
    },
};
