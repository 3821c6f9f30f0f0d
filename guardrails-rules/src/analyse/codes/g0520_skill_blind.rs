//! G0520: skill of roles that may see nothing.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0520",
    title: Phrase::fixed(
        "skill of roles that may see nothing",
        "所允许的角色什么也看不到的技能",
    ),
    why: Phrase::fixed(
        "None of the roles that may use the skill has a grant on its entity, although other \
         roles have one. Unless they inherit such a role, the skill is of no use to them.",
        "可以使用这个技能的角色都没有它所涉及实体的授权，而别的角色有。除非它们继承了有授权的\
         角色，这个技能对它们没有用。",
    ),
    fix: Phrase::fixed(
        "Grant the entity to one of the roles, or allow the skill to a role that has it.",
        "把实体授予其中一个角色，或者让有授权的角色使用这个技能。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text  amount : int }
grant SALES_REP on Quote { read id }
skill quote.show { does read on Quote  impact 1  allow MANAGER }
",
        right: r"
guard 1
entity Quote { id : text  amount : int }
grant MANAGER on Quote { read id }
skill quote.show { does read on Quote  impact 1  allow MANAGER }
",
    },
};
