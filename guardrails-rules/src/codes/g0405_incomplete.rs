//! G0405: something is missing.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0405",
    title: Phrase::fixed("something is missing", "缺少必要的部分"),
    why: Phrase::fixed(
        "The declaration leaves out a part without which it means nothing.",
        "这个声明少了一个必不可少的部分。",
    ),
    fix: Phrase::fixed(
        "Add the part that the message names.",
        "补上消息里所说的部分。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text }
skill quote.draft { impact 3  allow SALES_REP }
",
        right: r"
guard 1
entity Quote { id : text }
skill quote.draft { does update on Quote  impact 3  allow SALES_REP }
",
    },
};
