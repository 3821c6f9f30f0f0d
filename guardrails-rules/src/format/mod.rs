//! Puts a file together anew in the one style of the language.
//!
//! What is printed are the words and marks of the text itself, in their order, and its comments;
//! only blanks and line ends are chosen here. So nothing that is written can be lost, whether this
//! room knows its kind or not, and literals keep the form they are written in.

mod block;
mod columns;
mod declaration;
mod doc;
mod expression;
mod layout;
mod lexeme;
mod list;
mod piece;

use guardrails_core::{Diagnostic, Severity, phrase};

use crate::bundle::Bundle;
use crate::codes;
use crate::parse::{self, Outline, Part};
use crate::source::SourceFile;

/// The text of a file in the one style of the language: two policies that say the same in the same
/// order look the same. Formatting what is formatted changes nothing.
///
/// Comments stay where they are, literals as they are written, scripts in `do { … }` as they are but
/// for their indentation. Empty lines are kept, one at a time. A byte order mark and line ends of two
/// characters are kept too.
///
/// # Errors
/// What is wrong with the text, when it has mistakes: then it is not formatted at all. What a policy
/// *means* is not looked at, so unknown names do not matter here.
pub fn format(source: &SourceFile) -> Result<String, Vec<Diagnostic>> {
    let unix = SourceFile::new(source.path().clone(), source.text().replace("\r\n", "\n"));
    let outline = readable(source).and_then(|()| outline(&unix))?;
    let printed = print(unix.text(), &outline);
    let printed = SourceFile::new(source.path().clone(), printed);
    let again = parse::outline(&printed).ok_or_else(|| vec![changed(source)])?;
    if said(unix.text(), &outline) != said(printed.text(), &again) {
        return Err(vec![changed(source)]);
    }
    let mark = if source.is_marked() { "\u{FEFF}" } else { "" };
    let text = if source.text().contains("\r\n") {
        printed.text().replace('\n', "\r\n")
    } else {
        printed.text().to_string()
    };
    Ok(format!("{mark}{text}"))
}

/// Whether the file may enter the compiler at all, and has no mistakes of form.
fn readable(source: &SourceFile) -> Result<(), Vec<Diagnostic>> {
    if let Err(refused) = Bundle::from_files(vec![source.clone()]) {
        let found = refused.diagnostics().to_vec();
        return Err(if found.is_empty() {
            vec![changed(source)]
        } else {
            found
        });
    }
    let (_, mut findings) = parse::file(source, 0);
    findings.retain(|finding| finding.severity == Severity::Error);
    if findings.is_empty() {
        Ok(())
    } else {
        Err(findings)
    }
}

fn outline(source: &SourceFile) -> Result<Outline, Vec<Diagnostic>> {
    parse::outline(source).ok_or_else(|| vec![changed(source)])
}

/// Grammar and printer disagree: rather no new text than another one.
fn changed(source: &SourceFile) -> Diagnostic {
    let message =
        phrase!("this file cannot be formatted without changing it" | "格式化会改变这个文件的内容");
    Diagnostic::error(codes::INTERNAL, source.whole(), message).help(phrase!(
        "please report this text to the makers" | "请把这段文本报告给开发者"
    ))
}

/// The words and marks in their order, and the comments in theirs: what a file says.
fn said<'s>(text: &'s str, outline: &Outline) -> (Vec<&'s str>, Vec<&'s str>) {
    let mut words = Vec::new();
    let mut parts: Vec<&Part> = outline.declarations.iter().rev().collect();
    let mut scripts = Vec::new();
    while let Some(part) = parts.pop() {
        let slice = text.get(part.range.clone()).unwrap_or("");
        match part.rule {
            parse::Rule::script_body => {
                scripts.push(part.range.clone());
                words.extend(slice.lines().map(str::trim));
            }
            _ if part.parts.is_empty() => words.push(slice),
            _ => parts.extend(part.parts.iter().rev()),
        }
    }
    let outside = outline
        .comments
        .iter()
        .filter(|comment| !scripts.iter().any(|script| script.contains(&comment.start)));
    let comments = outside.map(|range| text.get(range.clone()).unwrap_or("").trim_end());
    (words, comments.collect())
}

fn print(text: &str, outline: &Outline) -> String {
    let mut printer = piece::Printer::new(text, outline);
    let mut page = declaration::Page::default();
    for part in &outline.declarations {
        page.declaration(&mut printer, part);
    }
    page.finish(&mut printer)
}

#[cfg(test)]
mod tests;
