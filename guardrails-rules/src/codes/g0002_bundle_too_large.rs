//! G0002: bundle too large.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0002",
    title: Phrase::fixed("bundle too large", "策略包过大"),
    why: Phrase::fixed(
        "All files of a bundle together are over the limit `bundle_bytes` of 64 MiB.",
        "策略包的全部文件加起来超过上限 `bundle_bytes`（64 MiB）。",
    ),
    fix: Phrase::fixed(
        "Take out of the folder what is not policy, and old copies of files.",
        "把不是策略的文件和旧的副本移出这个文件夹。",
    ),
    example: Example::Said(Phrase::fixed(
        "seventy files of 1 MB in one folder",
        "一个文件夹里有七十个 1 MB 的文件",
    )),
};
