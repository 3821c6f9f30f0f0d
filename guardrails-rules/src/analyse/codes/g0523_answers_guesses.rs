//! G0523: rule that answers guesses at a hidden value.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0523",
    title: Phrase::fixed(
        "rule that answers guesses at a hidden value",
        "回应对隐藏值的猜测的规则",
    ),
    why: Phrase::fixed(
        "On an update the rule or grant compares a field that a role may write with one that the \
         same role may not see in clear. Each answer tells whether the written value is above or \
         below the hidden one, so that whoever proposes often enough learns it. A `limit` of the skill \
         does not keep it: it counts operations, and each takes up to 100 proposals. An approval \
         does not either: that one is asked for, or not, is the answer. That is how such a rule works, \
         and its author should mean it.",
        "在修改时，这条规则或授权把某个角色可以写的字段与同一角色看不到明文的字段相比较。每次\
         答复都透露所写的值高于还是低于隐藏的值，提议的次数够多就能得知它。技能的 `limit` 挡不住：\
         它限制的是操作的次数，而每次操作可以提议 100 次。审批也挡不住：是否需要审批本身就是答复。\
         这样的规则本来就是这样起作用的，但作者应当知情。",
    ),
    fix: Phrase::fixed(
        "Grant the role `read` on the field, take away the `write` of the other one, or compare with \
         something that the role sees, such as a list price.",
        "授予该角色对该字段的 `read`，收回对另一字段的 `write`，或者改与该角色看得到的值（例如标价）比较。",
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
grant SALES_REP on Quote { read id  read cost  write amount }
skill quote.price { does update on Quote  impact 3  allow SALES_REP }
rule not_below_cost {
    on   update of Quote
    when amount < cost
    then deny BELOW_COST because "this is below cost"
}
"#,
    },
};
