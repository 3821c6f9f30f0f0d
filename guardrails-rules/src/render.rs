//! Diagnostics for people and for machines. Rendering happens here and nowhere else; the drawing of
//! source lines is annotate-snippets' work.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet,
};
use guardrails_core::{Diagnostic, Language, Note, Phrase, Place, Severity};

use crate::bundle::Bundle;

/// How diagnostics are written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// Text with source lines, without colour.
    Plain,
    /// The same with ANSI colours, for a terminal.
    Colour,
}

static HELP: Phrase = Phrase::fixed("help", "帮助");
static NOTE: Phrase = Phrase::fixed("note", "说明");

/// Characters of a source line that are shown; longer lines are cut around what is underlined.
const LINE_SHOWN: usize = 400;

/// Writes diagnostics in a language, with the lines they are about.
#[must_use]
pub fn render(
    diagnostics: &[Diagnostic],
    bundle: &Bundle,
    style: Style,
    language: Language,
) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    let mut out = String::new();
    for finding in diagnostics {
        out.push_str(&one(
            &finding.in_language(language),
            bundle,
            &renderer,
            language,
        ));
        out.push_str("\n\n");
    }
    out.truncate(out.trim_end().len());
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Writes diagnostics in a language as a JSON array of objects: `code`, `severity`, `message`, `place` with `file`,
/// `line`, `column`, `start` and `end`, `label`, `notes`, `help`.
#[must_use]
pub fn to_json(diagnostics: &[Diagnostic], language: Language) -> String {
    let said: Vec<Diagnostic> = diagnostics
        .iter()
        .map(|finding| finding.in_language(language))
        .collect();
    // Texts, numbers and lists of them: there is nothing in here that JSON cannot hold.
    serde_json::to_string_pretty(&said).unwrap_or_default()
}

/// `finding` has its sentences in `language` already.
fn one(finding: &Diagnostic, bundle: &Bundle, renderer: &Renderer, language: Language) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let word = finding.severity.word();
    let level = level.with_name(word.text(language));
    let title = level
        .primary_title(finding.message.as_str())
        .id(finding.code);
    let main = Group::with_title(title).elements(shown(finding, bundle, language));
    let elsewhere = finding
        .notes
        .iter()
        .filter(|note| note.place.file != finding.place.file)
        .map(|note| elsewhere(note, bundle, language));
    let groups: Vec<Group<'_>> = std::iter::once(main).chain(elsewhere).collect();
    renderer.render(&groups)
}

/// The source lines, notes of the same file, and help.
fn shown<'a>(finding: &'a Diagnostic, bundle: &Bundle, language: Language) -> Vec<Element<'a>> {
    let mut elements: Vec<Element<'a>> = Vec::new();
    let notes = || {
        let here = finding.notes.iter();
        here.filter(|note| note.place.file == finding.place.file)
    };
    let same_line = |note: &Note| note.place.line == finding.place.line;
    match Window::of(&finding.place, bundle) {
        Some(window) => {
            let beside = notes().filter(|note| same_line(note));
            let beside: Vec<_> = beside.filter_map(|note| window.beside(note)).collect();
            let snippet = window.snippet(AnnotationKind::Primary, &finding.label);
            elements.push(snippet.annotations(beside).into());
        }
        None if !finding.place.file.is_empty() => {
            elements.push(Origin::path(finding.place.file.to_string()).into());
        }
        None => {}
    }
    for note in notes().filter(|note| !same_line(note)) {
        if let Some(window) = Window::of(&note.place, bundle) {
            let snippet = window.snippet(AnnotationKind::Context, &note.message);
            elements.push(snippet.into());
        }
    }
    if !finding.help.is_empty() {
        let level = Level::HELP.with_name(HELP.text(language));
        elements.push(level.message(finding.help.as_str()).into());
    }
    elements
}

fn elsewhere<'a>(note: &'a Note, bundle: &Bundle, language: Language) -> Group<'a> {
    let group = Group::with_title(
        Level::NOTE
            .with_name(NOTE.text(language))
            .secondary_title(note.message.as_str()),
    );
    match Window::of(&note.place, bundle) {
        Some(window) => group.element(window.snippet(AnnotationKind::Context, "")),
        None => group.element(Origin::path(note.place.to_string())),
    }
}

/// The line of a place, cut to what is worth showing.
struct Window {
    path: String,
    line: u32,
    text: String,
    marked: Range<usize>,
    /// Where the window begins in the file.
    offset: usize,
}

impl Window {
    fn of(place: &Place, bundle: &Bundle) -> Option<Self> {
        let file = bundle.file(&place.file)?;
        let (first, text) = file.line(place.line)?;
        let clip = |at: u32| {
            let at = at.saturating_sub(first) as usize;
            at.min(text.len())
        };
        let marked = clip(place.start)..clip(place.end).max(clip(place.start));
        let cut = cut(text, &marked);
        let skipped = cut.start;
        Some(Self {
            path: place.file.to_string(),
            line: place.line,
            text: text.get(cut)?.replace('\t', " "),
            marked: marked.start - skipped..marked.end.saturating_sub(skipped),
            offset: first as usize + skipped,
        })
    }

    /// A note on the same line, when it falls into the window.
    fn beside<'a>(&self, note: &'a Note) -> Option<Annotation<'a>> {
        let offset = |at: u32| (at as usize).checked_sub(self.offset);
        let (start, end) = (offset(note.place.start)?, offset(note.place.end)?);
        let fits = end <= self.text.len();
        fits.then(|| {
            AnnotationKind::Context
                .span(start..end)
                .label(note.message.as_str())
        })
    }

    fn snippet<'a>(self, kind: AnnotationKind, label: &'a str) -> Snippet<'a, Annotation<'a>> {
        let end = self.marked.end.min(self.text.len());
        let mut annotation = kind.span(self.marked.start..end);
        if !label.is_empty() {
            annotation = annotation.label(label);
        }
        Snippet::source(self.text)
            .path(self.path)
            .line_start(self.line as usize)
            .annotation(annotation)
    }
}

/// A stretch of a long line around what is underlined, on character boundaries.
fn cut(text: &str, marked: &Range<usize>) -> Range<usize> {
    if text.len() <= LINE_SHOWN {
        return 0..text.len();
    }
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(marked.start.saturating_sub(LINE_SHOWN / 4));
    let end = boundary((start + LINE_SHOWN).min(text.len()));
    start..end
}
