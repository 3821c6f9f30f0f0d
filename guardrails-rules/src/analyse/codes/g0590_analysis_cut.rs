//! G0590: analysis that was cut short.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0590",
    title: Phrase::fixed("analysis that was cut short", "没有做完的分析"),
    why: Phrase::fixed(
        "Rules are compared in pairs where they may concern the same case. So many of them \
         may that comparing stopped at the limit `analysis_pairs` of 100,000 pairs; what was \
         found until then is told.",
        "规则在可能涉及同一情形时两两比较。这样的规则太多，比较到上限 `analysis_pairs`（100,0\
         00 对）为止；已经发现的都已告知。",
    ),
    fix: Phrase::fixed(
        "Give rules that belong together one condition in common, such as on the value of a \
         field: rules about different values are not compared.",
        "让相关的规则有一个共同的条件，例如对某个字段的取值：取值不同的规则不会互相比较。",
    ),
    example: Example::Said(Phrase::fixed(
        "ten thousand rules on one entity, each with a bound of its own on the same number",
        "一个实体上有一万条规则，各自对同一个数设一个界限",
    )),
};
