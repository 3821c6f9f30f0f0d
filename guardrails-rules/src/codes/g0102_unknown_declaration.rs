//! G0102: not a declaration.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0102",
    title: Phrase::fixed("not a declaration", "不是声明"),
    why: Phrase::fixed(
        "Each declaration begins with its word: entity, enum, const, param, list, grant, \
         skill, rule, table, risk, approval, test, timezone, use, package, guard.",
        "每个声明都以自己的关键词开头：entity、enum、const、param、list、grant、skill、rule、\
         table、risk、approval、test、timezone、use、package、guard。",
    ),
    fix: Phrase::fixed(
        "Correct the first word, or take away what does not belong here.",
        "改正第一个词，或者删去不属于这里的内容。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { discount : percent }
rul too_deep {
    on   update of Quote
    then deny TOO_DEEP
}
",
        right: r"
guard 1
entity Quote { discount : percent }
rule too_deep {
    on   update of Quote
    then deny TOO_DEEP
}
",
    },
};
