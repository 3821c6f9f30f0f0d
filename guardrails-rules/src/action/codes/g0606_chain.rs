//! G0606: unknown approval chain in a script.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0606",
    title: Phrase::fixed("unknown approval chain in a script", "脚本里未知的审批链"),
    why: Phrase::fixed(
        "`approvals.require` names a chain that the policy declares, written out in quotation \
         marks, so that it is known before anything runs who has to approve.",
        "`approvals.require` 要在引号里直接写出策略声明的审批链，这样在运行之前就知道由谁审批。",
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
