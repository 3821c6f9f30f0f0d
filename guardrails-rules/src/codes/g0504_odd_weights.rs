//! G0504: weights do not add up to 1.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0504",
    title: Phrase::fixed("weights do not add up to 1", "权重之和不是 1"),
    why: Phrase::fixed(
        "The score then does not run from 0 to 10, and the thresholds mean something else.",
        "这样风险分就不在 0 到 10 之间，各等级的分数线也就不是原来的意思。",
    ),
    fix: Phrase::fixed(
        "Let the weights of all factors add up to 1.",
        "让所有因子的权重之和等于 1。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
risk {
    factor impact weight 0.4 = skill.impact
    factor user   weight 0.4 = behaviour.score
}
",
        right: r"
guard 1
risk {
    factor impact weight 0.6 = skill.impact
    factor user   weight 0.4 = behaviour.score
}
",
    },
};
