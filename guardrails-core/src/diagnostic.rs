//! What is wrong with a text, as data: code, severity, message, place, help.
//!
//! Every room that reads something a person wrote (policy, record, table row, file) reports through
//! [`Diagnostic`]. Nothing here prints; rendering happens once, last, in the crate that owns a
//! terminal. Messages are lower case without a full stop, names in back-ticks, and never carry a
//! record's value. Each sentence is a [`Phrase`]: the same in every language the product speaks.

mod phrase;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

pub use phrase::{Language, Phrase, Said};

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The text is refused.
    Error,
    /// The text is accepted, and probably not what its author meant.
    Warning,
}

impl Severity {
    /// What it is called.
    #[must_use]
    pub const fn word(self) -> Phrase {
        match self {
            Self::Error => Phrase::fixed("error", "错误"),
            Self::Warning => Phrase::fixed("warning", "警告"),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word())
    }
}

/// A place in a policy text: `file:line:column`.
///
/// Lines and columns count from 1, columns in code points. `start..end` are byte offsets into the
/// file, for underlining. The default place is "nowhere": line 0 of an unnamed file, for policy
/// that was built in code or read from a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Default)]
pub struct Place {
    /// Path of the file as the bundle names it, with `/` between folders; empty for "nowhere".
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in code points, from 1.
    pub column: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Place {
    /// Whether this is a real place in a text.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.line > 0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_known() {
            write!(f, "{}:{}", self.file, self.line)
        } else if self.file.is_empty() {
            f.write_str("(built in)")
        } else {
            f.write_str(&self.file)
        }
    }
}

/// A second place that explains the first, such as an earlier definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Where.
    pub place: Place,
    /// What to see there.
    pub message: Phrase,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code, such as `G0201`. One table explains each of them.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong.
    pub message: Phrase,
    /// Where; the underlined text.
    pub place: Place,
    /// A short label under the underlined text; may be empty.
    pub label: Phrase,
    /// Other places that matter.
    pub notes: Vec<Note>,
    /// What to do, in the imperative; may be empty.
    pub help: Phrase,
}

impl Diagnostic {
    /// A finding that refuses the text.
    #[must_use]
    pub fn error(code: &'static str, place: Place, message: impl Into<Phrase>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            place,
            label: Phrase::default(),
            notes: Vec::new(),
            help: Phrase::default(),
        }
    }

    /// A finding that does not refuse the text.
    #[must_use]
    pub fn warning(code: &'static str, place: Place, message: impl Into<Phrase>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place, message)
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<Phrase>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds a label under the underlined text.
    #[must_use]
    pub fn label(mut self, label: impl Into<Phrase>) -> Self {
        self.label = label.into();
        self
    }

    /// The finding with every sentence in one language, for whoever writes it out or serialises it.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Self {
        let only = |phrase: &Phrase| phrase.in_language(language);
        Self {
            message: only(&self.message),
            label: only(&self.label),
            help: only(&self.help),
            notes: self
                .notes
                .iter()
                .map(|note| Note {
                    place: note.place.clone(),
                    message: only(&note.message),
                })
                .collect(),
            ..self.clone()
        }
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn note(mut self, place: Place, message: impl Into<Phrase>) -> Self {
        self.notes.push(Note {
            place,
            message: message.into(),
        });
        self
    }
}

impl fmt::Display for Diagnostic {
    /// One line: `file:line:column: error[G0201]: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            file, line, column, ..
        } = &self.place;
        if self.place.is_known() {
            write!(f, "{file}:{line}:{column}: ")?;
        } else if !file.is_empty() {
            write!(f, "{file}: ")?;
        }
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)
    }
}
