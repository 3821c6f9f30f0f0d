//! G0231: parameter out of its range or type.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0231",
    title: Phrase::fixed(
        "parameter out of its range or type",
        "参数超出范围或类型不符",
    ),
    why: Phrase::fixed(
        "A parameter holds a value of its type, within its range where it has one. The default does not, or what the host sets.",
        "参数的值须符合其类型，有范围的还须在范围之内。这里的默认值或宿主系统所设的值不符合。",
    ),
    fix: Phrase::fixed(
        "Choose a value of the type and within the range, or change the declaration.",
        "选一个符合类型并在范围之内的值，或者修改声明。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
param REP_LIMIT : percent = 45% in 0% .. 30%
entity Quote { discount : percent }
rule limit { on update of Quote when discount > REP_LIMIT then deny TOO_DEEP }
"#,
        right: r#"
guard 1
param REP_LIMIT : percent = 15% in 0% .. 30%
entity Quote { discount : percent }
rule limit { on update of Quote when discount > REP_LIMIT then deny TOO_DEEP }
"#,
    },
};
