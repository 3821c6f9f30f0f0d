//! G0218: name is not in reach here.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0218",
    title: Phrase::fixed("name is not in reach here", "这里不能用这个名称"),
    why: Phrase::fixed(
        "The name exists and has no value in this place: `old` in a grant, fields in the risk \
         model, `risk.score` before the risk is known.",
        "这个名称存在，但在这里没有值：授权里没有 `old`，风险模型里没有字段，风险算出之前没有 \
         `risk.score`。",
    ),
    fix: Phrase::fixed(
        "Ask for it where it is known: `old` and `changed` in rules on update, `risk.score` in \
         a rule's condition.",
        "在有值的地方使用它：`old` 和 `changed` 用在 update 的规则里，`risk.score` 用在规则的条\
         件里。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : money(CNY) }
grant SALES_REP on Quote where old.amount < 5_000 CNY { read id }
",
        right: r"
guard 1
entity Quote { id : text  amount : money(CNY) }
grant SALES_REP on Quote where amount < 5_000 CNY { read id }
",
    },
};
