//! G0220: unknown time zone.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0220",
    title: Phrase::fixed("unknown time zone", "未知时区"),
    why: Phrase::fixed(
        "The name is neither in the IANA database of time zones nor an offset from UTC. Short names \
         such as `CST` are left out on purpose: they mean several zones.",
        "这个名字既不在 IANA 时区数据库里，也不是相对 UTC 的偏移量。`CST` 之类的缩写有意不收：它们对应\
         好几个时区。",
    ),
    fix: Phrase::fixed(
        "Write an IANA name such as `Asia/Shanghai`, an offset such as `+08:00`, or `UTC`.",
        "写 IANA 时区名，例如 `Asia/Shanghai`，或者偏移量，例如 `+08:00`，或者 `UTC`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
timezone "Asia/Shangai"
"#,
        right: r#"
guard 1
timezone "Asia/Shanghai"
"#,
    },
};
