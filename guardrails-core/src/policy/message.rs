//! Texts for people, in the languages that the policy has them in.

use super::expr::Path;
use crate::value::Name;

/// Text for people, with places for values: `discount is {discount}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Text and values, in order: the first text, for whoever asks for no language or for one that
    /// there is none in.
    pub parts: Vec<MessagePart>,
    /// The same in other languages, in the order written.
    pub translations: Vec<Translation>,
}

/// A message in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    /// The language: a BCP 47 tag such as `en` or `zh`.
    pub language: Name,
    /// Text and values, in order.
    pub parts: Vec<MessagePart>,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessagePart {
    /// As written.
    Text(String),
    /// A value, shown as the principal may see it. Of an item of a list, `Root::Variable` holds the
    /// number of its quantifier in the rule's condition: from 0, in reading order, without those inside
    /// of aggregates.
    Value(Path),
}

impl Message {
    /// A message without values.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            parts: vec![MessagePart::Text(text.into())],
            translations: Vec::new(),
        }
    }
}

/// Whether a text in `have` is for a reader of `wanted`: the same tag, or the same language where
/// one of the two says no more (`en` is for `en-GB`). Case does not count.
#[must_use]
pub fn speaks(have: &str, wanted: &str) -> bool {
    let primary = |tag: &str| {
        let end = tag.find(['-', '_']).unwrap_or(tag.len());
        tag.get(..end).unwrap_or(tag).to_ascii_lowercase()
    };
    !wanted.is_empty() && primary(have) == primary(wanted)
}

#[cfg(test)]
mod tests {
    use super::speaks;

    #[test]
    fn a_language_is_met_by_its_primary_tag() {
        assert!(speaks("en", "en-GB"));
        assert!(speaks("zh", "ZH_cn"));
        assert!(!speaks("en", "eng"));
        assert!(!speaks("en", ""));
    }
}
