//! What may be a name: of a tenant, user, role, agent, model, skill, entity, context, field or record.
//!
//! Decided here and not by a store, so that each store refuses the same. PostgreSQL keeps no NUL, MariaDB
//! compares without the blanks at the end, and a name with a character that does not show passes for
//! another one on an approval card. No message repeats the name.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use crate::error::{Error, ErrorKind, Result};

/// The longest name (`name_bytes`): what the narrowest column of a name that is in no key holds.
pub(crate) const MAX_NAME_BYTES: usize = 255;

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameFlaw {
    /// It is empty, or has nothing but white space.
    Blank,
    /// It is longer than [`MAX_NAME_BYTES`].
    TooLong,
    /// It begins or ends with white space.
    Padded,
    /// It has a control or invisible character.
    Hidden,
}

/// What is wrong with a name, if anything is.
pub(crate) fn flaw(name: &str) -> Option<NameFlaw> {
    let trimmed = name.trim();
    if trimmed.is_empty() {
        Some(NameFlaw::Blank)
    } else if name.len() > MAX_NAME_BYTES {
        Some(NameFlaw::TooLong)
    } else if trimmed.len() != name.len() {
        Some(NameFlaw::Padded)
    } else {
        has_hidden(name).then_some(NameFlaw::Hidden)
    }
}

/// Refuses what is no name. `what` says whose, such as `the principal's tenant`.
///
/// # Errors
/// [`ErrorKind::Input`].
pub(crate) fn expect_name(what: &str, name: &str) -> Result<()> {
    flaw(name).map_or(Ok(()), |flaw| Err(refused(what, flaw)))
}

/// The same for a name that may be left empty.
///
/// # Errors
/// [`ErrorKind::Input`].
pub(crate) fn expect_name_or_none(what: &str, name: &str) -> Result<()> {
    match name {
        "" => Ok(()),
        name => expect_name(what, name),
    }
}

/// Refuses the name of a field, or a record's own key, only for what does not show: a CRM names its fields.
///
/// # Errors
/// [`ErrorKind::Input`].
pub(crate) fn expect_visible(what: &str, name: &str) -> Result<()> {
    match has_hidden(name) {
        true => Err(refused(what, NameFlaw::Hidden)),
        false => Ok(()),
    }
}

fn refused(what: &str, flaw: NameFlaw) -> Error {
    Error::new(ErrorKind::Input, format!("{what} {flaw}")).with_help(
        "send the name as people write it: no control or invisible characters, no blanks around it",
    )
}

impl fmt::Display for NameFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str("is blank"),
            Self::TooLong => write!(f, "is over the limit of {MAX_NAME_BYTES} bytes"),
            Self::Padded => f.write_str("begins or ends with white space"),
            Self::Hidden => f.write_str("has a control or invisible character"),
        }
    }
}

/// Whether a text has a character that does not show. Names are mostly ASCII, and then bytes decide.
pub(crate) fn has_hidden(text: &str) -> bool {
    match text.is_ascii() {
        true => text.bytes().any(|byte| byte.is_ascii_control()),
        false => hidden().is_none_or(|hidden| hidden.is_match(text)),
    }
}

/// Whether a character does not show, or reorders what is around it: two names that differ only
/// by such a character look the same to the person who reviews them.
///
/// The joiners of Persian and Indic scripts (U+200C, U+200D) are among them: inside a word they show by
/// the letters around them or not at all, and what identifies does without them.
pub(crate) fn is_hidden(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_control(),
        false => has_hidden(c.encode_utf8(&mut [0; 4])),
    }
}

/// By Unicode's own classes and not by a list: controls, format characters, line and paragraph separators,
/// what is private or not assigned (nobody can say what it looks like), what a renderer may leave out
/// (Default_Ignorable_Code_Point), and the blank of Braille, which is a symbol to Unicode.
const HIDDEN_CLASS: &str =
    r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u{2800}]";

/// INVARIANT: there is one, which a test compiles; without it every text that is not ASCII counts as hidden.
fn hidden() -> Option<&'static Regex> {
    static HIDDEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(HIDDEN_CLASS).ok());
    HIDDEN.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flaw_is_told_from_the_others() {
        for (name, found) in [
            ("acme", None),
            ("华东 区", None),
            ("u-17@acme.example", None),
            ("", Some(NameFlaw::Blank)),
            (" \t", Some(NameFlaw::Blank)),
            ("\u{3000}", Some(NameFlaw::Blank)),
            (" a", Some(NameFlaw::Padded)),
            ("a\n", Some(NameFlaw::Padded)),
            ("a\0b", Some(NameFlaw::Hidden)),
            ("\0", Some(NameFlaw::Hidden)),
            ("a\u{7f}", Some(NameFlaw::Hidden)),
            ("a\u{9b}b", Some(NameFlaw::Hidden)),
            ("a\u{202e}b", Some(NameFlaw::Hidden)),
            ("a\u{200b}", Some(NameFlaw::Hidden)),
        ] {
            assert_eq!(flaw(name), found, "{name:?}");
        }
        assert_eq!(flaw(&"n".repeat(255)), None);
        assert_eq!(flaw(&"n".repeat(256)), Some(NameFlaw::TooLong));
    }
    #[test]
    fn no_character_that_does_not_show_is_in_a_name() {
        for c in [
            '\u{ad}',
            '\u{34f}',
            '\u{378}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{17b4}',
            '\u{180b}',
            '\u{180e}',
            '\u{200c}',
            '\u{200d}',
            '\u{2028}',
            '\u{2065}',
            '\u{206a}',
            '\u{2800}',
            '\u{3164}',
            '\u{e000}',
            '\u{fe00}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff0}',
            '\u{fffb}',
            '\u{ffff}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0100}',
            '\u{f0000}',
            '\u{10ffff}',
        ] {
            assert!(is_hidden(c), "{}", c.escape_unicode());
            assert_eq!(
                flaw(&format!("a{c}b")),
                Some(NameFlaw::Hidden),
                "{}",
                c.escape_unicode()
            );
        }
    }

    #[test]
    fn names_of_all_scripts_are_names() {
        for name in [
            "Åsa Ñuñez",
            "Владимир",
            "أحمد",
            "רות",
            "अनीता शर्मा",
            "ශ්රී",
            "สมชาย",
            "김철수",
            "さくら",
            "欧阳修",
            "𠮷田",
            "\u{e9}",
            "e\u{301}",
            "🙂",
            "№ 7 · a—b",
            "ქეთი",
            "ᠮᠣᠩᠭᠣᠯ",
        ] {
            assert_eq!(flaw(name), None, "{name}");
        }
    }
}
