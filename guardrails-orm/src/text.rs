//! Texts of fixed form in columns: digests, moments, and labels that must fit.

use std::borrow::Cow;

use chrono::{DateTime, SubsecRound, Utc};
use guardrails_core::policy::Digest;

/// What a name that is too long for its column ends with.
const CUT: char = '…';

/// The digest written as `sha256:` and 64 lower-case hexadecimal digits.
pub(crate) fn digest(text: &str) -> Option<Digest> {
    let digits = text.strip_prefix("sha256:")?.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut digest = Digest::default();
    for (slot, pair) in digest.0.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *slot = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(digest)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Cut to the microseconds that all three databases keep.
pub(crate) fn moment(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}

/// A text that a column of `most` characters takes, for rows derived from events. The event has the
/// whole text; a name of unheard-of length must not be what stops the audit.
pub(crate) fn fit(text: &str, most: u32) -> String {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let text = without_nul(text);
    if text.chars().nth(most).is_none() {
        return text.into_owned();
    }
    text.chars()
        .take(most.saturating_sub(1))
        .chain([CUT])
        .collect()
}

/// PostgreSQL takes no NUL in text.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_read_back() {
        let all = Digest(std::array::from_fn(|i| u8::try_from(i * 8).unwrap_or(0)));
        assert_eq!(digest(&all.to_string()), Some(all));
        for bad in ["", "sha256:", "sha256:+f", &all.to_string().to_uppercase()] {
            assert_eq!(digest(bad), None);
        }
    }

    #[test]
    fn long_names_are_cut_with_a_sign() {
        assert_eq!(fit("华东区", 3), "华东区");
        assert_eq!(fit("华东区域", 3), "华东…");
        assert_eq!(fit("a\0b", 3), "a\u{fffd}b");
    }
}
