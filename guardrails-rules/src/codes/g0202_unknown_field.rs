//! G0202: unknown field.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0202",
    title: Phrase::fixed("unknown field", "未知的字段"),
    why: Phrase::fixed(
        "The entity declares no such field. A grant for a field that does not exist would \
         silently grant nothing.",
        "实体没有声明这个字段。对不存在的字段授权，等于悄悄地什么也没有授予。",
    ),
    fix: Phrase::fixed(
        "Write the field as the entity declares it, or declare it there.",
        "按实体里的写法写这个字段，或者在实体里声明它。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { cost_price : money(CNY) }
grant SALES_REP on Quote { read cost_prise }
",
        right: r"
guard 1
entity Quote { cost_price : money(CNY) }
grant SALES_REP on Quote { read cost_price }
",
    },
};
