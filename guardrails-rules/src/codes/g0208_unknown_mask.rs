//! G0208: unknown mask.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0208",
    title: Phrase::fixed("unknown mask", "未知的脱敏方式"),
    why: Phrase::fixed(
        "Masks are default, phone, email, name, id, bank_card, scrub, redact and partial(head, \
         tail).",
        "脱敏方式有 default、phone、email、name、id、bank_card、scrub、redact 和 partial(开头, \
         结尾)。",
    ),
    fix: Phrase::fixed(
        "Write one of these masks after `with`.",
        "在 `with` 后面写其中一种。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Customer { phone : text }
grant SALES_REP on Customer { mask phone with fone }
",
        right: r"
guard 1
entity Customer { phone : text }
grant SALES_REP on Customer { mask phone with phone }
",
    },
};
