//! G0521: approval chain that nothing asks for.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0521",
    title: Phrase::fixed("approval chain that nothing asks for", "没有用到的审批链"),
    why: Phrase::fixed(
        "No rule, risk level or script requires an approval by this chain.",
        "没有规则、风险等级或脚本要求经这条链审批。",
    ),
    fix: Phrase::fixed(
        "Require it in a rule, or remove the chain.",
        "在规则里要求它，或者去掉这条链。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int }
approval senior { step manager 1 of MANAGER }
",
        right: r"
guard 1
entity Quote { id : text  amount : int }
approval senior { step manager 1 of MANAGER }
rule large {
    on   update of Quote
    when amount > 100
    then require approval senior
}
",
    },
};
