//! G0103: brackets do not match.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0103",
    title: Phrase::fixed("brackets do not match", "括号不配对"),
    why: Phrase::fixed(
        "A bracket is closed by another kind, is never closed, or closes nothing.",
        "括号用了另一种括号来闭合，或者没有闭合，或者没有对应的开括号。",
    ),
    fix: Phrase::fixed(
        "Close each `(`, `[` and `{` with its own `)`, `]` and `}`, in the opposite order.",
        "用各自的 `)`、`]`、`}` 闭合每个 `(`、`[`、`{`，次序相反。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text }
grant SALES_REP on Quote {
    read id
",
        right: r"
guard 1
entity Quote { id : text }
grant SALES_REP on Quote {
    read id
}
",
    },
};
