//! G0215: unknown rule.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0215",
    title: Phrase::fixed("unknown rule", "未知的规则"),
    why: Phrase::fixed(
        "A test expects a rule that no file of the bundle declares; it could never pass.",
        "测试期望的规则在策略包里没有声明，这个测试永远不会通过。",
    ),
    fix: Phrase::fixed(
        "Write the rule as it is declared, or declare it.",
        "按声明的写法写这条规则，或者声明它。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text }
skill quote.draft { does update on Quote  impact 3  allow SALES_REP }
rule no_drafts { on update of Quote then deny NO_DRAFTS }
test "no drafts" {
    actor { id: "u-17", roles: [SALES_REP] }
    skill quote.draft
    given Quote { id: "q-1" }
    expect rule no_draft
}
"#,
        right: r#"
guard 1
entity Quote { id : text }
skill quote.draft { does update on Quote  impact 3  allow SALES_REP }
rule no_drafts { on update of Quote then deny NO_DRAFTS }
test "no drafts" {
    actor { id: "u-17", roles: [SALES_REP] }
    skill quote.draft
    given Quote { id: "q-1" }
    expect rule no_drafts
}
"#,
    },
};
