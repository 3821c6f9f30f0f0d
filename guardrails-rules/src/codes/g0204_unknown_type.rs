//! G0204: unknown type.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0204",
    title: Phrase::fixed("unknown type", "未知的类型"),
    why: Phrase::fixed(
        "Types are bool, int, decimal, percent, money(CUR), text, date, datetime, duration, an \
         enum, an entity, or a list of one of them.",
        "类型有 bool、int、decimal、percent、money(币种)、text、date、datetime、duration，枚举，\
         实体，以及它们的列表。",
    ),
    fix: Phrase::fixed(
        "Write one of these types. An amount names its currency: `money(CNY)`.",
        "写上述类型之一。金额要写币种：`money(CNY)`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { amount : monney(CNY) }
",
        right: r"
guard 1
entity Quote { amount : money(CNY) }
",
    },
};
