//! A sentence in every language the product speaks, written once, where it is said.
//!
//! The [`phrase!`](crate::phrase) macro takes the English and the Chinese text beside each other and
//! fills both from the same arguments, so that the compiler refuses a translation that names an
//! argument the other does not have.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// A language that diagnostics are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

impl Language {
    /// The language of a BCP 47 tag (`zh-CN`) or a POSIX locale (`zh_CN.UTF-8`); none when the
    /// product does not speak it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "en" | "c" | "posix" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }
}

/// A sentence in every language. It reads as its English text wherever no language is asked for.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Phrase {
    en: Cow<'static, str>,
    /// Empty when it reads the same in both.
    zh: Cow<'static, str>,
}

impl Phrase {
    /// A sentence that is known when the program is compiled.
    #[must_use]
    pub const fn fixed(en: &'static str, zh: &'static str) -> Self {
        Self {
            en: Cow::Borrowed(en),
            zh: Cow::Borrowed(zh),
        }
    }

    /// The same sentence in both languages.
    #[must_use]
    pub fn both(en: impl Into<Cow<'static, str>>, zh: impl Into<Cow<'static, str>>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// A sentence from texts whose arguments are filled in. Between Chinese characters and Latin ones
    /// goes a blank, so that a translation need not know what its arguments begin with.
    #[doc(hidden)]
    #[must_use]
    pub fn filled(en: String, zh: &str) -> Self {
        Self::both(en, spaced(zh))
    }

    /// The text in a language; in English when there is no other.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Chinese if !self.zh.is_empty() => &self.zh,
            _ => &self.en,
        }
    }

    /// The sentence in one language only, which it then reads as wherever it is written.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Self {
        match language {
            Language::Chinese if !self.zh.is_empty() => {
                Self::both(self.zh.clone(), self.zh.clone())
            }
            Language::Chinese => self.clone(),
            Language::English => Self::both(self.en.clone(), ""),
        }
    }

    /// The English text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.en
    }

    /// Whether there is a text for each language.
    #[must_use]
    pub fn is_translated(&self) -> bool {
        self.en.is_empty() || !self.zh.is_empty()
    }
}

impl Deref for Phrase {
    type Target = str;

    fn deref(&self) -> &str {
        &self.en
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.en)
    }
}

impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.en, f)
    }
}

impl From<&str> for Phrase {
    fn from(en: &str) -> Self {
        Self::both(en.to_owned(), "")
    }
}

impl From<&String> for Phrase {
    fn from(en: &String) -> Self {
        Self::both(en.clone(), "")
    }
}

impl From<String> for Phrase {
    fn from(en: String) -> Self {
        Self::both(en, "")
    }
}

impl PartialEq<str> for Phrase {
    fn eq(&self, other: &str) -> bool {
        self.en == other
    }
}

impl PartialEq<&str> for Phrase {
    fn eq(&self, other: &&str) -> bool {
        self.en == *other
    }
}

impl serde::Serialize for Phrase {
    /// The English text.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.en)
    }
}

/// The text with a blank wherever a Chinese character meets a Latin letter, a digit or a back-tick.
/// What stands between back-ticks is quoted, and stays as it is.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let (mut before, mut quoted) = (None, false);
    for c in text.chars() {
        let closes = quoted && c == '`';
        if !quoted && before.is_some_and(|before| meet(before, c)) {
            out.push(' ');
        }
        quoted = if c == '`' { !closes } else { quoted };
        before = Some(c);
        out.push(c);
    }
    out
}

fn meet(a: char, b: char) -> bool {
    let chinese = |c| matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}');
    let latin = |c: char| c.is_ascii_alphanumeric() || c == '`';
    (chinese(a) && latin(b)) || (latin(a) && chinese(b))
}

/// An argument of a phrase: a phrase is said in the sentence's own language, everything else as it is.
pub trait Said {
    /// The argument in a language.
    fn said(&self, language: Language) -> impl fmt::Display;
}

impl Said for Phrase {
    fn said(&self, language: Language) -> impl fmt::Display {
        self.text(language)
    }
}

impl<T: Said + ?Sized> Said for &T {
    fn said(&self, language: Language) -> impl fmt::Display {
        (**self).said(language)
    }
}

macro_rules! said_as_it_is {
    ($($ty:ty),*) => {$(
        impl Said for $ty {
            fn said(&self, _: Language) -> impl fmt::Display {
                self
            }
        }
    )*};
}
said_as_it_is!(
    str,
    String,
    crate::Name,
    char,
    u8,
    u16,
    u32,
    u64,
    usize,
    i32,
    i64,
    rust_decimal::Decimal,
    chrono::NaiveDate,
    chrono::DateTime<chrono::Utc>
);

/// A [`Phrase`] from its English and its Chinese text, both filled from the same named arguments.
///
/// ```
/// use guardrails_core::{Language, phrase};
///
/// let kind = phrase!("approval chain" | "审批链");
/// let said = phrase!("there is no {kind} `{name}`" | "没有名为 `{name}` 的{kind}", kind, name = "senior");
/// assert_eq!(said, "there is no approval chain `senior`");
/// assert_eq!(said.text(Language::Chinese), "没有名为 `senior` 的审批链");
/// ```
#[macro_export]
macro_rules! phrase {
    ($en:literal | $zh:literal $(,)?) => {
        $crate::Phrase::both($en, $zh)
    };
    ($en:literal | $zh:literal, $($rest:tt)+) => {
        $crate::phrase!(@name [] $en | $zh, $($rest)+)
    };
    (@name [$($done:tt)*] $en:literal | $zh:literal, $name:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::phrase!(@name [$($done)* ($name, $value)] $en | $zh, $($($rest)*)?)
    };
    (@name [$($done:tt)*] $en:literal | $zh:literal, $name:ident $(, $($rest:tt)*)?) => {
        $crate::phrase!(@name [$($done)* ($name, $name)] $en | $zh, $($($rest)*)?)
    };
    // A `match` keeps values alive that were made for this sentence only.
    (@name [$(($name:ident, $value:expr))*] $en:literal | $zh:literal, ) => {
        match ($(&$value,)*) {
            ($($name,)*) => {
                let filled = |language: $crate::Language| {
                    $(let $name = $crate::Said::said($name, language);)*
                    match language {
                        $crate::Language::Chinese => format!($zh),
                        _ => format!($en),
                    }
                };
                $crate::Phrase::filled(
                    filled($crate::Language::English),
                    &filled($crate::Language::Chinese),
                )
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::{Language, spaced};

    #[test]
    fn chinese_and_latin_stand_apart() {
        assert_eq!(spaced("这是CNY金额"), "这是 CNY 金额");
        assert_eq!(spaced("没有名为`a折扣b`的字段"), "没有名为 `a折扣b` 的字段");
        assert_eq!(spaced("已经 `x` 了，`y`"), "已经 `x` 了，`y`");
    }

    #[test]
    fn arguments_are_said_in_the_language_of_their_sentence() {
        let what = crate::phrase!("a number" | "数字");
        let said = crate::phrase!("this is {what}" | "这是{what}", what);
        assert_eq!(said, "this is a number");
        assert_eq!(said.text(Language::Chinese), "这是数字");
    }
}
