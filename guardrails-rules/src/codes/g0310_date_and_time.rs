//! G0310: date meets a point in time.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0310",
    title: Phrase::fixed("date meets a point in time", "日期与时间点混用"),
    why: Phrase::fixed(
        "A date is a whole day and a point in time an instant of one; whether the one is before the \
         other depends on what is meant.",
        "日期是一整天，时间点是其中的一刻；两者谁先谁后，取决于想表达什么。",
    ),
    fix: Phrase::fixed(
        "Count days of the policy's time zone: `days between sent and today > 3`. Or compare instants: \
         `sent < now`.",
        "按策略时区数天数：`days between sent and today > 3`；或者比较时间点：`sent < now`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { sent : datetime }
rule late {
    on   update of Quote
    when sent < today
    then deny LATE
}
"#,
        right: r#"
guard 1
entity Quote { sent : datetime }
rule late {
    on   update of Quote
    when days between sent and today > 0
    then deny LATE
}
"#,
    },
};
