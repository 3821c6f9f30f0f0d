//! G0604: unknown name in a script.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0604",
    title: Phrase::fixed("unknown name in a script", "脚本里未知的名称"),
    why: Phrase::fixed(
        "The name is neither a field of the entity, nor a variable of the script, nor one of \
         the names in reach such as `actor.id`.",
        "这个名称不是实体的字段，不是脚本的变量，也不是 `actor.id` 之类可用的名称。",
    ),
    fix: Phrase::fixed(
        "Write the name as it is declared, or declare a variable with `let`.",
        "按声明的写法写这个名称，或者用 `let` 声明变量。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        if amuont > 5.0 { risk.add("large", 1.0); }
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
        if amount > 5.0 { risk.add("large", 1.0); }
    }
}
"#,
    },
};
