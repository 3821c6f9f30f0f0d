//! G0605: wrong type in a script.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0605",
    title: Phrase::fixed("wrong type in a script", "脚本里类型不符"),
    why: Phrase::fixed(
        "The value is not of the type needed here, or a call has another number of arguments.",
        "值的类型不是这里需要的，或者调用的参数个数不对。",
    ),
    fix: Phrase::fixed(
        "Write a value of the type that the message names.",
        "写消息里所说类型的值。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        if amount > "5" { risk.add("large", 1.0); }
    }
}
"#,
        right: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        if amount > 5.0 { risk.add("large", 1.0); }
    }
}
"#,
    },
};
