//! G0233: package is used for nothing.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0233",
    title: Phrase::fixed("package is used for nothing", "使用了包却没有用到其内容"),
    why: Phrase::fixed(
        "The file says that it relies on a package and names nothing of it. Whoever reads the file looks for what is not there.",
        "此文件声明依赖某个包，却没有用到其中的任何名称。读者会去找并不存在的东西。",
    ),
    fix: Phrase::fixed("Remove the `use`.", "删去这个 `use`。"),
    example: Example::Text {
        wrong: r#"
guard 1
package crm.sales
use crm.sales
entity Quote { id : text }
"#,
        right: r#"
guard 1
package crm.sales
entity Quote { id : text }
"#,
    },
};
