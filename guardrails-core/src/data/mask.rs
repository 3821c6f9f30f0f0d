//! Masks: what is shown in place of a value.
//!
//! This file decides which mask does what to which shape of value; one file per kind below it decides
//! what of a text is kept. A mask must not fail, and must not
//! show what it does not understand: text that is not of the mask's kind comes out as `***`.

mod card;
mod email;
mod ends;
mod form;
mod glyphs;
mod id;
mod name;
mod phone;
mod placeholder;
mod scrub;
mod surnames;

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use crate::policy::Mask;
use crate::value::Value;

pub(super) use form::Form;
pub(super) use glyphs::narrow;
pub(super) use name::{is_han, is_syllabic};
pub(crate) use placeholder::{CONFIDENTIAL, STARS};
pub(super) use surnames::{compound, is_surname};

static STARS_TEXT: LazyLock<Arc<str>> = LazyLock::new(|| STARS.into());
static CONFIDENTIAL_TEXT: LazyLock<Arc<str>> = LazyLock::new(|| CONFIDENTIAL.into());

impl Mask {
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
