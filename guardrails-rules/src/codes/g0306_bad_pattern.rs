//! G0306: regular expression is not valid.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0306",
    title: Phrase::fixed("regular expression is not valid", "正则表达式无效"),
    why: Phrase::fixed(
        "The pattern breaks the rules for regular expressions, or grows beyond the limit \
         `pattern_bytes` of 1 MiB.",
        "这个模式不符合正则表达式的写法，或者展开后超过上限 `pattern_bytes`（1 MiB）。",
    ),
    fix: Phrase::fixed(
        "Mend the pattern. To look for a plain text write `contains`, `starts with` or `ends \
         with`.",
        "改正这个模式。只找普通文本时，写 `contains`、`starts with` 或 `ends with`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { name : text }
rule stop {
    on   update of Quote
    when name matches "("
    then deny STOP
}
"#,
        right: r#"
guard 1
entity Quote { name : text }
rule stop {
    on   update of Quote
    when name contains "("
    then deny STOP
}
"#,
    },
};
