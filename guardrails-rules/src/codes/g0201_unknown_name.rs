//! G0201: unknown name.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0201",
    title: Phrase::fixed("unknown name", "未知的名称"),
    why: Phrase::fixed(
        "The name is not a field of the entity, not a const, param or list, and not one of \
         actor, ai, skill, behaviour, risk, old, new, now, today and max_sensitivity.",
        "这个名称不是该实体的字段，不是常量、参数或列表，也不是 actor、ai、skill、behaviour、risk、\
         old、new、now、today、max_sensitivity 之一。",
    ),
    fix: Phrase::fixed(
        "Write the name as it is declared, or declare the field in the entity.",
        "按声明的写法写这个名称，或者在实体里声明这个字段。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { discount : percent }
rule too_deep {
    on   update of Quote
    when discuont > 40%
    then deny TOO_DEEP
}
",
        right: r"
guard 1
entity Quote { discount : percent }
rule too_deep {
    on   update of Quote
    when discount > 40%
    then deny TOO_DEEP
}
",
    },
};
