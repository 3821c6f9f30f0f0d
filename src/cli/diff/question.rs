//! What is decided under both policies: their tests, and logged requests.

use std::fs;
use std::path::{Path, PathBuf};

use guardrails_rules::{Bundle, Parameters, TestCase, compile};

use crate::policy::Policy;
use crate::{
    Error, ErrorKind, Fields, JsonLimits, Phrase, Place, Result, Value, parse_fields, phrase,
};

/// One of the two policies.
pub(super) struct Side {
    pub(super) bundle: Bundle,
    pub(super) policy: Policy,
    tests: Vec<TestCase>,
}

/// Something to decide.
pub(super) enum Question {
    /// A test of one of the policies.
    Test(Box<TestCase>, Which),
    /// A request as it was logged, and where.
    Request(Logged, String),
}

/// Which of the two policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Old,
    New,
}

/// Where a question is written.
#[derive(Debug, Clone)]
pub(super) enum Written {
    In(Which, Place),
    Log(Logged),
}

/// A request's place: the file, and the line where it has several.
#[derive(Debug, Clone)]
pub(super) struct Logged {
    pub(super) file: String,
    pub(super) line: Option<u32>,
}

impl Side {
    pub(super) fn read(path: &Path, parameters: Parameters) -> Result<Self> {
        let bundle = Bundle::read(path)?.with_parameters(parameters);
        let mut compiled = compile(&bundle);
        let tests = std::mem::take(&mut compiled.tests);
        Ok(Self {
            policy: compiled.into_policy()?,
            bundle,
            tests,
        })
    }
}

impl Question {
    pub(super) fn name(&self) -> Phrase {
        match self {
            Self::Test(test, _) => {
                let name = &test.name;
                phrase!("test \"{name}\"" | "测试“{name}”", name)
            }
            Self::Request(Logged { file, line }, _) => {
                let name = match line {
                    Some(line) => format!("{file}:{line}"),
                    None => file.clone(),
                };
                Phrase::both(name.clone(), name)
            }
        }
    }

    pub(super) fn written(&self) -> Written {
        match self {
            Self::Test(test, which) => Written::In(*which, test.place.clone()),
            Self::Request(logged, _) => Written::Log(logged.clone()),
        }
    }

    /// The record as it is, without any mask.
    pub(super) fn record(&self) -> Fields {
        match self {
            Self::Test(test, _) => test.given.clone(),
            Self::Request(_, text) => match parse_fields(text, JsonLimits::default()) {
                Ok(request) => match request.value("record") {
                    Some(Value::Object(record)) => (**record).clone(),
                    _ => Fields::new(),
                },
                Err(_) => Fields::new(),
            },
        }
    }
}

/// The tests of both, those of the new policy first, and the requests.
pub(super) fn questions(old: &Side, new: &Side, log: Option<&Path>) -> Result<Vec<Question>> {
    let tests = |side: &Side, which| -> Vec<Question> {
        let tests = side.tests.iter().cloned();
        tests
            .map(|test| Question::Test(Box::new(test), which))
            .collect()
    };
    let mut questions = tests(new, Which::New);
    questions.extend(tests(old, Which::Old));
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
        let logged = |line: u32| Logged {
            file: log.display().to_string(),
            line: Some(line),
        };
        return Ok(lines
            .map(|(number, line)| Question::Request(logged(number), line.to_owned()))
            .collect());
    }
    let entries = fs::read_dir(log).map_err(|error| unreadable(log, error))?;
    let mut files = Vec::<PathBuf>::new();
    for entry in entries {
        files.push(entry.map_err(|error| unreadable(log, error))?.path());
    }
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    let each = files.iter().map(|file| {
        let logged = Logged {
            file: file.display().to_string(),
            line: None,
        };
        Ok(Question::Request(logged, read(file)?))
    });
    each.collect()
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
