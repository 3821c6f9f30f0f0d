//! G0526: `beyond scope` in a grant without a row scope.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0526",
    title: Phrase::fixed(
        "`beyond scope` in a grant without a row scope",
        "没有行范围的授权中的 `beyond scope`",
    ),
    why: Phrase::fixed(
        "An update must leave the record in the row scope of a grant; `beyond scope` lifts that for \
         some fields. This grant has no `where`, so it holds for every record and no update leaves \
         its scope: the words change nothing.",
        "更新之后，记录仍须在某个授权的行范围之内；`beyond scope` 对某些字段取消这一要求。这个授权没有 \
         `where`，对每条记录都成立，没有更新会离开它的范围，所以这两个词不起作用。",
    ),
    fix: Phrase::fixed(
        "Remove `beyond scope`, or give the grant the row scope that was meant.",
        "去掉 `beyond scope`，或者给授权加上本来想写的行范围。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Deal { id : text  owner : text }
grant SALES_REP on Deal {
    read  id
    write owner beyond scope
}
skill deal.hand_over { does update on Deal  impact 2  allow SALES_REP }
",
        right: r"
guard 1
entity Deal { id : text  owner : text }
grant SALES_REP on Deal where owner == actor.id {
    read  id
    write owner beyond scope
}
skill deal.hand_over { does update on Deal  impact 2  allow SALES_REP }
",
    },
};
