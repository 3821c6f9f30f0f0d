//! G0205: unknown skill.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0205",
    title: Phrase::fixed("unknown skill", "未知的技能"),
    why: Phrase::fixed(
        "No file of the bundle declares this skill.",
        "策略包里没有文件声明这个技能。",
    ),
    fix: Phrase::fixed(
        "Write the skill as it is declared, or declare it: `skill quote.draft { … }`.",
        "按声明的写法写这个技能，或者声明它：`skill quote.draft { … }`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text }
skill quote.draft { does read on Quote  impact 3  allow SALES_REP }
test "nothing is granted" {
    actor { id: "u-17", roles: [SALES_REP] }
    skill quote.drafft
    given Quote { id: "q-1" }
    expect allow
}
"#,
        right: r#"
guard 1
entity Quote { id : text }
skill quote.draft { does read on Quote  impact 3  allow SALES_REP }
test "nothing is granted" {
    actor { id: "u-17", roles: [SALES_REP] }
    skill quote.draft
    given Quote { id: "q-1" }
    expect allow
}
"#,
    },
};
