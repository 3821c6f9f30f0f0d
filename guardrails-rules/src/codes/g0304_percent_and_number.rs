//! G0304: percent meets a plain number.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0304",
    title: Phrase::fixed("percent meets a plain number", "百分比与普通数字混用"),
    why: Phrase::fixed(
        "A percent holds 15 for 15 %. A plain number beside it is read in the same way, which \
         may not be what was meant.",
        "百分比字段里 15 就是 15%。与它放在一起的普通数字也这样读，这可能不是原意。",
    ),
    fix: Phrase::fixed(
        "Write the percent sign: `15%`, not `0.15`.",
        "写上百分号：`15%`，而不是 `0.15`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 0.15
    then deny STOP
}
",
        right: r"
guard 1
entity Quote { discount : percent }
rule stop {
    on   update of Quote
    when discount > 15%
    then deny STOP
}
",
    },
};
