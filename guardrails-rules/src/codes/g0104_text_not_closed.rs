//! G0104: text does not end.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0104",
    title: Phrase::fixed("text does not end", "文本没有结束"),
    why: Phrase::fixed(
        "A text in quotation marks ends on the line it begins on.",
        "引号里的文本要在它开始的那一行结束。",
    ),
    fix: Phrase::fixed(
        "Write `\"` at the end of the text. For a line break inside a text write `\\n`.",
        "在文本末尾写上 `\"`。文本里要换行时写 `\\n`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text }
rule tell {
    on   update of Quote
    then notify "risk-desk
}
"#,
        right: r#"
guard 1
entity Quote { id : text }
rule tell {
    on   update of Quote
    then notify "risk-desk"
}
"#,
    },
};
