//! A bundle as its authors wrote it: packages, declarations with the remarks above them, constants and
//! lists. For documentation and for tools that show a policy to people.
//!
//! It shows what the checked policy no longer knows. It judges nothing: whether the bundle compiles is
//! [`compile`](crate::compile)'s to say, and of a file that does not read, it has what could be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use guardrails_core::{Name, Place};

use crate::ast::{self, Annotation, Declaration, ListSource, Span};
use crate::bundle::Bundle;
use crate::parse;
use crate::source::SourceFile;

/// What the files of a bundle hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The policy files, in path order.
    pub files: Vec<OutlinedFile>,
    /// What has a name of its own, in the order of files and lines.
    pub declared: Vec<Declared>,
    /// Constants, in the order of files and lines.
    pub constants: Vec<Constant>,
    /// Lists, in the order of files and lines.
    pub lists: Vec<WordList>,
}

/// One policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlinedFile {
    /// Its path within the bundle.
    pub path: Arc<str>,
    /// Its package; empty when it names none.
    pub package: Name,
}

/// One declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The word it begins with, such as `rule`.
    pub keyword: &'static str,
    /// Its name; empty for what has none.
    pub name: Name,
    /// The remarks that end where it begins, `//` and `///` alike.
    pub remarks: String,
    /// Its annotations, with their arguments as written.
    pub annotations: Vec<(Name, String)>,
    /// All of it.
    pub place: Place,
}

/// `const NAME = …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// Its name.
    pub name: Name,
    /// Its value as written.
    pub value: String,
    /// Where its name is.
    pub place: Place,
}

/// `list NAME = […]` or `list NAME from "…"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordList {
    /// Its name.
    pub name: Name,
    /// What is in it.
    pub entries: Entries,
    /// Where its name is.
    pub place: Place,
}

/// The entries of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entries {
    /// As written in the policy.
    Written(Vec<String>),
    /// In a file of its own: its path, and how many there are. What they say may be nobody's
    /// business, so it is not told.
    InFile(Arc<str>, usize),
}

impl Outline {
    /// The declaration of this name that begins with `keyword`.
    #[must_use]
    pub fn declared(&self, keyword: &str, name: &str) -> Option<&Declared> {
        let mut declared = self.declared.iter();
        declared.find(|one| one.keyword == keyword && *one.name == *name)
    }
}

/// Reads the outline of a bundle.
#[must_use]
pub fn outline(bundle: &Bundle) -> Outline {
    let mut outline = Outline::default();
    for (index, source) in (0_u32..).zip(bundle.sources()) {
        let (file, stretches) = parse::stretches(source, index);
        let package = file.package.as_ref().map(ast::Dotted::joined);
        outline.files.push(OutlinedFile {
            path: source.path().clone(),
            package: package.unwrap_or_else(|| Name::from("")),
        });
        let reader = Reader {
            bundle,
            source,
            remarks: remarks(&file, source),
        };
        for (declaration, stretch) in file.declarations.iter().zip(stretches) {
            reader.read(declaration, stretch, &mut outline);
        }
    }
    outline
}

struct Reader<'b> {
    bundle: &'b Bundle,
    source: &'b SourceFile,
    /// Remarks that stand alone on their lines, by where they end.
    remarks: BTreeMap<u32, Span>,
}

impl Reader<'_> {
    fn read(&self, declaration: &Declaration, stretch: Span, outline: &mut Outline) {
        match declaration {
            // What it is unless the host says otherwise.
            Declaration::Param(param) => outline.constants.push(Constant {
                name: param.name.text.clone(),
                value: self.text(param.default.span),
                place: self.place(param.name.span),
            }),
            Declaration::Const(constant) => outline.constants.push(Constant {
                name: constant.name.text.clone(),
                value: self.text(constant.value.span),
                place: self.place(constant.name.span),
            }),
            Declaration::List(list) => outline.lists.push(WordList {
                name: list.name.text.clone(),
                entries: self.entries(&list.source),
                place: self.place(list.name.span),
            }),
            _ => {}
        }
        let (keyword, name, annotations) = named(declaration);
        outline.declared.push(Declared {
            keyword,
            name,
            remarks: self.remarks_above(stretch),
            annotations: annotations.iter().map(|one| self.annotation(one)).collect(),
            place: self.place(stretch),
        });
    }

    fn annotation(&self, annotation: &Annotation) -> (Name, String) {
        let written = self.text(annotation.span);
        let inside = written.split_once('(').map_or("", |(_, rest)| rest);
        let inside = inside.trim_end().trim_end_matches(')');
        (annotation.name.text.clone(), inside.to_owned())
    }

    fn entries(&self, source: &ListSource) -> Entries {
        match source {
            ListSource::Inline(entries) => {
                Entries::Written(entries.iter().map(|entry| self.text(entry.span)).collect())
            }
            ListSource::File(path) => {
                let path: &str = &path.text;
                let lines = self.bundle.file(path).map_or(0, |file| count(file.text()));
                Entries::InFile(path.into(), lines)
            }
        }
    }

    fn remarks_above(&self, stretch: Span) -> String {
        let mut next = stretch.start;
        let mut lines = Vec::new();
        while let Some((_, span)) = self.remarks.range(..=next).next_back() {
            let gap = self.source.slice(span.end, next);
            if !gap.trim().is_empty() || gap.matches('\n').count() > 1 {
                break;
            }
            let text = self.source.slice(span.start, span.end);
            lines.push(text.trim_start_matches('/').trim());
            next = span.start;
        }
        lines.reverse();
        lines.join("\n").trim().to_owned()
    }

    fn text(&self, span: Span) -> String {
        self.source.slice(span.start, span.end).to_owned()
    }

    fn place(&self, span: Span) -> Place {
        self.source.place(span.start, span.end)
    }
}

/// Remarks with nothing before them on their line: one behind a declaration is about that line.
fn remarks(file: &ast::File, source: &SourceFile) -> BTreeMap<u32, Span> {
    let alone = |span: &Span| {
        let before = source.slice(0, span.start);
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.trim().is_empty()
    };
    let spans = file.comments.iter().map(|comment| comment.span);
    spans.filter(alone).map(|span| (span.end, span)).collect()
}

/// The entries of a word list's file, as the checker counts them.
fn count(text: &str) -> usize {
    let entry = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    text.lines().filter(entry).count()
}

fn named(declaration: &Declaration) -> (&'static str, Name, &[Annotation]) {
    let of = |keyword, name: &Name| (keyword, name.clone(), &[][..]);
    let nameless = Name::from("");
    match declaration {
        Declaration::Use(package) => of("use", &package.joined()),
        Declaration::Entity(entity) => ("entity", entity.name.text.clone(), &entity.annotations),
        Declaration::Enum(members) => of("enum", &members.name.text),
        Declaration::Const(constant) => of("const", &constant.name.text),
        Declaration::Param(param) => ("param", param.name.text.clone(), &param.annotations),
        Declaration::List(list) => of("list", &list.name.text),
        Declaration::Grant(_) => of("grant", &nameless),
        Declaration::Skill(skill) => ("skill", skill.name.joined(), &skill.annotations),
        Declaration::Rule(rule) => ("rule", rule.name.text.clone(), &rule.annotations),
        Declaration::Risk(_) => of("risk", &nameless),
        Declaration::Approval(chain) => ("approval", chain.name.text.clone(), &chain.annotations),
        Declaration::Table(table) => ("table", table.name.text.clone(), &table.annotations),
        Declaration::Zone(_) => of("zone", &nameless),
        Declaration::Test(test) => of("test", &test.name.text),
    }
}
