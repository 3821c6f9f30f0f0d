//! Conditions: on one line if there is room, else one operand of `or`, or of `and`, a line.

use super::doc::{Doc, Lines};
use super::piece::{Join, Printer, blanks};
use crate::parse::{Part, Rule};

impl Printer<'_> {
    /// Operands and what joins them. Lines end before the loosest word first.
    pub(super) fn expression(&mut self, part: &Part) -> Doc {
        self.chain(&part.parts, &[Rule::either, Rule::both])
    }

    /// `some x in list satisfies …`: the line may end behind the last word.
    pub(super) fn quantified(&mut self, part: &Part) -> Doc {
        let [head @ .., body] = part.parts.as_slice() else {
            return self.run(&part.parts, Join::Apart);
        };
        let head = self.run(head, Join::Apart);
        let body = Doc::Concat(vec![Doc::Line, self.piece(body)]).indent(4);
        Doc::Concat(vec![head, body]).group(Lines::IfRoom)
    }

    /// An expression in parentheses, with its further lines behind the opening one.
    pub(super) fn group(&mut self, part: &Part) -> Doc {
        let docs = part.parts.iter().map(|part| self.piece(part)).collect();
        Doc::Concat(docs).align()
    }

    fn chain(&mut self, parts: &[Part], joints: &[Rule]) -> Doc {
        let [joint, tighter @ ..] = joints else {
            return self.operand(parts);
        };
        let mut docs = Vec::new();
        let mut lines = Lines::IfRoom;
        for operand in split(parts, *joint) {
            let begins = |part: Option<&Part>| part.is_some_and(|part| self.begins_line(part));
            match operand.split_first() {
                Some((word, rest)) if word.rule == *joint => {
                    // Where its author gave each operand a line of its own, they stay so.
                    if begins(Some(word)) || begins(rest.first()) {
                        lines = Lines::Broken;
                    }
                    let word = Doc::Concat(vec![self.piece(word), Doc::Space(1)]);
                    docs.extend([Doc::Line, word, self.chain(rest, tighter)]);
                }
                _ => docs.push(self.chain(operand, tighter)),
            }
        }
        match docs.len() {
            0 | 1 => docs.pop().unwrap_or(Doc::Nothing),
            _ => Doc::Concat(docs).group(lines).align(),
        }
    }

    /// What `and` and `or` join: lines end before operators, and only if they must.
    fn operand(&mut self, parts: &[Part]) -> Doc {
        let mut pieces: Vec<Doc> = Vec::new();
        let mut piece: Vec<Doc> = Vec::new();
        let mut before: Option<Rule> = None;
        for part in parts {
            if let Some(before) = before {
                if is_infix(part.rule) {
                    pieces.extend([Doc::Concat(std::mem::take(&mut piece)), Doc::Line]);
                } else {
                    piece.push(Doc::Space(blanks(before, part, Join::Apart)));
                }
            }
            piece.push(self.piece(part));
            before = Some(part.rule);
        }
        if pieces.is_empty() {
            return Doc::Concat(piece);
        }
        pieces.push(Doc::Concat(piece));
        Doc::Fill(pieces).indent(4).align()
    }
}

/// The operands, each but the first with the word before it.
fn split(parts: &[Part], joint: Rule) -> Vec<&[Part]> {
    let mut operands = Vec::new();
    let mut rest = parts;
    while let Some(length) = rest.iter().skip(1).position(|part| part.rule == joint) {
        let (operand, following) = rest.split_at(length + 1);
        operands.push(operand);
        rest = following;
    }
    operands.push(rest);
    operands
}

fn is_infix(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::not_in
            | Rule::within_list
            | Rule::contains
            | Rule::starts_with
            | Rule::ends_with
            | Rule::equal
            | Rule::not_equal
            | Rule::less_or_equal
            | Rule::less
            | Rule::greater_or_equal
            | Rule::greater
            | Rule::coalesce
            | Rule::add
            | Rule::subtract
            | Rule::multiply
            | Rule::divide
    )
}
