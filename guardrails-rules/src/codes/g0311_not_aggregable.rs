//! G0311: nothing to count or add up.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0311",
    title: Phrase::fixed("nothing to count or add up", "没有可以计数或相加的内容"),
    why: Phrase::fixed(
        "`count` counts the items of a list; `sum` and `avg` add up numbers, amounts or durations of \
         the items; `min` and `max` need something that has an order.",
        "`count` 数列表的元素；`sum` 和 `avg` 把元素的数字、金额或时长相加；`min` 和 `max` 需要有大小之分\
         的值。",
    ),
    fix: Phrase::fixed(
        "Name the value of each item: `sum(l.amount for l in lines)`. To count, name the item itself: \
         `count(l for l in lines where l.amount > 0 CNY)`.",
        "写出每个元素的值：`sum(l.amount for l in lines)`。要计数就写元素本身：\
         `count(l for l in lines where l.amount > 0 CNY)`。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Line { name : text  amount : money(CNY) }
entity Quote { lines : [Line] }
rule large {
    on   update of Quote
    when sum(l.name for l in lines) > 100 CNY
    then deny LARGE
}
"#,
        right: r#"
guard 1
entity Line { name : text  amount : money(CNY) }
entity Quote { lines : [Line] }
rule large {
    on   update of Quote
    when sum(l.amount for l in lines) > 100 CNY
    then deny LARGE
}
"#,
    },
};
