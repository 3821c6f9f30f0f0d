//! Masks: what is shown in place of a value.

use crate::policy::Sensitivity;

/// How a value is disguised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mask {
    /// The seed article's default by sensitivity: from level 4 `[CONFIDENTIAL]`, below that
    /// min(3, len/3) characters kept at both ends around `***`, and `***` for two or fewer.
    Default(Sensitivity),
    /// A telephone number: `138****5678`.
    Phone,
    /// An e-mail address: first character and domain kept, `z***@example.com`.
    Email,
    /// A person's name: `张*`, `欧阳**`, `J*** S***`.
    Name,
    /// An identity number: region and last digits hidden too, only head and tail kept.
    Id,
    /// `head` characters, `***`, `tail` characters.
    Partial(u8, u8),
    /// Free text with the personal data in it masked, each by its kind.
    Scrub,
    /// `[CONFIDENTIAL]`, whatever the value.
    Redact,
}
