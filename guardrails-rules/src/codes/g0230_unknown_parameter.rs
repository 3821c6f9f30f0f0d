//! G0230: unknown parameter.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0230",
    title: Phrase::fixed("unknown parameter", "未知的参数"),
    why: Phrase::fixed(
        "The host sets a parameter that no file of the bundle declares. It would be without effect, and the host would go on believing in it.",
        "宿主系统设了一个策略包中没有声明的参数。它不会起作用，而宿主系统会以为它在起作用。",
    ),
    fix: Phrase::fixed(
        "Declare it with `param NAME : type = default`, or do not set it.",
        "用 `param 名称 : 类型 = 默认值` 声明它，或者不要设它。",
    ),
    example: Example::Said(Phrase::fixed(
        "`guard check --set REP_LIMITT=15%` on a policy with `param REP_LIMIT`",
        "对写有 `param REP_LIMIT` 的策略执行 `guard check --set REP_LIMITT=15%`",
    )),
};
