//! G0302: money meets a plain number.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0302",
    title: Phrase::fixed("money meets a plain number", "金额与普通数字混用"),
    why: Phrase::fixed(
        "An amount of money is compared with, or added to, a number without a currency.",
        "金额与没有币种的数字比较或相加。",
    ),
    fix: Phrase::fixed(
        "Write the currency after the number: `100_000 CNY`.",
        "在数字后面写上币种：`100_000 CNY`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { amount : money(CNY) }
rule stop {
    on   update of Quote
    when amount > 100_000
    then deny STOP
}
",
        right: r"
guard 1
entity Quote { amount : money(CNY) }
rule stop {
    on   update of Quote
    when amount > 100_000 CNY
    then deny STOP
}
",
    },
};
