//! G0212: unknown function.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0212",
    title: Phrase::fixed("unknown function", "未知的函数"),
    why: Phrase::fixed(
        "Only the functions of the language can be called; a policy cannot bring its own.",
        "只能调用语言自带的函数，策略不能自己定义函数。",
    ),
    fix: Phrase::fixed(
        "Write `len` for a length, `lower` for small letters, `changed` for what an update alters, \
         and `count`, `sum`, `avg`, `min` or `max` over the items of a list.",
        "长度写 `len`，转小写写 `lower`，更新时是否改变写 `changed`；对列表的元素写 `count`、`sum`、\
         `avg`、`min` 或 `max`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { name : text }
rule long_name {
    on   update of Quote
    when length(name) > 80
    then deny NAME_TOO_LONG
}
",
        right: r"
guard 1
entity Quote { name : text }
rule long_name {
    on   update of Quote
    when len(name) > 80
    then deny NAME_TOO_LONG
}
",
    },
};
