//! Texts of fixed form in columns: moments, and labels that must fit.

use std::borrow::Cow;

use chrono::{DateTime, SubsecRound, Utc};

/// What a name that is too long for its column ends with.
const CUT: char = '…';

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
    fn long_names_are_cut_with_a_sign() {
        assert_eq!(fit("华东区", 3), "华东区");
        assert_eq!(fit("华东区域", 3), "华东…");
        assert_eq!(fit("a\0b", 3), "a\u{fffd}b");
    }
}
