//! G0515: two rows of a table for one case.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0515",
    title: Phrase::fixed("two rows of a table for one case", "表中两行适用于同一情形"),
    why: Phrase::fixed(
        "In a `unique` table at most one row may hold, and an operation for which two do is \
         denied. In an `any` table all rows that hold must say the same.",
        "在 `unique` 表里至多一行成立，两行同时成立的操作会被拒绝。在 `any` 表里，同时成立的\
         各行必须说法一致。",
    ),
    fix: Phrase::fixed(
        "Make the rows exclude each other, or choose another hit policy.",
        "让两行互相排斥，或者换一种命中方式。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int }
table terms on update of Quote hit unique {
    amount => then
    <= 100 => allow
    >= 100 => deny TOO_LARGE
}
",
        right: r"
guard 1
entity Quote { id : text  amount : int }
table terms on update of Quote hit unique {
    amount => then
    <= 100 => allow
    > 100  => deny TOO_LARGE
}
",
    },
};
