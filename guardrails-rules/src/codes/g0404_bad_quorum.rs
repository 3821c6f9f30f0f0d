//! G0404: number of approvers is not 1 to 100.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0404",
    title: Phrase::fixed(
        "number of approvers is not 1 to 100",
        "所需人数不在 1 到 100 之间",
    ),
    why: Phrase::fixed(
        "A step needs the word of at least one person, and of no more people than a company \
         could ask.",
        "一个步骤至少要一个人同意，也不会多到公司问不过来。",
    ),
    fix: Phrase::fixed(
        "Write how many people must agree, from 1 to 100: `step manager 1 of SALES_MANAGER`.",
        "写需要几个人同意，1 到 100：`step manager 1 of SALES_MANAGER`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
approval senior { step manager 0 of SALES_MANAGER }
",
        right: r"
guard 1
approval senior { step manager 1 of SALES_MANAGER }
",
    },
};
