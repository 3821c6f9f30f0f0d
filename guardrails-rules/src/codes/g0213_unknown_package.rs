//! G0213: unknown package.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0213",
    title: Phrase::fixed("unknown package", "未知的包"),
    why: Phrase::fixed(
        "No file of the bundle belongs to the package that `use` names.",
        "策略包里没有文件属于 `use` 所写的包。",
    ),
    fix: Phrase::fixed(
        "Write the package as its files do after `package`, or take the line away.",
        "按那些文件里 `package` 后面的写法来写，或者删去这一行。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
package crm.common
use crm.comon
entity Quote { id : text }
",
        right: r"
guard 1
package crm.common
entity Quote { id : text }
",
    },
};
