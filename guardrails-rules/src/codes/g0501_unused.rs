//! G0501: declared and never used.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0501",
    title: Phrase::fixed("declared and never used", "声明后没有使用"),
    why: Phrase::fixed(
        "Nothing reads this const or list.",
        "没有任何地方读取这个常量或列表。",
    ),
    fix: Phrase::fixed(
        "Use it in a condition, or take it away.",
        "在条件里使用它，或者删去它。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
const LIMIT = 15%
entity Quote { discount : percent }
rule too_deep { on update of Quote when discount > 15% then deny TOO_DEEP }
",
        right: r"
guard 1
const LIMIT = 15%
entity Quote { discount : percent }
rule too_deep { on update of Quote when discount > LIMIT then deny TOO_DEEP }
",
    },
};
