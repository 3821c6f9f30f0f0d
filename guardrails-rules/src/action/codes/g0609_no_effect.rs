//! G0609: statement without effect.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0609",
    title: Phrase::fixed("statement without effect", "没有作用的语句"),
    why: Phrase::fixed(
        "The value of this expression is not used.",
        "这个表达式的值没有被使用。",
    ),
    fix: Phrase::fixed(
        "Give it to an effect, such as `risk.add(\"large\", 1.0);`, or take it away.",
        "把它交给某个效果，例如 `risk.add(\"large\", 1.0);`，或者删去它。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        amount + 1.0;
        risk.add("large", 1.0);
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
        risk.add("large", 1.0);
    }
}
"#,
    },
};
