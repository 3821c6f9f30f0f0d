//! What stands in brackets: on one line, filled over several, or each as its author put it.

use super::doc::Doc;
use super::piece::{Join, Printer, blanks};
use crate::parse::{Part, Rule};

/// Whether brackets stand off from what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brackets {
    /// `{ a, b }`
    Wide,
    /// `[a, b]`
    Narrow,
}

impl Printer<'_> {
    /// A list in brackets. When its author ended the line behind the opening bracket, the brackets
    /// have lines of their own and its other line ends stay too.
    pub(super) fn bracketed(&mut self, part: &Part, brackets: Brackets) -> Doc {
        let [open, inside @ .., close] = part.parts.as_slice() else {
            return self.run(&part.parts, Join::Close);
        };
        let Some(first) = inside.first() else {
            return Doc::Concat(vec![self.word(open), self.word(close)]);
        };
        let tall = self.begins_line(first) || self.is_commented(open);
        if tall {
            return self.tall(open, inside, close);
        }
        let gap = || match brackets {
            Brackets::Wide => Doc::Space(1),
            Brackets::Narrow => Doc::Nothing,
        };
        let docs = vec![
            self.word(open),
            gap(),
            self.run(inside, Join::Close).align(),
            gap(),
            self.word(close),
        ];
        Doc::Concat(docs)
    }

    fn tall(&mut self, open: &Part, inside: &[Part], close: &Part) -> Doc {
        let open = self.word(open);
        let mut pieces: Vec<Doc> = Vec::new();
        let mut piece: Vec<Doc> = Vec::new();
        let mut before: Option<Rule> = None;
        for part in inside {
            match before {
                Some(Rule::p_comma) => {
                    let line = self.kept_line(part);
                    pieces.extend([Doc::Concat(std::mem::take(&mut piece)), line]);
                }
                Some(before) => piece.push(Doc::Space(blanks(before, part, Join::Close))),
                None => {}
            }
            piece.push(self.piece(part));
            before = Some(part.rule);
        }
        pieces.push(Doc::Concat(piece));
        let last = self.take_above(close);
        if !last.is_empty() {
            pieces.extend([Doc::Hard, Doc::Above(last)]);
        }
        let inside = Doc::Concat(vec![Doc::Hard, Doc::Fill(pieces)]).indent(4);
        Doc::Concat(vec![open, inside, Doc::Hard, self.word(close)])
    }

    /// The end of a line where its author ended it, and an empty line where there was one.
    fn kept_line(&self, part: &Part) -> Doc {
        let around = self.around(part);
        match around {
            Some(around) if around.parted() => Doc::Concat(vec![Doc::Hard, Doc::Hard]),
            Some(around) if around.breaks => Doc::Hard,
            _ => Doc::Line,
        }
    }
}
