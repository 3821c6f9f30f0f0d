//! G0203: unknown entity.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0203",
    title: Phrase::fixed("unknown entity", "未知的实体"),
    why: Phrase::fixed(
        "No file of the bundle declares this entity.",
        "策略包里没有文件声明这个实体。",
    ),
    fix: Phrase::fixed(
        "Write the entity as it is declared, or declare it: `entity Quote { … }`.",
        "按声明的写法写这个实体，或者声明它：`entity Quote { … }`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text }
grant SALES_REP on Qoute { read id }
",
        right: r"
guard 1
entity Quote { id : text }
grant SALES_REP on Quote { read id }
",
    },
};
