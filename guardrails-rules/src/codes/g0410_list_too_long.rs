//! G0410: list is too long.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0410",
    title: Phrase::fixed("list is too long", "列表过长"),
    why: Phrase::fixed(
        "A list from a file holds at most 1,000,000 entries (`list_entries`).",
        "从文件读取的列表最多有 1,000,000 项（`list_entries`）。",
    ),
    fix: Phrase::fixed(
        "Divide the file, and ask for both lists: `text in A or text in B`.",
        "把文件拆开，两个列表都问：`text in A or text in B`。",
    ),
    example: Example::Said(Phrase::fixed(
        "list WORDS from \"everything.txt\", a file of 1,000,001 lines",
        "list WORDS from \"everything.txt\"，而该文件有 1,000,001 行",
    )),
};
