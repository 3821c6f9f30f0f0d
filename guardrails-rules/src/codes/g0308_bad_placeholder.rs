//! G0308: placeholder cannot be read.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0308",
    title: Phrase::fixed("placeholder cannot be read", "无法读取占位符"),
    why: Phrase::fixed(
        "A message holds a `{` without its `}`, or something other than a field between them.",
        "消息里的 `{` 没有对应的 `}`，或者两者之间不是字段。",
    ),
    fix: Phrase::fixed(
        "Write a field between braces: `{discount}`. For a brace itself write `{{` or `}}`.",
        "在花括号里写字段：`{discount}`。要写花括号本身，写 `{{` 或 `}}`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 15%
    then deny TOO_DEEP because "the limit is {15"
}
"#,
        right: r#"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 15%
    then deny TOO_DEEP because "{discount} is too deep"
}
"#,
    },
};
