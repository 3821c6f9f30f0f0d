//! G0505: translation is not shown.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0505",
    title: Phrase::fixed("translation is not shown", "译文不会显示"),
    why: Phrase::fixed(
        "This version shows the first text of a message to everyone.",
        "这个版本向所有人显示消息的第一段文字。",
    ),
    fix: Phrase::fixed(
        "Put the text that everyone can read first.",
        "把所有人都能读懂的文字放在第一段。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 40%
    then deny TOO_DEEP because "折扣过高" / en "the discount is too deep"
}
"#,
        right: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 40%
    then deny TOO_DEEP because "折扣过高 / the discount is too deep"
}
"#,
    },
};
