//! G0602: script does not follow its grammar.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0602",
    title: Phrase::fixed("script does not follow its grammar", "脚本不符合语法"),
    why: Phrase::fixed(
        "The text does not follow the grammar of scripts: statements that end with `;`, blocks \
         in braces, texts in double quotes.",
        "文本不符合脚本的语法：语句以 `;` 结束，语句块写在花括号里，文本写在双引号里。",
    ),
    fix: Phrase::fixed(
        "Complete the statement, and end it with `;`.",
        "把语句写完整，并以 `;` 结束。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        let score = 1.0 +;
        risk.add("always", score);
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
        let score = 1.0 + 1.0;
        risk.add("always", score);
    }
}
"#,
    },
};
