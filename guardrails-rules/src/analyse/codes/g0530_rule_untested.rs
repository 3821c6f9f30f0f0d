//! G0530: rule without a test.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0530",
    title: Phrase::fixed("rule without a test", "没有测试的规则"),
    why: Phrase::fixed(
        "No test of the policy expects this rule, its code or its chain. Nobody will notice \
         when it stops working.",
        "策略的测试里没有一个检验这条规则、它的代码或它的审批链。它失效时不会有人发现。",
    ),
    fix: Phrase::fixed(
        "Add a test that brings the rule about, with `expect rule NAME`.",
        "添加一个触发这条规则的测试，写上 `expect rule 名称`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text  amount : int }
rule large {
    on   update of Quote
    when amount > 100
    then deny TOO_LARGE
}
"#,
        right: r#"
guard 1
entity Quote { id : text  amount : int }
grant MANAGER on Quote { read id }
skill quote.show { does update on Quote  impact 1  allow MANAGER }
rule large {
    on   update of Quote
    when amount > 100
    then deny TOO_LARGE
}
test "a large amount is refused" {
    actor { id: "u-1", roles: [MANAGER] }
    skill quote.show
    given Quote { amount: 500 }
    change { amount: 600 }
    expect deny TOO_LARGE
}
"#,
    },
};
