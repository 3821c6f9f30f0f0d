//! What the policy's files say, as they write it.

use guardrails_rules::Outline;

use crate::data::Mask;

/// The remarks above a declaration.
pub(super) fn remarks(outline: &Outline, keyword: &str, name: &str) -> String {
    let declared = outline.declared(keyword, name);
    declared
        .map(|declared| declared.remarks.clone())
        .unwrap_or_default()
}

/// A mask as it is written.
pub(super) fn mask_word(mask: &Mask) -> String {
    match mask {
        Mask::Partial(head, tail) => format!("partial({head}, {tail})"),
        other => other.name().to_owned(),
    }
}
