//! The free-text mask: what [`crate::data::find`] finds is masked by its kind, the rest stays.

use super::{card, email, id, name, phone};
use crate::data::pii::{PiiKind, find};

/// Appends `text` with the personal data in it masked; answers whether there was any, and appends
/// nothing when there was none.
pub(super) fn scrub(text: &str, out: &mut String) -> bool {
    let found = find(text);
    if found.is_empty() {
        return false;
    }
    let mut done = 0;
    for finding in &found {
        out.push_str(text.get(done..finding.start).unwrap_or(""));
        let piece = text.get(finding.start..finding.end).unwrap_or("");
        mask_piece(finding.kind, piece, out);
        done = finding.end;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    true
}

fn mask_piece(kind: PiiKind, piece: &str, out: &mut String) {
    match kind {
        PiiKind::Phone => phone::mask(piece, out),
        PiiKind::Email => email::mask(piece, out),
        PiiKind::Name => name::mask(piece, out),
        PiiKind::ResidentId => id::mask(piece, out),
        PiiKind::BankCard => card::mask(piece, out),
    }
}
