//! G0303: two currencies meet.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0303",
    title: Phrase::fixed("two currencies meet", "两种币种混用"),
    why: Phrase::fixed(
        "Amounts of different currencies are compared or added; no rate is known here.",
        "不同币种的金额互相比较或相加，而这里没有汇率。",
    ),
    fix: Phrase::fixed(
        "Write both amounts in the currency of the field.",
        "两个金额都用字段的币种来写。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { amount : money(CNY) }
rule stop {
    on   update of Quote
    when amount > 100_000 USD
    then deny STOP
}
",
        right: r"
guard 1
entity Quote { amount : money(CNY) }
rule stop {
    on   update of Quote
    when amount > 700_000 CNY
    then deny STOP
}
",
    },
};
