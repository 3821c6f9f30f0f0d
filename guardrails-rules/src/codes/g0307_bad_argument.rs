//! G0307: wrong argument of an annotation or mask.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0307",
    title: Phrase::fixed(
        "wrong argument of an annotation or mask",
        "注解或脱敏方式的参数不对",
    ),
    why: Phrase::fixed(
        "The annotation or mask takes other arguments, or another number of them.",
        "这个注解或脱敏方式要的是别的参数，或者别的个数。",
    ),
    fix: Phrase::fixed(
        "Write the arguments as the help shows: `@owner(\"sales-ops\")`, `@since(2026-01-01)`, \
         `partial(3, 4)`.",
        "按帮助所示写参数：`@owner(\"sales-ops\")`、`@since(2026-01-01)`、`partial(3, 4)`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { id : text }
rule tell @owner(5) {
    on   update of Quote
    then notify "desk"
}
"#,
        right: r#"
guard 1
entity Quote { id : text }
rule tell @owner("sales-ops") {
    on   update of Quote
    then notify "desk"
}
"#,
    },
};
