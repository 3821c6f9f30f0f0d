//! G0216: declared twice.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0216",
    title: Phrase::fixed("declared twice", "重复声明"),
    why: Phrase::fixed(
        "Two declarations share a name; which one counts would depend on chance. Names are \
         shared by all files of a bundle.",
        "两个声明同名，哪一个算数全凭偶然。策略包的所有文件共用名称。",
    ),
    fix: Phrase::fixed(
        "Give one of the two another name, or take it away.",
        "给其中一个换个名称，或者删去它。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { discount : percent }
const LIMIT = 15%
const LIMIT = 20%
rule too_deep { on update of Quote when discount > LIMIT then deny TOO_DEEP }
",
        right: r"
guard 1
entity Quote { discount : percent }
const LIMIT = 15%
rule too_deep { on update of Quote when discount > LIMIT then deny TOO_DEEP }
",
    },
};
