//! G0901: not available in this version.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0901",
    title: Phrase::fixed("not available in this version", "此版本尚不支持"),
    why: Phrase::fixed(
        "The language has it, this release reads it and cannot carry it out. It is refused, so \
         that no policy is weaker than it reads.",
        "语言里有这个写法，这个发行版能读但还不能执行。为了不让策略比它写的更弱，这里拒绝接受。",
    ),
    fix: Phrase::fixed(
        "Say it with what this version has, as the help suggests.",
        "按帮助的建议，用这个版本已有的写法来表达。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text  amount : money(CNY) }
grant ANALYST on Quote {
    read id
    aggregate amount by sum
}
"#,
        right: r#"
guard 1
entity Quote { id : text  amount : money(CNY) }
grant ANALYST on Quote {
    read id, amount
}
"#,
    },
};
