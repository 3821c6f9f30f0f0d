//! G0523: rule that answers guesses at a hidden value.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0523",
    title: Phrase::fixed(
        "rule that answers guesses at a hidden value",
        "回应对隐藏值的猜测的规则",
    ),
    why: Phrase::fixed(
        "On an update the rule or grant compares a field that a role may write with one that the \
         same role may not see in clear. Each refusal tells whether the written value is above or \
         below the hidden one, so that whoever proposes often enough learns it. That is how such a \
         rule works, and its author should mean it. A skill with a `limit` is left out.",
        "在修改时，这条规则或授权把某个角色可以写的字段与同一角色看不到明文的字段相比较。每次\
         拒绝都透露所写的值高于还是低于隐藏的值，提议的次数够多就能得知它。这样的规则本来就是\
         这样起作用的，但作者应当知情。带有 `limit` 的技能不在此列。",
    ),
    fix: Phrase::fixed(
        "Give the skill a `limit`, so that few guesses can be made; or let a person approve every \
         such change; or grant the role `read` on the field.",
        "给技能加上 `limit`，让猜测的次数有限；或者让人审批每一次这样的修改；或者授予该角色对该\
         字段的 `read`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text  amount : int  cost : int }
grant SALES_REP on Quote { read id  write amount  hide cost }
skill quote.price { does update on Quote  impact 3  allow SALES_REP }
rule not_below_cost {
    on   update of Quote
    when amount < cost
    then deny BELOW_COST because "this is below cost"
}
"#,
        right: r#"
guard 1
entity Quote { id : text  amount : int  cost : int }
grant SALES_REP on Quote { read id  write amount  hide cost }
skill quote.price {
    does update on Quote  impact 3  allow SALES_REP
    limit 20 per day per user
}
rule not_below_cost {
    on   update of Quote
    when amount < cost
    then deny BELOW_COST because "this is below cost"
}
"#,
    },
};
