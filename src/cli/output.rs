//! The one place where the command writes to its streams.

use std::io::Write as _;

use anstream::{AutoStream, ColorChoice};
use guardrails_rules::Style;

use super::Format;
use crate::{Error, Fields, Value};

/// Where a command says what it has to say.
pub(super) struct Output {
    pub(super) format: Format,
}

impl Output {
    pub(super) fn new(format: Format) -> Self {
        Self { format }
    }

    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// A line on standard output. A reader that has gone away is no reason to fail.
    pub(super) fn line(&self, text: impl AsRef<str>) {
        let _ = writeln!(anstream::stdout(), "{}", text.as_ref());
    }

    /// A line on standard error.
    pub(super) fn aside(&self, text: impl AsRef<str>) {
        let _ = writeln!(anstream::stderr(), "{}", text.as_ref());
    }

    /// Colour only where a person looks, and only if `NO_COLOR` is unset.
    pub(super) fn style(&self) -> Style {
        match AutoStream::choice(&std::io::stdout()) {
            ColorChoice::Never => Style::Plain,
            _ => Style::Colour,
        }
    }

    /// An error, with what to do about it.
    pub(super) fn error(&self, error: &Error) {
        if self.is_json() {
            let mut out = Fields::new();
            out.set("kind", error.kind().as_str());
            out.set("code", error.code());
            out.set("message", error.to_string());
            out.set("help", error.help());
            self.line(Fields::from_iter([("error", Value::from(out))]).to_json());
            return;
        }
        self.aside(format!("error: {error}"));
        let mut source = std::error::Error::source(error);
        while let Some(below) = source {
            self.aside(format!("  because: {below}"));
            source = below.source();
        }
        if !error.help().is_empty() {
            self.aside(format!("help: {}", error.help()));
        }
    }
}
