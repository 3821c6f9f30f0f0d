//! G0001: file too large.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0001",
    title: Phrase::fixed("file too large", "文件过大"),
    why: Phrase::fixed(
        "A policy file is larger than the limit `file_bytes` of 1 MiB. Nobody reads a rule in \
         such a file; most often it is not a policy at all.",
        "策略文件超过上限 `file_bytes`（1 MiB）。没有人会在这么大的文件里读规则；多半它根本不是\
         策略文件。",
    ),
    fix: Phrase::fixed(
        "Divide the policy into several files of the same folder; they are compiled together. \
         Put long lists into a text file and write `list NAME from \"words.txt\"`.",
        "把策略拆成同一文件夹里的几个文件，它们会一起编译。长列表放进文本文件，并写 `list \
         NAME from \"words.txt\"`。",
    ),
    example: Example::Said(Phrase::fixed(
        "a file of 5 MB named sales.guard",
        "一个 5 MB 的文件 sales.guard",
    )),
};
