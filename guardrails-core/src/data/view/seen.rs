//! One field of a view: as it is, changed, or under a mask that is put on when somebody looks.
//!
//! A model mostly looks at a few fields of many, and a mask is the one thing in a view that costs
//! an allocation. INVARIANT: what a mask is on is never handed out without it.

use std::sync::OnceLock;

use crate::data::mask::Form;
use crate::policy::Mask;
use crate::value::{Name, Value};

/// Name and value of one field.
pub(super) struct Entry<'r> {
    pub(super) name: &'r Name,
    pub(super) seen: Seen<'r>,
}

/// A value in a view.
pub(super) enum Seen<'r> {
    /// As it is in the record.
    Plain(&'r Value),
    /// Made from it, with what may not be seen left out.
    Changed(Value),
    /// Under a mask.
    Masked(Masked<'r>),
}

/// A value and the mask on it.
pub(super) struct Masked<'r> {
    value: &'r Value,
    mask: Mask,
    form: Form,
    shown: OnceLock<Value>,
}

impl<'r> Masked<'r> {
    pub(super) fn new(value: &'r Value, mask: &Mask, form: Form) -> Self {
        Self {
            value,
            mask: mask.clone(),
            form,
            shown: OnceLock::new(),
        }
    }

    fn apply(&self, buffer: &mut String) -> Value {
        self.mask.apply_as(self.form, self.value, buffer)
    }
}

impl Seen<'_> {
    /// What is shown, kept for the next who looks.
    pub(super) fn value(&self) -> &Value {
        match self {
            Self::Plain(value) => value,
            Self::Changed(value) => value,
            Self::Masked(masked) => masked
                .shown
                .get_or_init(|| masked.apply(&mut String::new())),
        }
    }

    /// What is shown, as a value of its own; `buffer` is kept from mask to mask.
    pub(super) fn to_value(&self, buffer: &mut String) -> Value {
        match self {
            Self::Plain(value) => (*value).clone(),
            Self::Changed(value) => value.clone(),
            Self::Masked(masked) => match masked.shown.get() {
                Some(shown) => shown.clone(),
                None => masked.apply(buffer),
            },
        }
    }
}
