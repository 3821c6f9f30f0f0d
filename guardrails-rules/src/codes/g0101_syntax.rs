//! G0101: text does not follow the grammar.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0101",
    title: Phrase::fixed("text does not follow the grammar", "文本不符合语法"),
    why: Phrase::fixed(
        "Something stands where the language has no place for it. The rest of the declaration \
         was not read; the following ones were.",
        "这里出现了语法不允许的内容。这个声明余下的部分没有读；后面的声明都读了。",
    ),
    fix: Phrase::fixed(
        "Write one of the things that the message lists as expected. A rule reads: on … of …, \
         when …, then ….",
        "写上消息里列出的内容之一。一条规则依次是：on … of …、when …、then …。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { discount : percent }
rule too_deep {
    when discount > 15%
    then deny TOO_DEEP
}
",
        right: r"
guard 1
entity Quote { discount : percent }
rule too_deep {
    on   update of Quote
    when discount > 15%
    then deny TOO_DEEP
}
",
    },
};
