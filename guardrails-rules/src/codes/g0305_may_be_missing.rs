//! G0305: value may be missing.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0305",
    title: Phrase::fixed("value may be missing", "值可能缺失"),
    why: Phrase::fixed(
        "The field is optional and its absence is not handled. A condition that cannot be known \
         counts as true in a rule that restricts, and as false in a grant.",
        "这个字段可以缺失，而条件没有考虑缺失的情况。无法判断的条件，在限制性的规则里算成立，在\
         授权里算不成立。",
    ),
    fix: Phrase::fixed(
        "Say what holds when it is missing: `notes is present and …`, or give a value in its \
         place: `(notes ?? \"\")`.",
        "写明缺失时怎么办：`notes is present and …`，或者给出替代值：`(notes ?? \"\")`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { notes : text? }
rule stop {
    on   update of Quote
    when notes contains "refund"
    then deny STOP
}
"#,
        right: r#"
guard 1
entity Quote { notes : text? }
rule stop {
    on   update of Quote
    when (notes ?? "") contains "refund"
    then deny STOP
}
"#,
    },
};
