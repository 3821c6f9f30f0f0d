//! G0207: list file is missing.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0207",
    title: Phrase::fixed("list file is missing", "缺少列表文件"),
    why: Phrase::fixed(
        "The file that a list is read from is not in the bundle's folder.",
        "列表要读取的文件不在策略包的文件夹里。",
    ),
    fix: Phrase::fixed(
        "Put the file into the folder, one entry per line, or write the entries here in \
         brackets.",
        "把文件放进文件夹，每行一项；或者用方括号把各项写在这里。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Contract { text : text }
list WORDS from "wrods.txt"
rule no_such_words {
    on   update of Contract
    when text in WORDS
    then deny FORBIDDEN_WORD
}
"#,
        right: r#"
guard 1
entity Contract { text : text }
list WORDS = ["unlimited liability"]
rule no_such_words {
    on   update of Contract
    when text in WORDS
    then deny FORBIDDEN_WORD
}
"#,
    },
};
