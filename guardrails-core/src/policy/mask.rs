//! The masks that a policy names, and how strict each is. What a mask shows is [`crate::data`]'s.

use super::schema::Sensitivity;

/// From this sensitivity on the default mask shows nothing (seed table `data_field_permission`).
const CONFIDENTIAL_FROM: u8 = 4;

/// How a value is disguised.
///
/// "Character" is a grapheme cluster (Unicode UAX 29): a letter with its accents, an emoji with its
/// modifiers. Lists are masked item by item; null stays null, except under a mask that shows nothing
/// anyway. A view masks a nested entity field by field; an object by itself is `***`.
///
/// Only text is shown in part. Of a number the masks `phone`, `id`, `bank_card` and `scrub` show what
/// they show of its digits; under any other mask a number is `***`, and so is whatever else has a
/// type: words of an enum, amounts, dates, truths.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mask {
    /// The seed article's default by sensitivity: from level 4 `[CONFIDENTIAL]`, below that
    /// min(3, len/3) characters kept at both ends around `***`, and `***` for two or fewer.
    Default(Sensitivity),
    /// A telephone number: `138****5678`, `010-*****678`; no more than 7 of 11 digits.
    Phone,
    /// An e-mail address: first character and domain kept, `z***@example.com`.
    Email,
    /// A person's name: `张*`, `欧阳**`, `J*** S***`.
    Name,
    /// An identity number: the first three and the last character of 15 or 18, so never any of the
    /// birth date; one at either end of 8 to 12. Words, mobile numbers and bank cards are `***`.
    Id,
    /// A bank card number: the last four digits, `****0123` (PCI DSS 3.4 allows as much).
    BankCard,
    /// `head` characters, `***`, `tail` characters; fewer where that would show more than half.
    Partial(u8, u8),
    /// Free text with the personal data in it masked, each by its kind; see [`crate::data::find`].
    Scrub,
    /// `[CONFIDENTIAL]`, whatever the value.
    Redact,
}

impl Mask {
    /// The words of the language, for messages. `partial` takes two numbers: `partial(3, 4)`.
    pub const WORDS: &'static [&'static str] = &[
        "default",
        "phone",
        "email",
        "name",
        "id",
        "bank_card",
        "partial",
        "scrub",
        "redact",
    ];

    /// The mask's word.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Default(_) => "default",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Name => "name",
            Self::Id => "id",
            Self::BankCard => "bank_card",
            Self::Partial(..) => "partial",
            Self::Scrub => "scrub",
            Self::Redact => "redact",
        }
    }

    /// The mask written as `word`: one of [`Mask::WORDS`], or `partial(HEAD, TAIL)`.
    ///
    /// `default` is the default of the lowest sensitivity; the field it is put on raises it to its
    /// own. `partial` alone keeps one character at either end.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "default" => Self::Default(Sensitivity::PUBLIC),
            "phone" => Self::Phone,
            "email" => Self::Email,
            "name" => Self::Name,
            "id" => Self::Id,
            "bank_card" => Self::BankCard,
            "partial" => Self::Partial(1, 1),
            "scrub" => Self::Scrub,
            "redact" => Self::Redact,
            other => return partial(other),
        })
    }

    /// How strict it is. One order holds for everything that can happen to a field:
    /// hide (80) > redact (70) > token (60) > partial (20 – 55) > bucket (10) > read (0).
    ///
    /// Among the partial ones the order goes by how much they usually leave.
    #[must_use]
    pub fn strictness(&self) -> u8 {
        match self {
            Self::Redact => 70,
            Self::Default(level) if level.level() >= CONFIDENTIAL_FROM => 70,
            Self::Partial(head, tail) => 55 - head.saturating_add(*tail).min(12),
            Self::BankCard => 42,
            Self::Id => 41,
            Self::Default(_) => 38,
            Self::Name => 35,
            Self::Phone => 30,
            Self::Email => 25,
            Self::Scrub => 20,
        }
    }

    /// The same mask on a field of this sensitivity: only the default depends on it, and only
    /// upwards.
    #[must_use]
    pub fn on(&self, sensitivity: Sensitivity) -> Self {
        match self {
            Self::Default(level) => Self::Default((*level).max(sensitivity)),
            other => other.clone(),
        }
    }
}

/// Reads `partial(HEAD, TAIL)`.
fn partial(word: &str) -> Option<Mask> {
    let inside = word.strip_prefix("partial")?.trim();
    let (head, tail) = inside
        .strip_prefix('(')?
        .strip_suffix(')')?
        .split_once(',')?;
    Some(Mask::Partial(
        head.trim().parse().ok()?,
        tail.trim().parse().ok()?,
    ))
}
