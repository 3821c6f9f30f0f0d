//! G0412: `allow` beside another effect.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0412",
    title: Phrase::fixed("`allow` beside another effect", "`allow` 与其他效果并列"),
    why: Phrase::fixed(
        "In a row of a decision table `allow` says that nothing follows. Beside another effect one of the two would not mean what it says.",
        "在决策表的行中，`allow` 表示不产生任何效果。与其他效果并列时，两者必有一个名不副实。",
    ),
    fix: Phrase::fixed(
        "Write `allow` by itself, or remove it.",
        "单独写 `allow`，或者删去它。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
table terms on update of Quote {
    amount      => then
    < 5_000 CNY => allow, notify "desk"
}
"#,
        right: r#"
guard 1
entity Quote { amount : money(CNY) }
table terms on update of Quote {
    amount      => then
    < 5_000 CNY => notify "desk"
}
"#,
    },
};
