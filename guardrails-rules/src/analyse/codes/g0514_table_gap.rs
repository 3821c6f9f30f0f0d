//! G0514: case that no row of a table is for.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0514",
    title: Phrase::fixed(
        "case that no row of a table is for",
        "表中没有一行适用的情形",
    ),
    why: Phrase::fixed(
        "There is a case for which no row of the table holds. Nothing follows from the table \
         then: what no rule restricts is allowed.",
        "有一种情形，表中没有任何一行成立。这时这张表什么也不决定：没有规则限制的就是允许的。",
    ),
    fix: Phrase::fixed(
        "Add a row for the case, or let one of the rows reach as far.",
        "为这种情形添加一行，或者让已有的某一行也包括它。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int }
table terms on update of Quote hit unique {
    amount => then
    < 100  => allow
    > 100  => deny TOO_LARGE
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
