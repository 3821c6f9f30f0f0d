//! G0214: role is named nowhere else.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0214",
    title: Phrase::fixed("role is named nowhere else", "角色没有在别处出现"),
    why: Phrase::fixed(
        "Roles come from the host, so this is only a warning; but another role of the bundle is \
         spelled almost like it.",
        "角色来自宿主系统，所以这只是警告；但策略包里有另一个写法几乎相同的角色。",
    ),
    fix: Phrase::fixed(
        "Write the role as it is written elsewhere; leave it if both roles exist.",
        "按别处的写法写这个角色；如果两个角色都存在，就不用改。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text }
grant SALES_REP on Quote { read id }
rule reps_ask {
    on   update of Quote
    when actor has SALES_REPP
    then notify "desk"
}
"#,
        right: r#"
guard 1
entity Quote { id : text }
grant SALES_REP on Quote { read id }
rule reps_ask {
    on   update of Quote
    when actor has SALES_REP
    then notify "desk"
}
"#,
    },
};
