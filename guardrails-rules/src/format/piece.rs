//! One part of the grammar to what may be printed for it: which words stand close, which apart, and
//! where lines may end.
//!
//! What has no rule here is printed as words with a blank between them.

use std::collections::BTreeMap;

use super::doc::Doc;
use super::lexeme::{self, Around, Remark};
use super::list::Brackets;
use crate::parse::{Outline, Part, Rule};

/// Gives out pieces, and each comment once.
pub(super) struct Printer<'s> {
    text: &'s str,
    around: BTreeMap<usize, Around>,
}

/// How neighbours stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    Apart,
    Close,
}

impl<'s> Printer<'s> {
    pub(super) fn new(text: &'s str, outline: &Outline) -> Self {
        Self {
            text,
            around: lexeme::around(text, outline),
        }
    }

    /// What stands around the first word of a part.
    pub(super) fn around(&self, part: &Part) -> Option<&Around> {
        self.around.get(&part.first().range.start)
    }

    /// The comments above a part, taken out of it.
    pub(super) fn take_above(&mut self, part: &Part) -> Vec<Remark> {
        let around = self.around.get_mut(&part.first().range.start);
        around
            .map(|around| std::mem::take(&mut around.above))
            .unwrap_or_default()
    }

    /// The comments at the end of the file.
    pub(super) fn take_last(&mut self) -> Vec<Remark> {
        let around = self.around.get_mut(&self.text.len());
        around
            .map(|around| std::mem::take(&mut around.above))
            .unwrap_or_default()
    }

    /// The comment behind a part, taken out of it.
    pub(super) fn take_behind(&mut self, part: &Part) -> Option<String> {
        let around = self.around.get_mut(&part.last().range.start);
        around.and_then(|around| around.behind.take())
    }

    /// Whether the part begins a line in the text as written.
    pub(super) fn begins_line(&self, part: &Part) -> bool {
        self.around(part).is_some_and(|around| around.breaks)
    }

    /// Whether a comment ends the line of the part's last word.
    pub(super) fn is_commented(&self, part: &Part) -> bool {
        let around = self.around.get(&part.last().range.start);
        around.is_some_and(|around| around.behind.is_some())
    }

    /// Whether the part holds a line end.
    pub(super) fn has_lines(&self, part: &Part) -> bool {
        self.slice(part).contains('\n')
    }

    pub(super) fn slice(&self, part: &Part) -> &'s str {
        self.text.get(part.range.clone()).unwrap_or("")
    }

    /// The blanks before a part on its line.
    pub(super) fn margin(&self, at: usize) -> &'s str {
        let before = self.text.get(..at).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        let width = line.len() - line.trim_start().len();
        line.get(..width).unwrap_or("")
    }

    /// A word, a mark or a literal, with its comments.
    pub(super) fn word(&mut self, part: &Part) -> Doc {
        let above = self.take_above(part);
        let behind = self.take_behind(part);
        let word = Doc::text(self.slice(part));
        if above.is_empty() && behind.is_none() {
            return word;
        }
        let above = if above.is_empty() {
            Doc::Nothing
        } else {
            Doc::Above(above)
        };
        let behind = behind.map_or(Doc::Nothing, |text| Doc::Behind(2, text));
        Doc::Concat(vec![above, word, behind])
    }

    /// A part as it is best printed.
    pub(super) fn piece(&mut self, part: &Part) -> Doc {
        if part.parts.is_empty() {
            return self.word(part);
        }
        match part.rule {
            Rule::expr | Rule::sum => self.expression(part),
            Rule::members | Rule::object => self.bracketed(part, Brackets::Wide),
            Rule::list | Rule::data_list | Rule::arguments => {
                self.bracketed(part, Brackets::Narrow)
            }
            Rule::quantified => self.quantified(part),
            Rule::group => self.group(part),
            Rule::dotted
            | Rule::reference
            | Rule::annotation
            | Rule::named_type
            | Rule::mask
            | Rule::type_ref
            | Rule::list_type
            | Rule::lately
            | Rule::literal => self.run(&part.parts, Join::Close),
            Rule::deny | Rule::require | Rule::oblige | Rule::notify => {
                self.run(&part.parts, Join::Apart).align()
            }
            Rule::because => self.run(&part.parts, Join::Apart).indent(4),
            _ => self.run(&part.parts, Join::Apart),
        }
    }

    /// Parts one after the other. Lines may end behind commas, and before what begins a phrase.
    pub(super) fn run(&mut self, parts: &[Part], join: Join) -> Doc {
        let mut pieces: Vec<Doc> = Vec::new();
        let mut piece: Vec<Doc> = Vec::new();
        let mut before: Option<Rule> = None;
        for part in parts {
            if let Some(before) = before {
                let comma = before == Rule::p_comma;
                if comma || (begins_phrase(part.rule) && join == Join::Apart) {
                    let line = self.line(before, part);
                    pieces.extend([Doc::Concat(std::mem::take(&mut piece)), line]);
                } else {
                    piece.push(Doc::Space(blanks(before, part, join)));
                }
            }
            piece.push(self.piece(part));
            before = Some(part.rule);
        }
        if pieces.is_empty() {
            return Doc::Concat(piece);
        }
        pieces.push(Doc::Concat(piece));
        Doc::Fill(pieces)
    }

    fn line(&self, before: Rule, part: &Part) -> Doc {
        // Whether the scope of a grant has a line of its own is its author's to say.
        if part.rule == Rule::scope && self.begins_line(part) && before != Rule::p_comma {
            Doc::Hard
        } else {
            Doc::Line
        }
    }
}

/// What a long line is best broken before.
pub(super) fn begins_phrase(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::annotation
            | Rule::audience
            | Rule::because
            | Rule::comprehension
            | Rule::guarded
            | Rule::overdue
            | Rule::scope
            | Rule::translation
    )
}

/// Blanks between neighbours on a line.
pub(super) fn blanks(before: Rule, after: &Part, join: Join) -> usize {
    match (before, after.rule) {
        (_, Rule::p_comma) | (Rule::minus | Rule::p_plus | Rule::p_at, _) => 0,
        (_, Rule::comprehension) => 1,
        (Rule::word, Rule::p_colon) => 0,
        _ if join == Join::Close => 0,
        (_, _) if after.rule == Rule::k_context => 2,
        _ => 1,
    }
}
