//! G0110: header line out of place.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0110",
    title: Phrase::fixed("header line out of place", "文件头的位置不对"),
    why: Phrase::fixed(
        "`guard` and `package` stand once, at the top of a file.",
        "`guard` 和 `package` 各写一次，放在文件开头。",
    ),
    fix: Phrase::fixed(
        "Move the line to the top of the file, `guard` before `package`; take away a second one.",
        "把这一行移到文件开头，`guard` 在 `package` 之前；重复的删去。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text }
package crm.sales
",
        right: r"
guard 1
package crm.sales
entity Quote { id : text }
",
    },
};
