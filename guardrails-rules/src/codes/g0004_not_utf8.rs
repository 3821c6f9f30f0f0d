//! G0004: file is not UTF-8.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0004",
    title: Phrase::fixed("file is not UTF-8", "文件不是 UTF-8 编码"),
    why: Phrase::fixed(
        "Policies are UTF-8 text. A file in GBK or Latin-1 would be read as something its \
         author did not write.",
        "策略是 UTF-8 文本。GBK 或 Latin-1 编码的文件，读出来的不是作者写下的内容。",
    ),
    fix: Phrase::fixed(
        "Open the file in an editor and save it with the encoding UTF-8.",
        "用编辑器打开这个文件，以 UTF-8 编码保存。",
    ),
    example: Example::Said(Phrase::fixed(
        "a file saved as GB18030",
        "以 GB18030 编码保存的文件",
    )),
};
