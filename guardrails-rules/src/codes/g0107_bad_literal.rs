//! G0107: value cannot be read.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0107",
    title: Phrase::fixed("value cannot be read", "无法读取这个值"),
    why: Phrase::fixed(
        "A number has more digits than are kept exactly, a date is not in the calendar, a text \
         holds an unknown escape, or a duration is too long.",
        "数字的位数多到无法精确保存，日期不在日历上，文本里有未知的转义，或者时长过长。",
    ),
    fix: Phrase::fixed(
        "Write a number of at most 28 digits, a date such as 2026-02-28, a time such as \
         2026-03-02T10:00+08:00, a duration such as 1d12h; in a text `\\\"`, `\\\\`, `\\n` or `\\t`.",
        "数字最多 28 位；日期写作 2026-02-28，时间写作 2026-03-02T10:00+08:00，时长写作 1d12h；文本里的转义只有 `\\\"`、`\\\\`、`\\n` 和 `\\t`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { due : date }
rule late {
    on   update of Quote
    when due > 2026-02-30
    then deny TOO_LATE
}
",
        right: r"
guard 1
entity Quote { due : date }
rule late {
    on   update of Quote
    when due > 2026-02-28
    then deny TOO_LATE
}
",
    },
};
