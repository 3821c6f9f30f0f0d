//! G0519: grant that nothing uses.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0519",
    title: Phrase::fixed("grant that nothing uses", "没有用到的授权"),
    why: Phrase::fixed(
        "An AI works through skills only, and no skill is about this entity. So nothing is \
         ever read or changed under this grant.",
        "AI 只通过技能工作，而没有技能涉及这个实体，所以没有什么会凭这个授权被读取或更改。",
    ),
    fix: Phrase::fixed(
        "Add a skill that does something on the entity, or remove the grant.",
        "添加一个对该实体做事的技能，或者去掉授权。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int }
grant MANAGER on Quote { read id }
",
        right: r"
guard 1
entity Quote { id : text  amount : int }
grant MANAGER on Quote { read id }
skill quote.show { does read on Quote  impact 1  allow MANAGER }
",
    },
};
