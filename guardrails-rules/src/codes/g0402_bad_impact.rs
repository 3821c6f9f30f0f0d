//! G0402: impact is not 1 to 10.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0402",
    title: Phrase::fixed("impact is not 1 to 10", "影响程度不在 1 到 10 之间"),
    why: Phrase::fixed(
        "The impact of a skill's operation runs from 1 to 10, and enters the risk score as it \
         is.",
        "技能的影响程度从 1 到 10，直接计入风险分。",
    ),
    fix: Phrase::fixed(
        "Write a number from 1 (harmless) to 10 (gravest).",
        "写 1（无害）到 10（最严重）之间的数字。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text }
skill quote.draft { does update on Quote  impact 11  allow SALES_REP }
",
        right: r"
guard 1
entity Quote { id : text }
skill quote.draft { does update on Quote  impact 10  allow SALES_REP }
",
    },
};
