//! G0801: column of cases that changes nothing.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0801",
    title: Phrase::fixed(
        "column of cases that changes nothing",
        "用例表的列不改变任何内容",
    ),
    why: Phrase::fixed(
        "Each column of a test's cases gives another value to a part of the test. This one names none, so that its cells would be read by nobody.",
        "用例表的每一列为测试的某一部分换一个值。这一列不是其中任何一部分，它的单元格没有用处。",
    ),
    fix: Phrase::fixed(
        "Name a field, `old.` and a field, `actor.` and a part of the actor, or `at`, `skill` or `context`.",
        "写字段、`old.` 加字段、`actor.` 加操作者的一部分，或者 `at`、`skill`、`context`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { discount : percent }
grant SALES_REP on Quote { write discount }
skill quote.draft { does update on Quote impact 1 allow SALES_REP }
rule too_deep { on update of Quote when discount > 40% then deny DISCOUNT_TOO_DEEP }
test "limits" {
    actor { id: "u-1", roles: [SALES_REP] }
    skill quote.draft
    given Quote { discount: 5% }
    change { discount: 10% }
    cases {
        discount | ai.model   => expect
        30%      | "qwen:14b" => allow
        50%      | -          => deny DISCOUNT_TOO_DEEP
    }
}
"#,
        right: r#"
guard 1
entity Quote { discount : percent }
grant SALES_REP on Quote { write discount }
skill quote.draft { does update on Quote impact 1 allow SALES_REP }
rule too_deep { on update of Quote when discount > 40% then deny DISCOUNT_TOO_DEEP }
test "limits" {
    actor { id: "u-1", roles: [SALES_REP] }
    skill quote.draft
    given Quote { discount: 5% }
    change { discount: 10% }
    cases {
        discount | actor.model => expect
        30%      | "qwen:14b"  => allow
        50%      | -           => deny DISCOUNT_TOO_DEEP
    }
}
"#,
    },
};
