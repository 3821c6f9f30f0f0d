//! G0513: approval asked for what is denied.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0513",
    title: Phrase::fixed(
        "approval asked for what is denied",
        "对被拒绝的情形要求审批",
    ),
    why: Phrase::fixed(
        "In some cases this rule asks for an approval while another one denies. A denial \
         stands over an approval, so nobody is asked then. That may be meant; it is told \
         since it often is not.",
        "在某些情形下，这条规则要求审批，而另一条拒绝。拒绝优先于审批，于是没有人会被问到。这\
         可能是本意；之所以指出，是因为往往不是。",
    ),
    fix: Phrase::fixed(
        "Let one condition end where the other begins, such as with `between`.",
        "让一条的条件在另一条开始处结束，例如用 `between`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int }
approval senior { step manager 1 of MANAGER }
rule large {
    on   update of Quote
    when amount > 100
    then require approval senior
}
rule too_large {
    on   update of Quote
    when amount > 500
    then deny TOO_LARGE
}
",
        right: r"
guard 1
entity Quote { id : text  amount : int }
approval senior { step manager 1 of MANAGER }
rule large {
    on   update of Quote
    when amount between 101 and 500
    then require approval senior
}
rule too_large {
    on   update of Quote
    when amount > 500
    then deny TOO_LARGE
}
",
    },
};
