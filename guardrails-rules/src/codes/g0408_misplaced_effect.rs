//! G0408: effect has nothing to act on.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0408",
    title: Phrase::fixed("effect has nothing to act on", "效果无处生效"),
    why: Phrase::fixed(
        "`mask` and `hide` change what is read, so they follow only from `on read`. From a \
         condition on `risk.score` only `deny`, `require approval` and `notify` follow: all else \
         is settled before the score is known.",
        "`mask` 和 `hide` 改变读到的内容，所以只能用在 `on read` 的规则里。以 `risk.score` 为条件\
         时只能用 `deny`、`require approval` 和 `notify`：其他效果在风险分算出之前就已确定。",
    ),
    fix: Phrase::fixed(
        "Write `on read of …` in a rule that masks or hides; take `deny` or `require approval` \
         for changes.",
        "脱敏或隐藏的规则写 `on read of …`；针对修改的规则用 `deny` 或 `require approval`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { amount : money(CNY) }
rule amounts_are_secret {
    on   update of Quote
    then hide amount
}
",
        right: r"
guard 1
entity Quote { amount : money(CNY) }
rule amounts_are_secret {
    on   read of Quote
    then hide amount
}
",
    },
};
