//! G0219: two time zones in one bundle.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0219",
    title: Phrase::fixed("two time zones in one bundle", "一个策略包有两个时区"),
    why: Phrase::fixed(
        "All files of a bundle are one policy, and one policy means one calendar: `today`, `hour of`, \
         `days between` and the dates of rules would otherwise depend on the file they stand in.",
        "策略包的所有文件是同一份策略，一份策略只有一套日历：否则 `today`、`hour of`、`days between` \
         和规则的起止日期会随所在文件而变。",
    ),
    fix: Phrase::fixed(
        "Keep one `timezone` in the bundle, best in the file that is read first.",
        "整个策略包只保留一个 `timezone`，最好放在最先阅读的文件里。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
timezone "Asia/Shanghai"
timezone "UTC"
"#,
        right: r#"
guard 1
timezone "Asia/Shanghai"
"#,
    },
};
