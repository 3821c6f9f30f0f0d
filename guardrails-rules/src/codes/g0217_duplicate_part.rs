//! G0217: written twice.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0217",
    title: Phrase::fixed("written twice", "重复书写"),
    why: Phrase::fixed(
        "A field, member, clause or annotation that stands once is written twice.",
        "只能写一次的字段、成员、子句或注解写了两次。",
    ),
    fix: Phrase::fixed("Take one of the two away.", "删去其中一个。"),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote {
    id : text
    id : int
}
",
        right: r"
guard 1
entity Quote {
    id : text
}
",
    },
};
