//! G0006: too many declarations or findings.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0006",
    title: Phrase::fixed("too many declarations or findings", "声明或诊断过多"),
    why: Phrase::fixed(
        "A bundle holds at most 100,000 rules (`rules`), and at most 1,000 findings are told at \
         a time (`findings`). Parts of declarations have limits too, each with its name in the \
         message.",
        "一个策略包最多有 100,000 条规则（`rules`），一次最多报告 1,000 条诊断（`findings`）。声\
         明的各个部分也有上限，消息里会写出上限的名称。",
    ),
    fix: Phrase::fixed(
        "Mend what is told and check again; say in one rule with `in` and a list what was \
         generated as many.",
        "先改正已报告的问题再检查；由程序生成的许多条规则，可以用 `in` 和列表写成一条。",
    ),
    example: Example::Said(Phrase::fixed(
        "a generated bundle of 200,000 rules",
        "由程序生成的、有 200,000 条规则的策略包",
    )),
};
