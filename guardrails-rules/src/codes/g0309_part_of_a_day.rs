//! G0309: date moved by a part of a day.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0309",
    title: Phrase::fixed("date moved by a part of a day", "日期移动了不足一天的时间"),
    why: Phrase::fixed(
        "A date is a day of the calendar and has no hours: twelve hours after the second of March is \
         no date.",
        "日期是日历上的一天，没有小时：三月二日之后十二小时不是日期。",
    ),
    fix: Phrase::fixed(
        "Add whole days, such as `3d`, or give the field the type `datetime`.",
        "加整天，例如 `3d`，或者把字段类型改为 `datetime`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { due : date }
rule late {
    on   update of Quote
    when due + 12h < today
    then deny LATE
}
"#,
        right: r#"
guard 1
entity Quote { due : date }
rule late {
    on   update of Quote
    when due + 1d < today
    then deny LATE
}
"#,
    },
};
