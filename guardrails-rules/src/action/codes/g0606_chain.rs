//! G0606: unknown approval chain in a script.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0606",
    title: Phrase::fixed("unknown approval chain in a script", "脚本里未知的审批链"),
    why: Phrase::fixed(
        "`approvals.require` names a chain that is declared in the policy, written out as text, \
         so that the checker and the plan know it.",
        "`approvals.require` 要直接写出策略里声明的审批链的名称，这样检查器和计划才知道是哪一条。",
    ),
    fix: Phrase::fixed(
        "Write the name of a declared chain in quotation marks.",
        "在引号里写已声明的审批链的名称。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        approvals.require("nobody", "a large deal");
    }
}
"#,
        right: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        approvals.require("senior", "a large deal");
    }
}
"#,
    },
};
