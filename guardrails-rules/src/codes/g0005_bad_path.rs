//! G0005: path is not inside the bundle.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0005",
    title: Phrase::fixed("path is not inside the bundle", "路径不在策略包之内"),
    why: Phrase::fixed(
        "Paths of a bundle are relative, use `/`, stay inside the bundle's folder, and appear \
         once. A policy must not be able to read any other file of the computer.",
        "策略包里的路径是相对路径，用 `/` 分隔，不离开策略包的文件夹，并且只出现一次。策略不能读\
         取电脑上的其他文件。",
    ),
    fix: Phrase::fixed(
        "Put the file into the folder of the policy, or below it, and write its path from there.",
        "把文件放进策略所在的文件夹或其子文件夹，并写出从那里开始的路径。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Contract { text : text }
list WORDS from "../words.txt"
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
