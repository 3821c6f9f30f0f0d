//! G0401: sensitivity is not 1 to 5.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0401",
    title: Phrase::fixed("sensitivity is not 1 to 5", "敏感级别不在 1 到 5 之间"),
    why: Phrase::fixed(
        "Sensitivity runs from 1 (public) to 5 (secret).",
        "敏感级别从 1（公开）到 5（机密）。",
    ),
    fix: Phrase::fixed(
        "Write `@sensitivity(1)` to `@sensitivity(5)`.",
        "写 `@sensitivity(1)` 到 `@sensitivity(5)`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { cost_price : money(CNY) @sensitivity(7) }
",
        right: r"
guard 1
entity Quote { cost_price : money(CNY) @sensitivity(5) }
",
    },
};
