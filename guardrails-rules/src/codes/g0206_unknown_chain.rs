//! G0206: unknown approval chain.

use super::{Code, Example, Phrase};

pub(super) const CODE: &Code = &Code {
    code: "G0206",
    title: Phrase::fixed("unknown approval chain", "未知的审批链"),
    why: Phrase::fixed(
        "No file of the bundle declares this chain; nobody could ever approve.",
        "策略包里没有文件声明这条审批链，永远不会有人能审批。",
    ),
    fix: Phrase::fixed(
        "Write the chain as it is declared, or declare it: `approval senior { step manager 1 of \
         SALES_MANAGER }`.",
        "按声明的写法写这条审批链，或者声明它：`approval senior { step manager 1 of \
         SALES_MANAGER }`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Quote { id : text }
approval discount_chain { step manager 1 of SALES_MANAGER }
rule ask_first {
    on   update of Quote
    then require approval discount_chian
}
",
        right: r"
guard 1
entity Quote { id : text }
approval discount_chain { step manager 1 of SALES_MANAGER }
rule ask_first {
    on   update of Quote
    then require approval discount_chain
}
",
    },
};
