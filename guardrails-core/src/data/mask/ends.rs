//! Masks that keep the two ends of any text: the seed article's default, and `partial`. Blanks around
//! a text are no part of it: counted in, they would leave a short name whole between its own ends.

use super::glyphs::{count_to, head, tail};
use super::placeholder::STARS;

/// The seed article's formula below sensitivity 4: min(3, len/3) characters kept at both ends
/// around `***`, and `***` for two characters or fewer.
pub(super) fn default(text: &str, out: &mut String) {
    let text = text.trim();
    // From nine characters on the formula gives three, however long the text is.
    let kept = count_to(text, 9) / 3;
    keep(text, kept, kept, out);
}

/// `head_len` and `tail_len` characters around `***`, shrunk in proportion where they come to more
/// than half of the text; `***` for two characters or fewer.
pub(super) fn partial(text: &str, head_len: usize, tail_len: usize, out: &mut String) {
    let text = text.trim();
    let wanted = head_len.saturating_add(tail_len);
    let length = count_to(text, wanted.saturating_mul(2).max(3));
    let allowed = if length < 3 { 0 } else { length / 2 };
    if wanted <= allowed {
        return keep(text, head_len, tail_len, out);
    }
    let kept_head = (allowed * head_len).div_ceil(wanted.max(1));
    keep(text, kept_head, allowed.saturating_sub(kept_head), out);
}

fn keep(text: &str, head_len: usize, tail_len: usize, out: &mut String) {
    out.push_str(head(text, head_len));
    out.push_str(STARS);
    out.push_str(tail(text, tail_len));
}
