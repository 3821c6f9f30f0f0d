//! G0106: too many operators.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0106",
    title: Phrase::fixed("too many operators", "运算符过多"),
    why: Phrase::fixed(
        "A condition stacks more operators than the limit `expression_depth` of 128. Chains of \
         `and` and `or` count once, however long.",
        "条件里叠加的运算符超过上限 `expression_depth`（128）。`and` 或 `or` 连成的长链只算一次。",
    ),
    fix: Phrase::fixed(
        "Shorten the calculation, or make several rules of it.",
        "缩短这个算式，或者拆成几条规则。",
    ),
    example: Example::Text {
        wrong: r#"
guard 1
entity Quote { n : int }
rule sum {
    on   update of Quote
    when n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n
      + n + n + n + n + n + n + n + n + n + n > 1
    then notify "desk"
}
"#,
        right: r#"
guard 1
entity Quote { n : int }
rule sum {
    on   update of Quote
    when n * 131 > 1
    then notify "desk"
}
"#,
    },
};
