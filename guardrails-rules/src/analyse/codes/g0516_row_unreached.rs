//! G0516: row that is never reached.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0516",
    title: Phrase::fixed("row that is never reached", "永远到不了的行"),
    why: Phrase::fixed(
        "In a `first` table the first row that holds ends the search. Earlier rows take every \
         case of this one.",
        "在 `first` 表里，第一个成立的行结束查找。前面的行已经取走这一行的全部情形。",
    ),
    fix: Phrase::fixed(
        "Move the row up, or remove it.",
        "把这一行上移，或者去掉它。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int }
table terms on update of Quote hit first {
    amount => then
    > 100  => deny TOO_LARGE
    > 500  => deny FAR_TOO_LARGE
    -      => allow
}
",
        right: r"
guard 1
entity Quote { id : text  amount : int }
table terms on update of Quote hit first {
    amount => then
    > 500  => deny FAR_TOO_LARGE
    > 100  => deny TOO_LARGE
    -      => allow
}
",
    },
};
