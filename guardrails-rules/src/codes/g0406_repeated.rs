//! G0406: clause is repeated.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0406",
    title: Phrase::fixed("clause is repeated", "子句重复"),
    why: Phrase::fixed(
        "A clause that stands once in a declaration is written again.",
        "声明里只能写一次的子句又写了一次。",
    ),
    fix: Phrase::fixed(
        "Keep the one that is right and take the other away.",
        "保留正确的一个，删去另一个。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text }
skill quote.draft { does update on Quote  impact 3  impact 4  allow SALES_REP }
",
        right: r"
guard 1
entity Quote { id : text }
skill quote.draft { does update on Quote  impact 4  allow SALES_REP }
",
    },
};
