//! G0411: row does not fit its table.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0411",
    title: Phrase::fixed("row does not fit its table", "行与表不符"),
    why: Phrase::fixed(
        "Each row of a decision table has one cell for each column. With fewer or more, cells would be read under the wrong heading.",
        "决策表的每一行在每一列下各有一个单元格。多一个或少一个，单元格就会被读到错误的列下。",
    ),
    fix: Phrase::fixed(
        "Write one cell for each column, and `-` where anything will do.",
        "每列写一个单元格，任意值写 `-`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY)  discount : percent }
table terms on update of Quote {
    amount      | discount => then
    < 5_000 CNY            => deny TOO_SMALL
}
"#,
        right: r#"
guard 1
entity Quote { amount : money(CNY)  discount : percent }
table terms on update of Quote {
    amount      | discount => then
    < 5_000 CNY | -        => deny TOO_SMALL
}
"#,
    },
};
