//! G0532: rule without a reason.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0532",
    title: Phrase::fixed("rule without a reason", "不说原因的规则"),
    why: Phrase::fixed(
        "The rule denies or asks for an approval, and whoever is stopped by it is not told \
         why.",
        "规则拒绝操作或要求审批，却不告诉被拦下的人为什么。",
    ),
    fix: Phrase::fixed(
        "Write a reason: `because \"…\"`.",
        "写上原因：`because \"…\"`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text  amount : int }
rule large {
    on   update of Quote
    when amount > 100
    then deny TOO_LARGE
}
"#,
        right: r#"
guard 1
entity Quote { id : text  amount : int }
rule large {
    on   update of Quote
    when amount > 100
    then deny TOO_LARGE because "{amount} is over 100"
}
"#,
    },
};
