//! G0531: rule without an owner.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0531",
    title: Phrase::fixed("rule without an owner", "没有负责人的规则"),
    why: Phrase::fixed(
        "Somebody must be asked before the rule is changed, and the rule does not say who.",
        "更改规则之前总得问过某个人，而这条规则没有说是谁。",
    ),
    fix: Phrase::fixed(
        "Write who answers for it: `@owner(\"sales-ops\")`.",
        "写上负责人：`@owner(\"sales-ops\")`。",
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
rule large @owner("sales-ops") {
    on   update of Quote
    when amount > 100
    then deny TOO_LARGE
}
"#,
    },
};
