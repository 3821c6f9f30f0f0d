//! G0109: unknown language version.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0109",
    title: Phrase::fixed("unknown language version", "未知的语言版本"),
    why: Phrase::fixed(
        "This release reads version 1 of the language.",
        "这个发行版读取语言的第 1 版。",
    ),
    fix: Phrase::fixed(
        "Write `guard 1`, or use a release that reads the other version.",
        "写 `guard 1`，或者换用能读那个版本的发行版。",
    ),
    example: Example::Text {
        wrong: r"
guard 2
entity Quote { id : text }
",
        right: r"
guard 1
entity Quote { id : text }
",
    },
};
