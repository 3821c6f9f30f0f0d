//! G0301: wrong type.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0301",
    title: Phrase::fixed("wrong type", "类型不符"),
    why: Phrase::fixed(
        "An operator was given a type it is not for, or two types that cannot meet.",
        "运算符用在了它不适用的类型上，或者两边的类型不能放在一起。",
    ),
    fix: Phrase::fixed(
        "Write a value of the type that the message names: numbers and amounts without \
         quotation marks, texts in quotation marks.",
        "写消息里所说类型的值：数字和金额不加引号，文本加引号。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > "15"
    then deny STOP
}
"#,
        right: r"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 15%
    then deny STOP
}
",
    },
};
