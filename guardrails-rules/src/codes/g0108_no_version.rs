//! G0108: `guard 1` is missing.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0108",
    title: Phrase::fixed("`guard 1` is missing", "缺少 `guard 1`"),
    why: Phrase::fixed(
        "Each file says which version of the language it is written in, so that a later version \
         cannot change its meaning.",
        "每个文件都写明它用的语言版本，这样以后的版本就不会改变它的含义。",
    ),
    fix: Phrase::fixed(
        "Write `guard 1` as the first line of the file.",
        "在文件第一行写 `guard 1`。",
    ),
    example: Example::Text {
        wrong: r"
package crm.sales
entity Quote { id : text }
",
        right: r"
guard 1
package crm.sales
entity Quote { id : text }
",
    },
};
