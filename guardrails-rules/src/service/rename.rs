//! Another name for what stands at an offset: refused unless the policy reads the same afterwards.

use std::collections::BTreeSet;
use std::fmt;

use guardrails_core::{Diagnostic, Phrase, Severity, phrase};

use super::mention::Symbol;
use super::{Service, Stretch};
use crate::bundle::Bundle;
use crate::source::SourceFile;

/// Why a name stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RenameRefused {
    /// Nothing that has a name stands there.
    NoName,
    /// It is not declared in the policy.
    NotOurs,
    /// That is not a name, or a word of the language.
    NotAName,
    /// Some text cannot be read, and may hold the name.
    Unread,
    /// With that name the policy would have a mistake it does not have now, or would mean something
    /// else.
    Breaks,
}

impl RenameRefused {
    /// Why, in each language.
    #[must_use]
    pub fn phrase(self) -> Phrase {
        match self {
            Self::NoName => {
                phrase!("nothing here has a name that can be changed" | "这里没有可以更改的名称")
            }
            Self::NotOurs => {
                phrase!("this name is not declared in the policy" | "这个名称不是在策略里声明的")
            }
            Self::NotAName => phrase!(
                "write letters, digits and `_`, and no word of the language"
                    | "只写字母、汉字、数字和 `_`，并且不用语言的保留字"
            ),
            Self::Unread => phrase!(
                "a part of the policy cannot be read and may use this name; mend it first"
                    | "策略中有读不懂的部分，其中可能用到这个名称；先改正它"
            ),
            Self::Breaks => phrase!(
                "with this name the policy would have a mistake, or mean something else; is it taken?"
                    | "用这个名称，策略会出错或者变成别的意思；它是否已被占用？"
            ),
        }
    }
}

impl fmt::Display for RenameRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.phrase().as_str())
    }
}

pub(super) fn rename(
    service: &Service,
    path: &str,
    offset: usize,
    name: &str,
) -> Result<Vec<Stretch>, RenameRefused> {
    let mention = service.mention(path, offset).ok_or(RenameRefused::NoName)?;
    let dotted = matches!(mention.symbol, Symbol::Skill(_));
    if !is_name(name, dotted) {
        return Err(RenameRefused::NotAName);
    }
    let mut all = service.mentions.of(&mention.symbol);
    if !all.any(|mention| mention.declares) {
        return Err(RenameRefused::NotOurs);
    }
    if service.diagnostics.iter().any(is_unread) {
        return Err(RenameRefused::Unread);
    }
    let edits = service.references(path, offset);
    match renamed(service, &edits, name) {
        Some(after) if reads_the_same(service, &after) => Ok(edits),
        _ => Err(RenameRefused::Breaks),
    }
}

/// A mistake of form: what stands there is in no tree.
fn is_unread(finding: &Diagnostic) -> bool {
    let form = finding.code.starts_with("G00") || finding.code.starts_with("G01");
    let script = ["G0601", "G0602"].contains(&finding.code);
    finding.severity == Severity::Error && (form || script)
}

/// Nothing else is found wrong, and of any two names those that meant the same still do, and no others.
fn reads_the_same(before: &Service, after: &Service) -> bool {
    errors(&before.diagnostics) == errors(&after.diagnostics)
        && before.mentions.alike() == after.mentions.alike()
}

fn is_name(name: &str, dotted: bool) -> bool {
    const RESERVED: &[&str] = &[
        "and",
        "or",
        "not",
        "in",
        "is",
        "true",
        "false",
        "some",
        "every",
        "satisfies",
        "when",
        "where",
        "then",
        "do",
    ];
    let one = |part: &str| {
        let begins = part.starts_with(|c: char| c.is_alphabetic() || c == '_');
        begins && part.chars().all(|c| c.is_alphanumeric() || c == '_') && !RESERVED.contains(&part)
    };
    if dotted {
        name.split('.').all(one)
    } else {
        one(name)
    }
}

/// How often each code is found; places move with the names.
fn errors(found: &[Diagnostic]) -> Vec<(&'static str, Severity)> {
    let mut codes: Vec<_> = found.iter().map(|it| (it.code, it.severity)).collect();
    codes.sort_unstable();
    codes
}

/// The bundle with the edits made; none when it is none any more.
fn renamed(service: &Service, edits: &[Stretch], name: &str) -> Option<Service> {
    let paths: BTreeSet<&str> = edits.iter().map(|edit| &*edit.path).collect();
    let files = service.bundle.files().map(|file| {
        if !paths.contains(&**file.path()) {
            return file.clone();
        }
        let mut text = file.text().to_string();
        for edit in edits.iter().rev().filter(|edit| edit.path == **file.path()) {
            text.replace_range(edit.range.clone(), name);
        }
        SourceFile::new(file.path().clone(), text)
    });
    let bundle = Bundle::from_files(files.collect()).ok()?;
    Some(Service::new(bundle))
}
