//! G0518: clause of a grant that changes nothing.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0518",
    title: Phrase::fixed(
        "clause of a grant that changes nothing",
        "授权中不起作用的子句",
    ),
    why: Phrase::fixed(
        "Within one grant the strictest clause on a field wins. Wherever this clause holds, \
         another one on the same field is as strict or stricter, so the field is never seen \
         as this one says.",
        "在同一授权里，对一个字段最严格的子句生效。凡是这一条成立之处，另一条对同一字段同样严\
         格或更严格，所以字段从不按这一条显示。",
    ),
    fix: Phrase::fixed(
        "Remove one of the two, or give the stricter one a `when`.",
        "去掉其中一条，或者给更严格的那条加上 `when`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text  amount : int }
grant MANAGER on Quote {
    read id, amount
    hide amount
}
skill quote.show { does read on Quote  impact 1  allow MANAGER }
"#,
        right: r#"
guard 1
entity Quote { id : text  amount : int }
grant MANAGER on Quote {
    read id, amount
    hide amount when ai.context == "mail"
}
skill quote.show { does read on Quote  impact 1  allow MANAGER }
"#,
    },
};
