//! G0502: personal data is granted unmasked.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0502",
    title: Phrase::fixed(
        "personal data is granted unmasked",
        "个人信息未经脱敏就授权",
    ),
    why: Phrase::fixed(
        "The grant shows a field that is marked as personal data as it is.",
        "这个授权原样显示标为个人信息的字段。",
    ),
    fix: Phrase::fixed(
        "Write `mask phone with phone` instead of `read phone`, if the AI can do its work with \
         that.",
        "如果 AI 不需要原文也能完成工作，就把 `read phone` 改为 `mask phone with phone`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Customer { phone : text @pii(phone) }
grant SALES_REP on Customer { read phone }
",
        right: r"
guard 1
entity Customer { phone : text @pii(phone) }
grant SALES_REP on Customer { mask phone with phone }
",
    },
};
