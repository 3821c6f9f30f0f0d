//! G0209: unknown annotation.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0209",
    title: Phrase::fixed("unknown annotation", "未知的注解"),
    why: Phrase::fixed(
        "The annotation does not exist, or not in this place. It would be silently without \
         effect.",
        "没有这个注解，或者它不能写在这里。写了也会悄悄地不起作用。",
    ),
    fix: Phrase::fixed(
        "On a field write @sensitivity, @pii or @doc; on a rule or a table @owner, @since, @until, \
         @shadow, @severity, @tags or @doc; on an approval @owner or @doc; on an entity or a skill \
         @doc.",
        "字段上写 @sensitivity、@pii 或 @doc；规则或决策表上写 @owner、@since、@until、@shadow、\
         @severity、@tags 或 @doc；审批链上写 @owner 或 @doc；实体或技能上写 @doc。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { cost_price : money(CNY) @sensitivty(5) }
",
        right: r"
guard 1
entity Quote { cost_price : money(CNY) @sensitivity(5) }
",
    },
};
