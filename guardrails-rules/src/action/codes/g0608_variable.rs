//! G0608: variable cannot be declared or changed.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0608",
    title: Phrase::fixed(
        "variable cannot be declared or changed",
        "变量不能声明或修改",
    ),
    why: Phrase::fixed(
        "Fields are read-only, and a variable may not hide a field or another variable.",
        "字段是只读的；变量不能与字段或其他变量同名。",
    ),
    fix: Phrase::fixed(
        "Declare a variable of another name: `let total = amount * 2.0;`.",
        "声明另一个名称的变量：`let total = amount * 2.0;`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { amount : money(CNY) }
approval senior { step manager 1 of SALES_MANAGER }
rule scored {
    on update of Quote
    do {
        amount = 5.0;
        if amount > 5.0 { risk.add("large", 1.0); }
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
        let total = amount * 2.0;
        if total > 5.0 { risk.add("large", 1.0); }
    }
}
"#,
    },
};
