//! G0607: effect text not fixed.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0607",
    title: Phrase::fixed("effect text not fixed", "效果里的文字不是固定的"),
    why: Phrase::fixed(
        "Names, codes and channels are written out; a reason is built from fixed texts only, \
         because no mask is applied to what a script says.",
        "名称、代码和渠道要直接写出；理由只能由固定的文字组成，因为脚本说的话不经过脱敏。",
    ),
    fix: Phrase::fixed(
        "Write a fixed text. To show a value, use the rule's own message: `then deny CODE \
         because \"{amount}\"`, which is masked for its reader.",
        "写固定的文字。要显示字段的值，用规则自己的消息：`then deny CODE because \"{amount}\"`，\
         它会按读者脱敏。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        deny("TOO_MUCH", "the amount is " + to_text(amount));
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
        deny("TOO_MUCH", "the amount is too large");
    }
}
"#,
    },
};
