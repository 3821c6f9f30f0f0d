//! G0409: rule is never in force.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0409",
    title: Phrase::fixed("rule is never in force", "规则永远不生效"),
    why: Phrase::fixed(
        "The first day of the rule (`@since`) is after its last (`@until`).",
        "规则的第一天（`@since`）晚于最后一天（`@until`）。",
    ),
    fix: Phrase::fixed(
        "Exchange the two dates, or correct one of them.",
        "交换这两个日期，或者改正其中一个。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text }
rule spring @since(2026-05-31) @until(2026-03-01) { on update of Quote then notify "desk" }
"#,
        right: r#"
guard 1
entity Quote { id : text }
rule spring @since(2026-03-01) @until(2026-05-31) { on update of Quote then notify "desk" }
"#,
    },
};
