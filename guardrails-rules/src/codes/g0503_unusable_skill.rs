//! G0503: skill that no role may use.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0503",
    title: Phrase::fixed("skill that no role may use", "没有角色可以使用的技能"),
    why: Phrase::fixed(
        "The skill has no `allow`: no role may use it, unless one is added in the database.",
        "这个技能没有 `allow`：除非在数据库里另外授予，否则没有角色能使用它。",
    ),
    fix: Phrase::fixed(
        "Add the roles that may use it: `allow SALES_REP`.",
        "写上可以使用它的角色：`allow SALES_REP`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text }
skill quote.show { does read on Quote  impact 1 }
",
        right: r"
guard 1
entity Quote { id : text }
skill quote.show { does read on Quote  impact 1  allow SALES_REP }
",
    },
};
