//! G0511: condition that nothing makes true.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0511",
    title: Phrase::fixed("condition that nothing makes true", "永远不成立的条件"),
    why: Phrase::fixed(
        "No record as declared, and no actor, makes the condition true. The rule or clause \
         has never done anything and never will; most often a number or a word in it is \
         wrong.",
        "没有任何符合声明的记录和操作者能使条件成立。这条规则或子句从来不起作用，以后也不会；\
         多半是其中某个数或词写错了。",
    ),
    fix: Phrase::fixed(
        "Correct the condition, or remove what depends on it.",
        "改正条件，或者去掉依赖它的内容。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int  stage : enum { DRAFT, SENT, WON } }
rule too_large {
    on   update of Quote
    when amount > 100 and amount < 50
    then deny TOO_LARGE
}
",
        right: r"
guard 1
entity Quote { id : text  amount : int  stage : enum { DRAFT, SENT, WON } }
rule too_large {
    on   update of Quote
    when amount > 50 and amount < 100
    then deny TOO_LARGE
}
",
    },
};
