//! G0210: unknown word.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0210",
    title: Phrase::fixed("unknown word", "未知的词"),
    why: Phrase::fixed(
        "One of a fixed set of words was due: an operation, a unit, a status, a risk level, a \
         class of personal data.",
        "这里要写一组固定的词之一：操作、单位、状态、风险等级或个人信息的类别。",
    ),
    fix: Phrase::fixed(
        "Write one of the words that the message lists.",
        "写消息里列出的词之一。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text }
rule tell {
    on   updaet of Quote
    then notify "desk"
}
"#,
        right: r#"
guard 1
entity Quote { id : text }
rule tell {
    on   update of Quote
    then notify "desk"
}
"#,
    },
};
