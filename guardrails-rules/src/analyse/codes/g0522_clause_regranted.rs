//! G0522: clause that another grant makes pointless.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0522",
    title: Phrase::fixed(
        "clause that another grant makes pointless",
        "因另一个授权而不起作用的子句",
    ),
    why: Phrase::fixed(
        "Of several grants to a role the most permissive one counts, and a `hide` or `mask` holds \
         within its own grant alone. Wherever this clause holds, another grant to the same role \
         shows the field, so this clause neither gives nor takes anything.",
        "同一角色有多个授权时，最宽松的那个生效；`hide` 和 `mask` 只在自己的授权之内有效。凡是这\
         一条成立之处，给同一角色的另一个授权都会显示该字段，所以这一条既不给予也不收回任何东西。",
    ),
    fix: Phrase::fixed(
        "Remove the clause that is said twice. To take a field away whatever is granted, write a \
         rule `on read`.",
        "去掉重复的子句。要无论如何授权都收回某个字段，写一条 `on read` 规则。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text  cost : int }
grant SALES_REP on Quote { read id, cost }
grant SALES_REP on Quote { hide cost }
skill quote.show { does read on Quote  impact 1  allow SALES_REP }
"#,
        right: r#"
guard 1
entity Quote { id : text  cost : int }
grant SALES_REP on Quote { read id, cost }
rule no_cost_by_mail {
    on   read of Quote
    when ai.context == "mail"
    then hide cost
}
skill quote.show { does read on Quote  impact 1  allow SALES_REP }
"#,
    },
};
