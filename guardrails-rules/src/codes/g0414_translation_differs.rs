//! G0414: translation shows other values.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0414",
    title: Phrase::fixed("translation shows other values", "译文显示的值不同"),
    why: Phrase::fixed(
        "Readers of one message learn the same, whatever their language. This translation leaves out a value that the first text shows, or shows one more.",
        "同一条消息的读者无论使用哪种语言，都应得知同样的内容。此译文缺少第一段文字显示的某个值，或者多显示了一个。",
    ),
    fix: Phrase::fixed(
        "Show the same values between braces in each language.",
        "在各语言中用花括号显示相同的值。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 40%
    then deny TOO_DEEP because "折扣过高: {discount}" / en "the discount is too deep"
}
"#,
        right: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 40%
    then deny TOO_DEEP because "折扣过高: {discount}" / en "{discount} is too deep"
}
"#,
    },
};
