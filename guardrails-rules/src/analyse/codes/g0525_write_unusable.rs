//! G0525: `write` under which nothing can be written.

use guardrails_core::Phrase;

use crate::codes::{Code, Example};

pub(super) const CODE: &Code = &Code {
    code: "G0525",
    title: Phrase::fixed(
        "`write` under which nothing can be written",
        "不会让任何内容可写的 `write`",
    ),
    why: Phrase::fixed(
        "A field is writable where a grant says `write` of it and does not hide it, and a change \
         replaces a field as a whole: a nested record is writable only where everything inside it \
         is. Whatever grants a person holds, this clause lets nothing be written; it only shows \
         the field.",
        "授权写明 `write` 且没有隐藏的字段才可写，而且修改会替换整个字段：嵌套记录只有在其中每个字段都可写时\
         才可写。无论一个人持有哪些授权，这一条都不会让任何内容可写，只会显示该字段。",
    ),
    fix: Phrase::fixed(
        "Grant `write` of the whole field, mask instead of hiding, or say `read`.",
        "授予整个字段的 `write`，以脱敏代替隐藏，或者改为 `read`。",
    ),
    example: Example::Text {
        wrong: r"
guard 1
entity Contact { name : text  phone : text }
entity Account { id : text  contact : Contact }
grant SALES_REP on Account {
    read  id
    write contact.phone
}
skill account.edit { does update on Account  impact 1  allow SALES_REP }
",
        right: r"
guard 1
entity Contact { name : text  phone : text }
entity Account { id : text  contact : Contact }
grant SALES_REP on Account {
    read  id
    write contact
    mask  contact.phone with phone
}
skill account.edit { does update on Account  impact 1  allow SALES_REP }
",
    },
};
