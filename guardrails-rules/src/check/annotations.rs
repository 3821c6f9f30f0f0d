//! Annotations: which exist where, and what they take.

use chrono::NaiveDate;
use guardrails_core::{Name, Phrase, phrase};

use super::context::Context;
use crate::ast::{Annotation, Argument, Literal, Span};
use crate::codes;
use crate::parse::suggest;

/// Reads the annotations of one declaration; `known` are those that may stand there.
pub(super) struct Annotations<'c, 'b> {
    cx: &'c Context<'b>,
    written: &'c [Annotation],
}

impl<'c, 'b> Annotations<'c, 'b> {
    /// Reports annotations that do not exist here, and such as are written twice.
    pub(super) fn new(cx: &'c Context<'b>, written: &'c [Annotation], known: &[&str]) -> Self {
        cx.report_repeats(
            written.iter().map(|annotation| &annotation.name),
            phrase!("the annotation " | "注解 "),
        );
        for name in written.iter().map(|annotation| &annotation.name) {
            if !known.contains(&&*name.text) {
                cx.unknown(
                    codes::UNKNOWN_ANNOTATION,
                    name,
                    phrase!("annotation" | "注解"),
                    known.iter().copied(),
                    || match known {
                        [] => phrase!(
                            "remove it: nothing can be annotated here" | "删去它：这里不能写注解"
                        ),
                        _ => phrase!(
                            "write one of {known}" | "写 {known} 之一",
                            known = suggest::listed(known)
                        ),
                    },
                );
            }
        }
        Self { cx, written }
    }

    fn find(&self, name: &str) -> Option<&'c Annotation> {
        self.written
            .iter()
            .find(|written| &*written.name.text == name)
    }

    fn wrong(&self, annotation: &Annotation, takes: Phrase, example: &str) {
        let name = &annotation.name.text;
        let message = phrase!(
            "`@{name}` takes {takes}" | "`@{name}` 需要{takes}",
            name,
            takes
        );
        let help = phrase!(
            "write such as `@{name}{example}`" | "例如写 `@{name}{example}`",
            name,
            example
        );
        self.cx.report(
            self.cx
                .error(codes::BAD_ARGUMENT, annotation.span, message)
                .help(help),
        );
    }

    /// `@shadow`: there, without arguments.
    pub(super) fn flag(&self, name: &str) -> bool {
        let Some(annotation) = self.find(name) else {
            return false;
        };
        if !annotation.arguments.is_empty() {
            self.wrong(
                annotation,
                phrase!("no argument" | "空的参数，不写括号"),
                "",
            );
        }
        true
    }

    /// `@owner("…")`.
    pub(super) fn text(&self, name: &str) -> Option<Name> {
        let annotation = self.find(name)?;
        if let [Argument::Literal(Literal::Text(text), _)] = annotation.arguments.as_slice() {
            return Some(text.as_str().into());
        }
        self.wrong(
            annotation,
            phrase!("one text in quotes" | "一个引号里的文本"),
            "(\"…\")",
        );
        None
    }

    /// `@tags("…", …)`: texts or words, at least one.
    pub(super) fn words(&self, name: &str) -> Vec<Name> {
        let Some(annotation) = self.find(name) else {
            return Vec::new();
        };
        let word = |argument: &Argument| match argument {
            Argument::Word(word) => Some(word.joined()),
            Argument::Literal(Literal::Text(text), _) => Some(text.as_str().into()),
            Argument::Literal(..) => None,
        };
        let words: Option<Vec<Name>> = annotation.arguments.iter().map(word).collect();
        match words {
            Some(words) if !words.is_empty() => words,
            _ => {
                self.wrong(
                    annotation,
                    phrase!("words or texts in quotes" | "词，或者引号里的文本"),
                    "(sales, pricing)",
                );
                Vec::new()
            }
        }
    }

    /// `@since(2026-01-01)`.
    pub(super) fn day(&self, name: &str) -> Option<(NaiveDate, Span)> {
        let annotation = self.find(name)?;
        if let [Argument::Literal(Literal::Date(day), span)] = annotation.arguments.as_slice() {
            return Some((*day, *span));
        }
        self.wrong(annotation, phrase!("one date" | "一个日期"), "(2026-01-01)");
        None
    }

    /// `@sensitivity(4)`: a whole number.
    pub(super) fn whole(&self, name: &str) -> Option<(u64, Span)> {
        let annotation = self.find(name)?;
        if let [Argument::Literal(Literal::Number(number), span)] = annotation.arguments.as_slice()
            && number.fract().is_zero()
        {
            return Some((u64::try_from(*number).unwrap_or(u64::MAX), *span));
        }
        self.wrong(annotation, phrase!("one whole number" | "一个整数"), "(3)");
        None
    }

    /// `@pii(phone)`: one word.
    pub(super) fn word(&self, name: &str) -> Option<crate::ast::Ident> {
        let annotation = self.find(name)?;
        if let [Argument::Word(word)] = annotation.arguments.as_slice()
            && let [only] = word.parts.as_slice()
        {
            return Some(only.clone());
        }
        self.wrong(annotation, phrase!("one word" | "一个词"), "(phone)");
        None
    }
}
