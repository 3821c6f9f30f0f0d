//! The crate's one error: opaque, one word wide, with a kind to match on.
//!
//! INVARIANT: no value of a record reaches an error's text. Constructors take names, codes, places
//! and limits only.

use std::error::Error as StdError;
use std::fmt;

use crate::diagnostic::Diagnostic;
use crate::explanation::Explanation;
use crate::reason::Reason;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call did not do what was asked. The error path is the closed path: nothing was released.
pub struct Error(Box<Repr>);

struct Repr {
    kind: ErrorKind,
    message: String,
    help: String,
    reasons: Vec<Reason>,
    diagnostics: Vec<Diagnostic>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    /// What a refused read was decided from, for whoever asks why; told in nothing else.
    basis: Option<Box<dyn ExplainRefusal>>,
}

/// What a refused read was decided from: explains the refusal when asked.
pub(crate) trait ExplainRefusal: Send + Sync {
    /// Why the read was refused for `reasons`, as far as the one who asked may know.
    fn explain(&self, reasons: &[Reason]) -> Explanation;

    /// For tests that look at what is kept.
    #[cfg(test)]
    fn as_any(&self) -> &dyn std::any::Any;
}

/// What sort of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The guard refused; [`Error::reasons`] says why.
    Denied,
    /// A limit or budget is used up; asking later may succeed.
    LimitReached,
    /// A policy text, table row or bundle cannot be accepted; [`Error::diagnostics`] says where.
    Policy,
    /// A record, change or request is malformed or larger than the limits allow.
    Input,
    /// The thing named does not exist, or is not visible to the one who asks.
    NotFound,
    /// Somebody else changed the same thing first, or it is past the state asked for.
    Conflict,
    /// A store or the audit journal did not answer, or refused the write.
    Store,
    /// The audit trail does not verify.
    Tampered,
    /// The guard was set up wrongly (missing key, bad address, failed self-test).
    Setup,
}

impl ErrorKind {
    /// A stable lower-case word for logs, bindings and exit codes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::LimitReached => "limit_reached",
            Self::Policy => "policy",
            Self::Input => "input",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Store => "store",
            Self::Tampered => "tampered",
            Self::Setup => "setup",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Error {
    /// An error of `kind` with a message that carries no record value.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Repr {
            kind,
            message: message.into(),
            help: String::new(),
            reasons: Vec::new(),
            diagnostics: Vec::new(),
            source: None,
            basis: None,
        }))
    }

    /// A refusal for one reason.
    #[must_use]
    pub fn denied(reason: Reason) -> Self {
        Self::refused(ErrorKind::Denied, vec![reason])
    }

    /// A refusal of `kind` for `reasons`; the message is the first reason's, without values.
    #[must_use]
    pub fn refused(kind: ErrorKind, reasons: Vec<Reason>) -> Self {
        let message = reasons
            .first()
            .map_or_else(|| "refused".to_owned(), |reason| format!("{reason:?}"));
        let mut error = Self::new(kind, message);
        error.0.reasons = reasons;
        error
    }

    /// A bundle or table that cannot be accepted.
    #[must_use]
    pub fn policy(diagnostics: Vec<Diagnostic>) -> Self {
        let errors = diagnostics
            .iter()
            .filter(|d| d.severity == crate::Severity::Error)
            .count();
        let message = match diagnostics.first() {
            Some(first) if errors > 1 => format!("{first} (and {} more)", errors - 1),
            Some(first) => first.to_string(),
            None => "the policy was refused".to_owned(),
        };
        let mut error = Self::new(ErrorKind::Policy, message);
        error.0.diagnostics = diagnostics;
        error
    }

    /// A store that does not answer, as the refusal of what could not be decided without it. Errors of
    /// another kind stay as they are.
    #[must_use]
    pub(crate) fn unavailable(self, code: &str, text: &str) -> Self {
        if self.kind() != ErrorKind::Store {
            return self;
        }
        let help = self.help().to_owned();
        Self::refused(ErrorKind::Store, vec![Reason::new(code, text)])
            .with_help(help)
            .with_source(self)
    }

    /// Keeps what a refused read was decided from.
    #[must_use]
    pub(crate) fn with_basis(mut self, basis: impl ExplainRefusal + 'static) -> Self {
        self.0.basis = Some(Box::new(basis));
        self
    }

    /// What a refused read was decided from; `None` for other errors.
    pub(crate) fn basis(&self) -> Option<&dyn ExplainRefusal> {
        self.0.basis.as_deref()
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = help.into();
        self
    }

    /// Adds the error underneath. The caller vouches that its text carries no record value.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What sort of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The most specific stable code: the first reason's or diagnostic's, else the kind's word.
    #[must_use]
    pub fn code(&self) -> &str {
        if let Some(reason) = self.0.reasons.first() {
            reason.code()
        } else if let Some(diagnostic) = self.0.diagnostics.first() {
            diagnostic.code
        } else {
            self.0.kind.as_str()
        }
    }

    /// What to do about it; may be empty.
    #[must_use]
    pub fn help(&self) -> &str {
        match self.0.diagnostics.first() {
            Some(first) if self.0.help.is_empty() => &first.help,
            _ => &self.0.help,
        }
    }

    /// Why the guard refused; empty unless the kind is `Denied` or `LimitReached`, or `Store` for what
    /// could not be decided without the store.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.0.reasons
    }

    /// What is wrong with the policy; empty unless the kind is `Policy`.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0.diagnostics
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if f.alternate() && !self.help().is_empty() {
            write!(f, "\nhelp: {}", self.help())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("help", &self.0.help)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|s| s as _)
    }
}
