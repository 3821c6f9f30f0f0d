//! What a command found, as data, and the formats in which programs read it.
//!
//! One file per format: data in, text out. Nothing here decides what a finding is or how a command
//! ends, and nothing here writes to a stream.

mod github;
mod junit;
mod plain;
mod sarif;
mod spot;

#[cfg(test)]
mod tests;

use std::fmt;

pub(super) use spot::{Sources, Spot};

use super::arguments::Format;
use crate::{Diagnostic, Place, Result, Severity};

/// What one command found.
pub(super) struct Report {
    /// The command's name, such as `check`.
    command: &'static str,
    cases: Vec<Case>,
}

/// Something that was looked at, and what was found wrong with it.
struct Case {
    name: String,
    spot: Spot,
    found: Vec<Finding>,
}

/// One thing that is wrong.
struct Finding {
    /// What kind of thing, such as `G0201`.
    code: String,
    level: Level,
    message: String,
    /// What to do about it; may be empty.
    help: String,
    spot: Spot,
    /// Whether the command fails for it.
    fails: bool,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The command fails for it.
    Error,
    /// Worth a look.
    Warning,
    /// Worth knowing.
    Note,
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

impl Report {
    /// The report of a command that found nothing yet.
    pub(super) fn new(command: &'static str) -> Self {
        Self {
            command,
            cases: Vec::new(),
        }
    }

    /// Adds diagnostics: each is a case of its own.
    pub(super) fn diagnostics(mut self, found: &[Diagnostic], sources: &Sources<'_>) -> Self {
        self.cases.extend(found.iter().map(|found| {
            let spot = sources.spot(&found.place);
            Case {
                name: format!("{} {}", found.code, found.message),
                spot: spot.clone(),
                found: vec![Finding {
                    code: found.code.to_owned(),
                    level: found.severity.into(),
                    message: found.message.to_string(),
                    help: found.help.to_string(),
                    spot,
                    fails: found.severity == Severity::Error,
                }],
            }
        }));
        self
    }

    /// The same where the command fails for some codes besides, however grave their findings are.
    pub(super) fn failing(mut self, fails: impl Fn(&str) -> bool) -> Self {
        for found in self.cases.iter_mut().flat_map(|case| &mut case.found) {
            found.fails |= fails(&found.code);
        }
        self
    }

    /// Adds something that was looked at, and in what it failed: a code, a place and a message each.
    pub(super) fn case<'a>(
        &mut self,
        name: &str,
        place: &Place,
        failures: impl IntoIterator<Item = (&'static str, &'a Place, String)>,
        sources: &Sources<'_>,
    ) {
        let found = failures.into_iter().map(|(code, place, message)| Finding {
            code: code.to_owned(),
            level: Level::Error,
            message,
            help: String::new(),
            spot: sources.spot(place),
            fails: true,
        });
        self.cases.push(Case {
            name: name.to_owned(),
            spot: sources.spot(place),
            found: found.collect(),
        });
    }

    /// Adds one thing that was found: a case of its own.
    pub(super) fn finding(
        &mut self,
        (level, code): (Level, impl Into<String>),
        spot: Spot,
        message: String,
    ) {
        self.cases.push(Case {
            name: message.clone(),
            spot: spot.clone(),
            found: vec![Finding {
                code: code.into(),
                level,
                message,
                help: String::new(),
                spot,
                fails: level == Level::Error,
            }],
        });
    }

    /// The report in a format of programs. People's texts and JSON are each command's own.
    pub(super) fn write(&self, format: Format) -> Result<String> {
        match format {
            Format::Sarif => sarif::write(self),
            Format::Junit => junit::write(self),
            Format::Github => Ok(github::write(self)),
            Format::Human | Format::Plain | Format::Json => Ok(plain::write(self)),
        }
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.cases.iter().flat_map(|case| &case.found)
    }
}

impl Finding {
    /// The message, and on a line of its own what to do.
    fn advice(&self) -> String {
        match self.help.as_str() {
            "" => self.message.clone(),
            help => format!("{}\nhelp: {help}", self.message),
        }
    }
}
