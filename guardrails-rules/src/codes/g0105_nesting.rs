//! G0105: nested too deep.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0105",
    title: Phrase::fixed("nested too deep", "嵌套过深"),
    why: Phrase::fixed(
        "Brackets, `not`, `some` and `every` stand inside each other beyond the limit `nesting` of \
         64.",
        "括号、`not`、`some` 和 `every` 互相嵌套，超过上限 `nesting`（64 层）。",
    ),
    fix: Phrase::fixed(
        "Take away brackets that change nothing, or make two rules of one.",
        "去掉不起作用的括号，或者把一条规则拆成两条。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { urgent : bool }
rule hurry {
    on   update of Quote
    when ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((urgent))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
    then notify "desk"
}
"#,
        right: r#"
guard 1
entity Quote { urgent : bool }
rule hurry {
    on   update of Quote
    when urgent
    then notify "desk"
}
"#,
    },
};
