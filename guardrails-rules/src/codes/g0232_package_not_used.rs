//! G0232: name of a package that the file does not use.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0232",
    title: Phrase::fixed(
        "name of a package that the file does not use",
        "名称属于此文件未使用的包",
    ),
    why: Phrase::fixed(
        "Names of other packages are in reach, since a bundle has one space of names. But a file that relies on a package says so, so that whoever changes the package finds it.",
        "策略包只有一个名称空间，因此其他包的名称都可以使用。但依赖某个包的文件应当写明，以便修改该包的人能找到它。",
    ),
    fix: Phrase::fixed(
        "Write `use PACKAGE` at the top of the file.",
        "在文件开头写 `use 包名`。",
    ),
    example: Example::Said(Phrase::fixed(
        "`grant SALES_REP on Customer` in a file of `crm.sales`, where `Customer` is of `crm.common`",
        "`crm.sales` 的文件里写 `grant SALES_REP on Customer`，而 `Customer` 属于 `crm.common`",
    )),
};
