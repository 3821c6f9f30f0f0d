//! What is decided under both policies: their tests, and logged requests.

use std::fs;
use std::path::{Path, PathBuf};

use guardrails_rules::{Bundle, TestCase, compile};

use crate::policy::Policy;
use crate::{Error, ErrorKind, Result};

/// One of the two policies.
pub(super) struct Side {
    pub(super) policy: Policy,
    tests: Vec<TestCase>,
}

/// Something to decide.
pub(super) enum Question {
    Test(Box<TestCase>),
    /// A name for people, and the request as it was logged.
    Request(String, String),
}

impl Side {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let mut compiled = compile(&Bundle::read(path)?);
        let tests = std::mem::take(&mut compiled.tests);
        Ok(Self {
            policy: compiled.into_policy()?,
            tests,
        })
    }
}

pub(super) fn questions(old: &Side, new: &Side, log: Option<&Path>) -> Result<Vec<Question>> {
    let tests = old.tests.iter().chain(&new.tests);
    let mut questions: Vec<Question> = tests
        .map(|test| Question::Test(Box::new(test.clone())))
        .collect();
    if let Some(log) = log {
        questions.extend(requests(log)?);
    }
    Ok(questions)
}

fn requests(log: &Path) -> Result<Vec<Question>> {
    if !log.is_dir() {
        let text = read(log)?;
        let lines = (1..).zip(text.lines());
        let lines = lines.filter(|(_, line)| !line.trim().is_empty());
        let name = |number: usize| format!("{}:{number}", log.display());
        return Ok(lines
            .map(|(number, line)| Question::Request(name(number), line.to_owned()))
            .collect());
    }
    let entries = fs::read_dir(log).map_err(|error| unreadable(log, error))?;
    let mut files = Vec::<PathBuf>::new();
    for entry in entries {
        files.push(entry.map_err(|error| unreadable(log, error))?.path());
    }
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    let each = files.iter();
    each.map(|file| Ok(Question::Request(file.display().to_string(), read(file)?)))
        .collect()
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let message = format!("the requests `{}` cannot be read", path.display());
    Error::new(ErrorKind::Input, message)
        .with_help("name a file with one JSON request per line, or a folder of `.json` files")
        .with_source(error)
}
