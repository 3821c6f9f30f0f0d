//! Formatting, held to what it promises on the whole corpus and on damaged layouts of it: nothing is
//! lost, the tree is the same, and once is enough.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;

use super::format;
use crate::parse;
use crate::source::SourceFile;

fn source(text: &str) -> SourceFile {
    SourceFile::new("any.guard", text)
}

/// The tree without its places, and scripts without their margins.
fn tree(text: &str) -> String {
    let (file, findings) = parse::file(&source(text), 0);
    assert!(findings.is_empty(), "{findings:#?}\n{text}");
    let shown = std::format!("{:?}", (file.version, file.package, file.declarations));
    let spans = Regex::new(r"Span \{ file: \d+, start: \d+, end: \d+ \}").unwrap();
    let margins = Regex::new(r"\\n *").unwrap();
    let shown = spans.replace_all(&shown, "_");
    margins.replace_all(&shown, r"\n").into_owned()
}

fn comments(text: &str) -> Vec<String> {
    let source = source(text);
    let (file, _) = parse::file(&source, 0);
    let spans = file.comments.iter().map(|comment| comment.span);
    let texts = spans.map(|span| source.slice(span.start, span.end).trim_end().to_owned());
    texts.collect()
}

/// The formatted text, after holding it to the promises.
fn held(text: &str) -> String {
    let once = format(&source(text)).unwrap_or_else(|found| panic!("{found:#?}\n{text}"));
    let twice = format(&source(&once)).unwrap_or_else(|found| panic!("{found:#?}\n{once}"));
    assert_eq!(
        once, twice,
        "formatting what is formatted changed it; from\n{text}"
    );
    assert_eq!(tree(text), tree(&once), "{once}");
    assert_eq!(comments(text), comments(&once), "{once}");
    let blank = once.lines().find(|line| line.trim_end() != *line);
    assert!(
        blank.is_none() || text.contains("do"),
        "blanks at the end of {blank:?}"
    );
    once
}

/// Every policy of the repository that has no mistakes of form.
static CORPUS: LazyLock<Vec<(PathBuf, String)>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders: Vec<PathBuf> = ["guardrails-rules/tests", "examples", "src", "tests"]
        .iter()
        .map(|folder| root.join(folder))
        .collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "guard") {
                found.push(path);
            }
        }
    }
    found.sort();
    let texts = found.into_iter().filter_map(|path| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path, text))
    });
    let right = texts.filter(|(_, text)| format(&source(text)).is_ok());
    right.collect()
});

#[test]
fn every_right_policy_of_the_repository_keeps_what_it_says() {
    assert!(CORPUS.len() > 40, "only {} files", CORPUS.len());
    for (_, text) in &*CORPUS {
        held(text);
    }
}

/// `guard fmt` mends what this finds.
#[test]
fn our_own_policies_are_in_style() {
    let own = CORPUS.iter().filter(|(path, _)| {
        path.components().any(|part| part.as_os_str() == "examples")
            || path.ends_with("first_policy.guard")
    });
    let mut files = 0;
    for (path, text) in own {
        assert_eq!(*text, format(&source(text)).unwrap(), "{}", path.display());
        files += 1;
    }
    assert!(files > 4, "only {files} files");
}

/// What the grammar takes and the tree holds, the formatter takes: only files with mistakes of form
/// are refused, and then with the parser's own findings.
#[test]
fn what_is_refused_has_mistakes_of_form() {
    let refused = format(&source(
        "guard 1\nrule r { on update of Quote when then deny X }",
    ))
    .unwrap_err();
    assert!(
        refused
            .iter()
            .all(|finding| finding.code.starts_with("G01")),
        "{refused:#?}"
    );
    let nul = format(&source("guard 1 \0")).unwrap_err();
    assert_eq!(nul.len(), 1);
}

#[test]
fn marks_at_the_start_and_line_ends_of_two_characters_are_kept() {
    let text = "\u{FEFF}guard 1\r\nenum   A { B }\r\n";
    assert_eq!(
        format(&source(text)).unwrap(),
        "\u{FEFF}guard 1\r\nenum A { B }\r\n"
    );
}

/// Blanks, line ends and remarks between the words of right policies, at random.
fn shuffled(text: &str, choices: &[u8]) -> String {
    let source = source(text);
    let text = &**source.text();
    let outline = parse::outline(&source).unwrap();
    let mut out = String::new();
    let mut choices = choices.iter().cycle();
    let mut end = 0;
    let mut parts: Vec<&parse::Part> = outline.declarations.iter().rev().collect();
    while let Some(part) = parts.pop() {
        if !part.parts.is_empty() {
            parts.extend(part.parts.iter().rev());
            continue;
        }
        let gap = &text[end..part.range.start];
        let begins = outline
            .declarations
            .iter()
            .any(|it| it.range.start == part.range.start);
        // What begins a declaration begins a line.
        let gap = match choices.next().unwrap() {
            _ if end == 0 || gap.contains("//") => gap.to_owned(),
            0..=60 if begins => std::format!("{gap}// above\n"),
            61..=90 if begins => std::format!("{gap}\n"),
            _ if begins => gap.to_owned(),
            0..=5 => " // behind\n".to_owned(),
            6..=10 => "\n\n// above\n\n".to_owned(),
            11..=20 => "\n".to_owned(),
            21..=30 if !gap.is_empty() => "   ".to_owned(),
            _ => gap.to_owned(),
        };
        out.push_str(&gap);
        out.push_str(&text[part.range.clone()]);
        end = part.range.end;
    }
    out.push_str(&text[end..]);
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_layout_keeps_what_it_says(choices in prop::collection::vec(any::<u8>(), 1..400), at in any::<prop::sample::Index>()) {
        let small: Vec<_> = CORPUS.iter().filter(|(_, text)| text.len() < 6_000).collect();
        let (_, text) = at.get(&small);
        let text = shuffled(text, &choices);
        // A comment may stand where a header line or a declaration of one line ends.
        prop_assume!(parse::file(&source(&text), 0).1.is_empty());
        held(&text);
    }
}
