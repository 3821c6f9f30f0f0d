//! G0517: overdue clause that changes nothing.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0517",
    title: Phrase::fixed("overdue clause that changes nothing", "不起作用的逾期子句"),
    why: Phrase::fixed(
        "The step escalates to the role that decides it anyway, or it waits as long as the \
         whole ticket, which expires first.",
        "步骤升级给本来就由它决定的角色，或者等待时间不短于整张工单，而工单先到期。",
    ),
    fix: Phrase::fixed(
        "Escalate to another role, or give the step less time than `expires`.",
        "升级给另一个角色，或者让步骤的时间短于 `expires`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int }
approval senior {
    step manager 1 of MANAGER within 4h else escalate MANAGER
}
rule large {
    on   update of Quote
    when amount > 100
    then require approval senior
}
",
        right: r"
guard 1
entity Quote { id : text  amount : int }
approval senior {
    step manager 1 of MANAGER within 4h else escalate DIRECTOR
}
rule large {
    on   update of Quote
    when amount > 100
    then require approval senior
}
",
    },
};
