//! G0413: column that looks at nothing.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0413",
    title: Phrase::fixed("column that looks at nothing", "列没有指向任何内容"),
    why: Phrase::fixed(
        "A column of a decision table names something that is read. A constant is the same for each record, so that its cells would decide nothing.",
        "决策表的列指向所读取的内容。常量对每条记录都一样，其下的单元格不能区分任何情况。",
    ),
    fix: Phrase::fixed(
        "Name a field, or a part of `actor`, `ai` or `skill`.",
        "写一个字段，或者 `actor`、`ai`、`skill` 的一部分。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
const LIMIT = 5_000 CNY
entity Quote { amount : money(CNY) }
table terms on update of Quote {
    LIMIT       => then
    < 5_000 CNY => deny TOO_SMALL
}
rule other { on update of Quote when amount < LIMIT then notify "desk" }
"#,
        right: r#"
guard 1
entity Quote { amount : money(CNY) }
table terms on update of Quote {
    amount      => then
    < 5_000 CNY => deny TOO_SMALL
}
"#,
    },
};
