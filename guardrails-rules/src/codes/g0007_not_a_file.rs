//! G0007: not a regular file.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0007",
    title: Phrase::fixed("not a regular file", "不是普通文件"),
    why: Phrase::fixed(
        "A `.guard` name in the bundle is a pipe, a socket, a device or a link to a folder. Reading \
         a pipe waits for whoever writes to it, and meanwhile no change of policies or permissions \
         would come in force; so nothing but regular files is opened.",
        "策略包里的某个 `.guard` 名称是管道、套接字、设备或指向文件夹的链接。读管道会一直等待写入者，\
         这期间策略和权限的任何修改都不会生效；所以只打开普通文件。",
    ),
    fix: Phrase::fixed(
        "Remove it from the bundle, or put a regular file in its place.",
        "把它移出策略包，或者换成普通文件。",
    ),
    example: Example::Said(Phrase::fixed(
        "`mkfifo policies/extra.guard`",
        "`mkfifo policies/extra.guard`",
    )),
};
