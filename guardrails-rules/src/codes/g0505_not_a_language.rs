//! G0505: not the tag of a language.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0505",
    title: Phrase::fixed("not the tag of a language", "不是语言标签"),
    why: Phrase::fixed(
        "A translation is chosen by the tag of the reader's language. Nobody asks for this one, so nobody would see the text.",
        "译文按读者语言的标签来选择。没有人会请求这个标签，因此没有人会看到这段文字。",
    ),
    fix: Phrase::fixed(
        "Write the two or three letters of BCP 47, such as `en` or `zh`.",
        "写 BCP 47 的两三个字母，例如 `en` 或 `zh`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 40%
    then deny TOO_DEEP because "折扣过高" / english "the discount is too deep"
}
"#,
        right: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 40%
    then deny TOO_DEEP because "折扣过高" / en "the discount is too deep"
}
"#,
    },
};
