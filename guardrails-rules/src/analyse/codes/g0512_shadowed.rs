//! G0512: rule that never changes anything.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0512",
    title: Phrase::fixed("rule that never changes anything", "从不改变结果的规则"),
    why: Phrase::fixed(
        "Wherever this rule applies, whatever data come, another one applies as well and says \
         as much or more. Rules have no order, so it makes no difference which of them comes \
         first.",
        "不论数据如何，凡是这条规则适用之处，另一条也适用，而且同样严格或更严格。规则之间没有\
         先后，谁写在前面都一样。",
    ),
    fix: Phrase::fixed(
        "Remove the rule, or narrow the condition of the other one.",
        "去掉这条规则，或者收窄另一条的条件。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int }
approval senior { step manager 1 of MANAGER }
rule large {
    on   update of Quote
    when amount > 100
    then deny TOO_LARGE
}
rule very_large {
    on   update of Quote
    when amount > 500
    then require approval senior
}
",
        right: r"
guard 1
entity Quote { id : text  amount : int }
approval senior { step manager 1 of MANAGER }
rule large {
    on   update of Quote
    when amount > 500
    then deny TOO_LARGE
}
rule very_large {
    on   update of Quote
    when amount > 100
    then require approval senior
}
",
    },
};
