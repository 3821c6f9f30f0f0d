//! G0415: percent sign twice.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0415",
    title: Phrase::fixed("percent sign twice", "百分号重复"),
    why: Phrase::fixed(
        "A percent in a message is shown with its sign, `15%`. A sign behind the brace comes out as `15%%`.",
        "消息中的百分比自带符号，显示为 `15%`。花括号后再写一个就成了 `15%%`。",
    ),
    fix: Phrase::fixed("Remove the sign behind the brace.", "删去花括号后的符号。"),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 40%
    then deny TOO_DEEP because "{discount}% is too deep"
}
"#,
        right: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 40%
    then deny TOO_DEEP because "{discount} is too deep"
}
"#,
    },
};
