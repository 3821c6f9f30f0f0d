//! A declaration with a block: on one line where its author wrote it so and there is room, else one
//! item a line.

use super::columns::{self, MARGIN};
use super::doc::Doc;
use super::piece::{Join, Printer};
use crate::parse::{Part, Rule};

/// Columns up to which comments behind items stand below each other.
const COMMENTED: usize = 60;

/// A declaration's parts: before the opening brace, between the braces, and the braces.
pub(super) struct Block<'p> {
    head: &'p [Part],
    open: &'p Part,
    items: &'p [Part],
    close: &'p Part,
}

impl<'p> Block<'p> {
    /// The block of a declaration that has one.
    pub(super) fn of(declaration: &'p Part) -> Option<Self> {
        let parts = declaration.parts.as_slice();
        let at = parts.iter().position(|part| part.rule == Rule::p_open)?;
        let (head, rest) = parts.split_at(at);
        match rest {
            [open, items @ .., close] if close.rule == Rule::p_close => Some(Self {
                head,
                open,
                items,
                close,
            }),
            _ => None,
        }
    }
}

impl Printer<'_> {
    /// Whether a block is written on one line, without comments.
    pub(super) fn is_low(&self, block: &Block<'_>) -> bool {
        let head = block.head.iter().skip(1).chain([block.open]);
        let mut parts = head.chain(block.items).chain([block.close]);
        !parts.any(|part| self.begins_line(part) || self.has_lines(part))
    }

    /// The block on one line.
    pub(super) fn low(&mut self, kind: Rule, block: &Block<'_>) -> Doc {
        let mut docs = vec![self.head(kind, block), self.word(block.open)];
        let mut before: Option<&Part> = None;
        for item in block.items {
            docs.push(Doc::Space(match before {
                Some(before) if kind == Rule::entity_decl && !closed(before) => 2,
                _ => 1,
            }));
            docs.push(self.run(&item.parts, Join::Apart));
            before = Some(item);
        }
        if before.is_some() {
            docs.push(Doc::Space(1));
        }
        docs.push(self.word(block.close));
        Doc::Concat(docs)
    }

    /// One item a line.
    pub(super) fn tall_block(&mut self, kind: Rule, block: &Block<'_>) -> Doc {
        let head = self.head(kind, block);
        let open = self.word(block.open);
        let inside = self.items(kind, block.items);
        let last = self.take_above(block.close);
        let mut docs = vec![Doc::Hard, inside];
        if let Some(first) = last.first() {
            // The block may be empty but for comments.
            let parted = if first.apart { 2 } else { 1 };
            let lines = if block.items.is_empty() { 0 } else { parted };
            docs.extend(std::iter::repeat_with(|| Doc::Hard).take(lines));
            docs.push(Doc::Above(last));
        } else if block.items.is_empty() {
            return Doc::Concat(vec![head, open, self.word(block.close)]);
        }
        let inside = Doc::Concat(docs).indent(MARGIN);
        Doc::Concat(vec![head, open, inside, Doc::Hard, self.word(block.close)])
    }

    fn head(&mut self, kind: Rule, block: &Block<'_>) -> Doc {
        let step = if kind == Rule::grant_decl { 2 } else { MARGIN };
        let head = self.run(block.head, Join::Apart).indent(step);
        Doc::Concat(vec![head, Doc::Space(1)])
    }

    fn items(&mut self, kind: Rule, items: &[Part]) -> Doc {
        let mut above = Vec::new();
        let mut behind = Vec::new();
        let mut rows = Vec::new();
        for (number, item) in items.iter().enumerate() {
            let parted = self.around(item).is_some_and(super::lexeme::Around::parted);
            above.push((parted && number > 0, self.take_above(item)));
            behind.push(self.take_behind(item));
            rows.push(self.cells(item));
        }
        let rows = columns::set(rows, columns::narrow(kind));
        let ends = comment_column(&rows, &behind);
        let mut docs = Vec::new();
        let pieces = rows.into_iter().zip(above).zip(behind).zip(items);
        let mut before: Option<&Part> = None;
        for (((row, (parted, above)), behind), item) in pieces {
            docs.push(self.between(before, item, parted));
            if !above.is_empty() {
                docs.push(Doc::Above(above));
            }
            let width = row.width().unwrap_or(usize::MAX);
            docs.push(row);
            if let Some(text) = behind {
                docs.push(Doc::Behind(ends.saturating_sub(width) + 2, text));
            }
            before = Some(item);
        }
        Doc::Concat(docs)
    }

    fn between(&self, before: Option<&Part>, item: &Part, parted: bool) -> Doc {
        match before {
            None => Doc::Nothing,
            Some(before) if together(before.rule, item.rule) && !self.begins_line(item) => {
                Doc::Space(3)
            }
            Some(_) if parted => Doc::Concat(vec![Doc::Hard, Doc::Hard]),
            Some(_) => Doc::Hard,
        }
    }
}

/// Two items that may share a line.
fn together(before: Rule, item: Rule) -> bool {
    let times = |rule| matches!(rule, Rule::expires | Rule::execute);
    times(before) && times(item)
}

fn closed(item: &Part) -> bool {
    item.last().rule == Rule::p_comma
}

/// Where the longest of the short rows with a comment ends.
fn comment_column(rows: &[Doc], behind: &[Option<String>]) -> usize {
    let commented = rows
        .iter()
        .zip(behind)
        .filter(|(_, behind)| behind.is_some());
    let widths = commented.filter_map(|(row, _)| row.width());
    widths
        .filter(|width| *width <= COMMENTED)
        .max()
        .unwrap_or(0)
}
