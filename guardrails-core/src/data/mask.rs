//! Masks: what is shown in place of a value.
//!
//! This file decides which mask does what to which shape of value, and how strict each mask is;
//! one file per kind below it decides what of a text is kept. A mask must not fail, and must not
//! show what it does not understand: text that is not of the mask's kind comes out as `***`.

mod card;
mod email;
mod ends;
mod form;
mod glyphs;
mod id;
mod name;
mod phone;
mod scrub;
mod surnames;

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use crate::policy::Sensitivity;
use crate::value::Value;

pub(super) use form::Form;
pub(super) use glyphs::narrow;
pub(super) use name::{is_han, is_syllabic};
pub(super) use surnames::{compound, is_surname};

/// What stands for a value of which nothing is shown.
pub(crate) const STARS: &str = "***";
/// What stands for a value too sensitive for any part of it to be shown.
pub(crate) const CONFIDENTIAL: &str = "[CONFIDENTIAL]";
/// From this sensitivity on the default mask shows nothing (seed table `data_field_permission`).
const CONFIDENTIAL_FROM: u8 = 4;

static STARS_TEXT: LazyLock<Arc<str>> = LazyLock::new(|| STARS.into());
static CONFIDENTIAL_TEXT: LazyLock<Arc<str>> = LazyLock::new(|| CONFIDENTIAL.into());

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

    /// What is shown in place of `value`, of a field that no entity declares or that is text.
    #[must_use]
    pub fn apply(&self, value: &Value) -> Value {
        self.apply_as(Form::Text, value, &mut String::new())
    }

    /// The same for a value of a declared form, with a buffer that a caller of many masks keeps.
    pub(super) fn apply_as(&self, form: Form, value: &Value, buffer: &mut String) -> Value {
        if self.shows_nothing() {
            return Value::Text(CONFIDENTIAL_TEXT.clone());
        }
        match value {
            Value::Null => Value::Null,
            Value::Text(text) if form.lets(self) => self.text(text, form, buffer),
            Value::Number(number) if form != Form::Typed && form::is_for_numbers(self) => {
                let mut digits = String::with_capacity(32);
                // INVARIANT: writing to a String cannot fail.
                let _ = write!(digits, "{}", number.normalize());
                self.text(&digits, Form::Whole, buffer)
            }
            Value::List(items) => {
                let each = items.iter().map(|item| self.apply_as(form, item, buffer));
                Value::List(each.collect())
            }
            Value::Text(_) | Value::Number(_) | Value::Bool(_) | Value::Object(_) => {
                Value::Text(STARS_TEXT.clone())
            }
        }
    }

    /// Whether a text may be what a mask shows in place of a value. What a mask changes always is.
    pub(super) fn is_disguise(text: &str) -> bool {
        text.contains('*') || text == CONFIDENTIAL
    }

    fn shows_nothing(&self) -> bool {
        self.strictness() >= Self::Redact.strictness()
    }

    fn text(&self, text: &str, form: Form, buffer: &mut String) -> Value {
        buffer.clear();
        buffer.reserve(64);
        match self {
            // What scrubbing leaves as it is, is text.
            Self::Scrub if !scrub::scrub(text, buffer) => {
                buffer.push_str(if form == Form::Text { text } else { STARS });
            }
            Self::Scrub => {}
            _ => self.write(text, buffer),
        }
        // A text with stars of its own, such as `a**`, could come out whole.
        let shows_all = text.contains('*') && *self != Self::Scrub && buffer.contains(text);
        match buffer.as_str() {
            masked if shows_all || masked == STARS => Value::Text(STARS_TEXT.clone()),
            masked => Value::Text(masked.into()),
        }
    }

    fn write(&self, text: &str, out: &mut String) {
        match self {
            Self::Default(_) => ends::default(text, out),
            Self::Phone => phone::mask(text, out),
            Self::Email => email::mask(text, out),
            Self::Name => name::mask(text, out),
            Self::Id => id::mask(text, out),
            Self::BankCard => card::mask(text, out),
            Self::Partial(head, tail) => {
                ends::partial(text, usize::from(*head), usize::from(*tail), out);
            }
            Self::Scrub | Self::Redact => out.push_str(CONFIDENTIAL),
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
