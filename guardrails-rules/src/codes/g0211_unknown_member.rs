//! G0211: value is not in the enum.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0211",
    title: Phrase::fixed("value is not in the enum", "枚举里没有这个值"),
    why: Phrase::fixed(
        "The field can never hold this value, so the comparison could never be what its author \
         meant.",
        "这个字段永远不会是这个值，所以这个比较不可能是作者的意思。",
    ),
    fix: Phrase::fixed(
        "Write one of the members of the enum, without quotation marks.",
        "写该枚举的成员之一，不加引号。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { stage : enum { DRAFT, SENT, WON } }
rule closed {
    on   update of Quote
    when stage == WONN
    then deny CLOSED
}
",
        right: r"
guard 1
entity Quote { stage : enum { DRAFT, SENT, WON } }
rule closed {
    on   update of Quote
    when stage == WON
    then deny CLOSED
}
",
    },
};
