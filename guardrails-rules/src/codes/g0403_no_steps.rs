//! G0403: chain without steps.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0403",
    title: Phrase::fixed("chain without steps", "审批链没有步骤"),
    why: Phrase::fixed(
        "An approval chain needs at least one step, or nobody could approve.",
        "审批链至少要有一个步骤，否则没有人能审批。",
    ),
    fix: Phrase::fixed(
        "Add a step: `step manager 1 of SALES_MANAGER`.",
        "加上一个步骤：`step manager 1 of SALES_MANAGER`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
approval senior { expires 3d }
",
        right: r"
guard 1
approval senior { step manager 1 of SALES_MANAGER  expires 3d }
",
    },
};
