//! G0610: script refused by the engine.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0610",
    title: Phrase::fixed("script refused by the engine", "脚本被引擎拒绝"),
    why: Phrase::fixed(
        "The script passed the checks and the script engine refused it all the same.",
        "脚本通过了检查，但脚本引擎仍然拒绝了它。",
    ),
    fix: Phrase::fixed("Please report it, with the script.", "请连同脚本一起报告。"),
    example: Example::Said(Phrase::fixed(
        "no such script is known",
        "目前没有已知的例子",
    )),
};
