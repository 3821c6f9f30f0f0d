//! Another name for what stands at an offset: refused unless the policy reads the same afterwards.

use std::collections::BTreeSet;
use std::fmt;

use guardrails_core::{Diagnostic, Severity};

use super::mention::Symbol;
use super::{Service, Stretch};
use crate::bundle::{Bundle, SourceFile};
use crate::compile::compile;

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
    /// With that name the policy would have a mistake it does not have now.
    Breaks,
}

impl fmt::Display for RenameRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoName => "nothing here has a name that can be changed",
            Self::NotOurs => "this name is not declared in the policy",
            Self::NotAName => "write letters, digits and `_`, and no word of the language",
            Self::Breaks => "with this name the policy would have a new mistake; is it taken?",
        })
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
    let edits = service.references(path, offset);
    if errors(&compiled(service, &edits, name)) != errors(&service.diagnostics) {
        return Err(RenameRefused::Breaks);
    }
    Ok(edits)
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

fn compiled(service: &Service, edits: &[Stretch], name: &str) -> Vec<Diagnostic> {
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
    match Bundle::from_files(files.collect()) {
        Ok(bundle) => compile(&bundle).diagnostics,
        Err(refused) => refused.diagnostics().to_vec(),
    }
}
