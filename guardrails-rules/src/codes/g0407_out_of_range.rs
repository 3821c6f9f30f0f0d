//! G0407: value is out of range.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0407",
    title: Phrase::fixed("value is out of range", "值超出范围"),
    why: Phrase::fixed(
        "A number, duration or limit is outside of what makes sense in its place.",
        "数字、时长或限额超出了这里合理的范围。",
    ),
    fix: Phrase::fixed(
        "Write a value within the range that the message names.",
        "写消息所说范围之内的值。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text }
skill quote.draft { does update on Quote  impact 3  allow SALES_REP  limit 0 per minute per user }
",
        right: r"
guard 1
entity Quote { id : text }
skill quote.draft { does update on Quote  impact 3  allow SALES_REP  limit 60 per minute per user }
",
    },
};
