//! Entities, fields and their types.

use std::fmt;
use std::sync::Arc;

use crate::diagnostic::Place;
use crate::value::{Name, by_name};

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// An exact decimal.
    Decimal,
    /// An exact decimal in hundredths: 15 in the data means 15 %.
    Percent,
    /// An exact amount of one currency; amounts of two currencies never meet.
    Money(Currency),
    /// Text.
    Text,
    /// A calendar day, ISO 8601 `2026-03-02`.
    Date,
    /// An instant, RFC 3339 `2026-03-02T10:00:00+08:00`.
    DateTime,
    /// A length of time, ISO 8601 `PT4H` or a number of seconds.
    Duration,
    /// One of a fixed set of words.
    Enum(Arc<EnumType>),
    /// A list of one type.
    List(Arc<Type>),
    /// Another entity, nested.
    Entity(Name),
}

impl Type {
    /// The entity that a field of this type holds, through lists.
    pub(crate) fn nested_entity(&self) -> Option<&Name> {
        match self {
            Self::Entity(name) => Some(name),
            Self::List(item) => item.nested_entity(),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Decimal => f.write_str("decimal"),
            Self::Percent => f.write_str("percent"),
            Self::Money(currency) => write!(f, "money({currency})"),
            Self::Text => f.write_str("text"),
            Self::Date => f.write_str("date"),
            Self::DateTime => f.write_str("datetime"),
            Self::Duration => f.write_str("duration"),
            Self::Enum(members) if members.name.is_empty() => f.write_str("enum"),
            Self::Enum(members) => f.write_str(&members.name),
            Self::List(item) => write!(f, "[{item}]"),
            Self::Entity(name) => f.write_str(name),
        }
    }
}

/// An ISO 4217 currency code: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The currency with this code, when it is three capital ASCII letters.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(bytes))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // INVARIANT: three capital ASCII letters.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A fixed set of words; the name is empty for one written in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// Its name, or empty.
    pub name: Name,
    /// The words, in the order written.
    pub members: Vec<Name>,
}

/// Sensitivity of a field, 1 (public) to 5 (secret); the article's `sensitivity_level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sensitivity(u8);

impl Sensitivity {
    /// What a field has when nobody said: 1.
    pub const PUBLIC: Self = Self(1);

    /// The highest: 5.
    pub const SECRET: Self = Self(5);

    /// The level, when it is 1 to 5.
    #[must_use]
    pub fn new(level: u8) -> Option<Self> {
        (1..=5).contains(&level).then_some(Self(level))
    }

    /// 1 to 5.
    #[must_use]
    pub fn level(self) -> u8 {
        self.0
    }
}

/// A class of personal data, as written in `@pii(phone)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PiiClass {
    /// A person's name.
    Name,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A national identity number.
    NationalId,
    /// A bank card number.
    BankCard,
    /// A postal address.
    Address,
    /// Text in which any of these may stand.
    FreeText,
    /// Personal in some other way.
    Other,
}

impl PiiClass {
    /// Word of the language and class, in one table.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("name", Self::Name),
        ("phone", Self::Phone),
        ("email", Self::Email),
        ("id", Self::NationalId),
        ("bank_card", Self::BankCard),
        ("address", Self::Address),
        ("free_text", Self::FreeText),
        ("other", Self::Other),
    ];

    /// The class written as `word`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find_map(|(have, class)| (*have == word).then_some(*class))
    }

    /// The word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS
            .iter()
            .find_map(|(word, class)| (*class == self).then_some(*word))
            .unwrap_or("other")
    }
}

/// One field of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub ty: Type,
    /// Whether it may be missing (`T?`).
    pub optional: bool,
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
    /// The class of personal data in it.
    pub pii: Option<PiiClass>,
    /// Where it is declared.
    pub place: Place,
}

/// One kind of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its name.
    pub name: Name,
    /// Its documentation, from `///` lines.
    pub doc: String,
    /// Fields in name order.
    pub fields: Vec<Field>,
    /// Where it is declared.
    pub place: Place,
}

impl Entity {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        by_name(&self.fields, name, |field| &field.name)
    }
}
