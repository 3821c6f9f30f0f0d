//! G0003: NUL byte in a file.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0003",
    title: Phrase::fixed("NUL byte in a file", "文件含有 NUL 字节"),
    why: Phrase::fixed(
        "The file holds a byte that no text has (NUL): it is no text file, or was saved as UTF-16.",
        "文件里有文本中不会出现的字节（NUL）：它不是文本文件，或者被保存成了 UTF-16。",
    ),
    fix: Phrase::fixed(
        "Open the file in an editor and save it with the encoding UTF-8.",
        "用编辑器打开这个文件，以 UTF-8 编码保存。",
    ),
    example: Example::Said(Phrase::fixed(
        "a file that was saved as \"Unicode\" (UTF-16) by an old editor",
        "被旧编辑器以“Unicode”（UTF-16）保存的文件",
    )),
};
