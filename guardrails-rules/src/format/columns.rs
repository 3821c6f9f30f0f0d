//! Which parts of an item stand below each other, and how wide each column is.

use super::block::Block;
use super::doc::Doc;
use super::piece::{Join, Printer};
use crate::parse::{Part, Rule};

/// Cells wider than this do not move the others.
const WIDEST: usize = 40;

/// An item cut into cells.
pub(super) struct Cells {
    pub(super) kind: Rule,
    pub(super) cells: Vec<Doc>,
}

impl Printer<'_> {
    /// The cells of an item.
    pub(super) fn cells(&mut self, item: &Part) -> Cells {
        if item.rule == Rule::script {
            return self.script(item);
        }
        if let Some(block) = Block::of(item) {
            // `cases { … }` in a test is a table of its own.
            return Cells {
                kind: Rule::then,
                cells: vec![self.tall_block(item.rule, &block)],
            };
        }
        let mut groups: Vec<(usize, Vec<&Part>)> = vec![(0, Vec::new())];
        let mut bars = 0;
        for (at, part) in item.parts.iter().enumerate() {
            bars += usize::from(part.rule == Rule::p_bar);
            let column = column(item.rule, at, part.rule, bars);
            match groups.last_mut() {
                Some((open, group)) if column.is_none_or(|column| column <= *open) => {
                    group.push(part);
                }
                _ => groups.push((column.unwrap_or_default(), vec![part])),
            }
        }
        let mut cells = Vec::new();
        for (column, group) in groups {
            cells.resize_with(column, || Doc::Nothing);
            cells.push(self.cell(item.rule, &group));
        }
        Cells {
            kind: kind(item.rule),
            cells,
        }
    }

    fn cell(&mut self, item: Rule, parts: &[&Part]) -> Doc {
        let mut docs = Vec::new();
        let mut run: Vec<Doc> = Vec::new();
        let mut before: Option<Rule> = None;
        for part in parts {
            if let Some(before) = before {
                let comma = before == Rule::p_comma && item != Rule::field;
                if comma || super::piece::begins_phrase(part.rule) {
                    docs.extend([Doc::Concat(std::mem::take(&mut run)), Doc::Line]);
                } else {
                    run.push(Doc::Space(super::piece::blanks(before, part, Join::Apart)));
                }
            }
            run.push(self.piece(part));
            before = Some(part.rule);
        }
        docs.push(Doc::Concat(run));
        Doc::Fill(docs).align()
    }

    /// `do`, and the script as it is written, moved to the margin of the item.
    fn script(&mut self, item: &Part) -> Cells {
        let [word, body] = item.parts.as_slice() else {
            return Cells {
                kind: Rule::then,
                cells: vec![self.run(&item.parts, Join::Apart)],
            };
        };
        let text = moved(self.slice(body), self.margin(body.range.end - 1).len());
        let word = self.word(word);
        let above = self.take_above(body);
        let behind = self.take_behind(body);
        let above = if above.is_empty() {
            Doc::Nothing
        } else {
            Doc::Above(above)
        };
        let behind = behind.map_or(Doc::Nothing, |text| Doc::Behind(2, text));
        let body = Doc::Concat(vec![above, Doc::Verbatim(text), behind]);
        Cells {
            kind: Rule::then,
            cells: vec![word, body],
        }
    }
}

/// Blanks before the items of a block.
pub(super) const MARGIN: usize = 4;

/// A script whose last line stood `margin` blanks to the right, put at [`MARGIN`]. Text in back-ticks
/// may hold line ends that mean something, so scripts with such stay untouched, as do those with tabs.
fn moved(script: &str, margin: usize) -> String {
    let closes_alone = script
        .rsplit('\n')
        .next()
        .is_some_and(|last| last.trim() == "}");
    let tabs = script.lines().skip(1).any(|line| {
        let blanks = line.len() - line.trim_start().len();
        line.get(..blanks)
            .is_some_and(|blanks| blanks.contains('\t'))
    });
    if margin == MARGIN || !closes_alone || tabs || script.contains('`') {
        return script.to_owned();
    }
    let moved = script.split('\n').enumerate().map(|(number, line)| {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        if number == 0 || line.trim().is_empty() {
            return line.to_owned();
        }
        let blanks = (blanks + MARGIN).saturating_sub(margin);
        format!("{}{}", " ".repeat(blanks), line.trim_start_matches(' '))
    });
    moved.collect::<Vec<_>>().join("\n")
}

/// Items of one kind share their columns.
fn kind(rule: Rule) -> Rule {
    match rule {
        Rule::field | Rule::step | Rule::factor | Rule::level => rule,
        Rule::table_head | Rule::table_row => Rule::table_row,
        Rule::cases_head | Rule::cases_row => Rule::cases_row,
        _ => Rule::then,
    }
}

/// The column that a part of an item opens.
fn column(item: Rule, at: usize, part: Rule, bars: usize) -> Option<usize> {
    match (item, part) {
        (Rule::field, Rule::p_colon) => Some(1),
        (Rule::field, Rule::annotation) => Some(2),
        (Rule::step, Rule::integer) => Some(1),
        (Rule::step, Rule::k_within) => Some(2),
        (Rule::step, Rule::overdue) => Some(3),
        (Rule::factor, Rule::k_weight) => Some(1),
        (Rule::factor, Rule::p_equals) => Some(2),
        (Rule::level, Rule::k_at) => Some(1),
        (Rule::level, _) if at > 2 => Some(2),
        (Rule::table_head | Rule::table_row | Rule::cases_head | Rule::cases_row, Rule::p_bar) => {
            Some(bars)
        }
        (
            Rule::table_head | Rule::table_row | Rule::cases_head | Rule::cases_row,
            Rule::p_arrow,
        ) => Some(bars + 1),
        (Rule::field | Rule::step | Rule::factor | Rule::level, _) => None,
        (Rule::table_head | Rule::table_row | Rule::cases_head | Rule::cases_row, _) => None,
        (Rule::never | Rule::expires | Rule::execute, _) => None,
        // A clause: its word, and what it says.
        (_, _) if at == 1 => Some(1),
        _ => None,
    }
}

/// Sets cells of one kind below each other. `narrow` bounds the first column.
pub(super) fn set(rows: Vec<Cells>, narrow: usize) -> Vec<Doc> {
    let mut widths: Vec<(Rule, Vec<usize>)> = Vec::new();
    for row in &rows {
        let at = widths.iter().position(|(kind, _)| *kind == row.kind);
        let at = at.unwrap_or_else(|| {
            widths.push((row.kind, Vec::new()));
            widths.len() - 1
        });
        let Some((_, widest)) = widths.get_mut(at) else {
            continue;
        };
        // The last cell of a row pushes nothing to the right.
        let inner = row.cells.len().saturating_sub(1);
        for (column, cell) in row.cells.iter().take(inner).enumerate() {
            let limit = if column == 0 { narrow } else { WIDEST };
            let width = cell.width().filter(|width| *width <= limit).unwrap_or(0);
            match widest.get_mut(column) {
                Some(known) => *known = width.max(*known),
                None => widest.push(width),
            }
        }
    }
    let of = |kind: Rule| widths.iter().find(|(known, _)| *known == kind);
    rows.into_iter()
        .map(|row| {
            let widths = of(row.kind).map_or(&[][..], |(_, widths)| widths);
            padded(row.kind, widths, row.cells)
        })
        .collect()
}

/// Bounds the first column where words are short on purpose.
pub(super) fn narrow(block: Rule) -> usize {
    match block {
        // `at`, `actor`, `skill`, `given` share a column; `change` and `expect` are longer.
        Rule::test_decl => 5,
        _ => WIDEST,
    }
}

/// Blanks between a column and the next: annotations stand off from types.
fn gap(kind: Rule, column: usize) -> usize {
    if kind == Rule::field && column == 1 {
        2
    } else {
        1
    }
}

fn padded(kind: Rule, widths: &[usize], cells: Vec<Doc>) -> Doc {
    let last = cells.len().saturating_sub(1);
    let mut docs = Vec::new();
    for (column, cell) in cells.into_iter().enumerate() {
        let wanted = widths.get(column).copied().unwrap_or(0);
        let width = cell.width().unwrap_or(wanted);
        let nobody = cell.is_nothing() && wanted == 0;
        docs.push(cell);
        if column < last && !nobody {
            docs.push(Doc::Space(wanted.saturating_sub(width) + gap(kind, column)));
        }
    }
    Doc::Concat(docs)
}
