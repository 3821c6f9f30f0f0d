//! The regular expressions of `matches`: compiled once, matched in time linear in the text.

use std::fmt;
use std::hash::{Hash, Hasher};

use regex::{Regex, RegexBuilder};

/// A compiled regular expression. Two are equal when they are written alike.
#[derive(Clone)]
pub struct Pattern(Regex);

/// Why a text is no [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternError {
    /// Compiled, it takes more bytes than are allowed.
    TooBig,
    /// It is not a regular expression; the engine's reason, in English, on one line.
    Syntax(String),
}

impl Pattern {
    /// Compiles a pattern that may take so many bytes of memory.
    ///
    /// # Errors
    ///
    /// [`PatternError::TooBig`] over `max_bytes`, [`PatternError::Syntax`] when `text` does not parse.
    pub fn new(text: &str, max_bytes: usize) -> Result<Self, PatternError> {
        let compiled = RegexBuilder::new(text)
            .size_limit(max_bytes)
            .dfa_size_limit(max_bytes)
            .build();
        compiled.map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => PatternError::TooBig,
            other => PatternError::Syntax(reason(&other.to_string())),
        })
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether some part of the text matches.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// The last line of the engine's message says what is wrong; the others draw it.
fn reason(message: &str) -> String {
    let last = message.lines().last().unwrap_or("it does not parse");
    last.trim().trim_start_matches("error: ").to_owned()
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.as_str())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Pattern {}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}
