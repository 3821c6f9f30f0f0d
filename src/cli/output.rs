//! The one place where the command writes to its streams.

use std::cell::{Cell, RefCell};
use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use guardrails_rules::Style;
use serde::Serialize;

use super::arguments::Format;
use super::report::Report;
use crate::{Diagnostic, Error, ErrorKind, Language, Phrase, Result, one_line, steers};

/// Where a command says what it has to say.
pub(super) struct Output {
    format: Format,
    language: Language,
    /// What kept a line from being written; told once, when the command ends.
    failed: RefCell<Option<io::Error>>,
    /// Whether the reader has gone away.
    unread: Cell<bool>,
}

impl Output {
    pub(super) fn new(format: Format, language: Language) -> Self {
        Self {
            format,
            language,
            failed: RefCell::new(None),
            unread: Cell::new(false),
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// What a command found, in the format that was asked for.
    pub(super) fn report(&self, report: &Report) -> Result<()> {
        let text = report.write(self.format)?;
        match self.format {
            _ if text.is_empty() => {}
            Format::Sarif => self.json_text(&text),
            _ => self.lines(text),
        }
        Ok(())
    }

    /// The language that findings are told in.
    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// A sentence, in the language of the reader.
    pub(super) fn say(&self, phrase: &Phrase) {
        self.lines(phrase.text(self.language));
    }

    /// Findings with their sentences in the language of the reader.
    pub(super) fn said(&self, findings: &[Diagnostic]) -> Vec<Diagnostic> {
        let said = findings.iter();
        said.map(|finding| finding.in_language(self.language))
            .collect()
    }

    /// One line on standard output. What came from a policy, a request or a database can neither begin
    /// another one nor steer the terminal.
    pub(super) fn line(&self, text: impl AsRef<str>) {
        self.styled(one_line(text.as_ref()));
    }

    /// Several lines that were put together with care: each is one of [`line`](Self::line).
    pub(super) fn lines(&self, text: impl AsRef<str>) {
        text.as_ref().split('\n').for_each(|line| self.line(line));
    }

    /// Space between lines.
    pub(super) fn gap(&self) {
        self.line("");
    }

    /// A text that ends as it ends, for other programs to read.
    pub(super) fn text(&self, text: impl AsRef<str>) {
        if let Err(error) = io::stdout().lock().write_all(text.as_ref().as_bytes())
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.failed.borrow_mut().get_or_insert(error);
        }
    }

    /// A text whose colours are our own. A reader that has gone away, as `head` does, is no failure;
    /// a full disk is one.
    pub(super) fn styled(&self, text: impl AsRef<str>) {
        match writeln!(anstream::stdout(), "{}", text.as_ref()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.unread.set(true),
            Err(error) => {
                self.failed.borrow_mut().get_or_insert(error);
            }
        }
    }

    /// Whether nobody reads what is said any more.
    pub(super) fn is_unread(&self) -> bool {
        self.unread.get()
    }

    /// One JSON document on standard output.
    pub(super) fn json(&self, data: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(data).map_err(|error| {
            Error::new(ErrorKind::Setup, "the result cannot be written as JSON").with_source(error)
        })?;
        self.json_text(&text);
        Ok(())
    }

    /// A finished JSON document on standard output. What steers a terminal can only stand in its texts,
    /// and is spelled there as JSON spells it; line ends between its members stay.
    pub(super) fn json_text(&self, text: &str) {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if c != '\n' && steers(c) {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                out.extend(units.map(|unit| format!("\\u{unit:04x}")));
            } else {
                out.push(c);
            }
        }
        self.styled(out);
    }

    /// Whether everything said so far was written.
    pub(super) fn finish(&self) -> Result<()> {
        match self.failed.borrow_mut().take() {
            None => Ok(()),
            Some(error) => Err(Error::new(
                ErrorKind::Setup,
                "standard output cannot be written to",
            )
            .with_help("see that there is space where it is sent to")
            .with_source(error)),
        }
    }

    /// Colour only where a person looks, and only if `NO_COLOR` is unset.
    pub(super) fn style(&self) -> Style {
        match AutoStream::choice(&io::stdout()) {
            ColorChoice::Never => Style::Plain,
            _ if self.format != Format::Human => Style::Plain,
            _ => Style::Colour,
        }
    }

    /// An error, with what to do about it.
    pub(super) fn error(&self, error: &Error) {
        if self.is_json() {
            // An error about standard output has nowhere else to go, and is not asked about again.
            let _ = self.json(&Failed {
                error: Failure::of(error, self.said(error.diagnostics())),
            });
        } else if error.diagnostics().is_empty() {
            self.one_error(error);
        } else {
            error
                .diagnostics()
                .iter()
                .for_each(|found| self.finding(found));
        }
    }

    fn one_error(&self, error: &Error) {
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

    /// A finding on standard error, where standard output is for something else.
    pub(super) fn finding(&self, found: &Diagnostic) {
        let said = found.in_language(self.language);
        self.aside(said.to_string());
        if !said.help.is_empty() {
            self.aside(format!("  help: {}", said.help));
        }
    }

    /// A line on standard error.
    fn aside(&self, text: impl AsRef<str>) {
        let _ = writeln!(anstream::stderr(), "{}", one_line(text.as_ref()));
    }
}

/// An error, for machines.
#[derive(Serialize)]
struct Failed<'a> {
    error: Failure<'a>,
}

#[derive(Serialize)]
struct Failure<'a> {
    kind: &'a str,
    code: &'a str,
    message: String,
    help: &'a str,
    findings: Vec<Diagnostic>,
}

impl<'a> Failure<'a> {
    fn of(error: &'a Error, findings: Vec<Diagnostic>) -> Self {
        Self {
            kind: error.kind().as_str(),
            code: error.code(),
            message: error.to_string(),
            help: error.help(),
            findings,
        }
    }
}
