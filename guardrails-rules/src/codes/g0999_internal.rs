//! G0999: mistake in the compiler.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0999",
    title: Phrase::fixed("mistake in the compiler", "编译器自身的错误"),
    why: Phrase::fixed(
        "Parts of the compiler disagree about a text. The policy is refused.",
        "编译器的各部分对这段文本的理解不一致。这份策略被拒绝。",
    ),
    fix: Phrase::fixed(
        "Please report it, with the text.",
        "请连同这段文本一起报告。",
    ),
    example: Example::Said(Phrase::fixed("none is known", "目前没有已知的例子")),
};
