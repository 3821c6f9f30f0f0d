//! A page of text for a terminal: 100 columns, indented, with what was read set in a column.

use super::rows::Row;
use crate::diagnostic::{Language, Phrase};
use crate::one_line::one_line;
use crate::phrase;
use crate::truth::Truth;

/// Columns of a page.
const WIDTH: usize = 100;
/// A clause that takes more has what it read on the next line.
const CLAUSE_COLUMNS: usize = 60;

/// How it is shown whether a clause held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Marks {
    /// `✓`, `✗`, `?`, and `·` where it may not be told.
    #[default]
    Symbols,
    /// In words, for terminals and readers without such symbols.
    Words,
}

/// A page that is being written.
pub(super) struct Page {
    pub(super) out: String,
    pub(super) language: Language,
    marks: Marks,
}

impl Page {
    pub(super) fn new(language: Language, marks: Marks) -> Self {
        let out = String::new();
        Self {
            out,
            language,
            marks,
        }
    }

    /// A line, wrapped where it is too long; what is wrapped stands two columns further in.
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        let text = one_line(text);
        let mut room = WIDTH.saturating_sub(indent);
        let mut line = String::new();
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ') {
            let joined = columns(&line)
                .saturating_add(1)
                .saturating_add(columns(word));
            if !line.is_empty() && joined > room {
                lines.push(std::mem::take(&mut line));
                room = WIDTH.saturating_sub(indent).saturating_sub(2);
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
        for (at, line) in lines.iter().enumerate() {
            let indent = if at == 0 {
                indent
            } else {
                indent.saturating_add(2)
            };
            self.out.push_str(&" ".repeat(indent));
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    pub(super) fn say(&mut self, indent: usize, phrase: &Phrase) {
        let text = phrase.text(self.language).to_owned();
        self.line(indent, &text);
    }

    /// A heading, after an empty line.
    pub(super) fn heading(&mut self, phrase: &Phrase) {
        self.out.push('\n');
        self.say(0, phrase);
    }

    /// The lines of a condition, with what was read in one column.
    pub(super) fn tree(&mut self, indent: usize, rows: &[Row]) {
        let each_decides = rows.iter().filter(|row| row.leaf).all(|row| row.decides);
        let lefts: Vec<String> = rows.iter().map(|row| self.left(row)).collect();
        let column = rows
            .iter()
            .zip(&lefts)
            .filter(|(row, _)| !row.note.is_empty())
            .map(|(_, left)| columns(left))
            .filter(|columns| *columns <= CLAUSE_COLUMNS)
            .max()
            .unwrap_or(0);
        for (row, left) in rows.iter().zip(&lefts) {
            let mut right = row.note.clone();
            if row.leaf && row.decides && !each_decides {
                let decides = phrase!("← decides" | "← 决定结果");
                if !right.is_empty() {
                    right.push_str("  ");
                }
                right.push_str(decides.text(self.language));
            }
            self.pair(indent, column, left, &right);
        }
    }

    fn left(&self, row: &Row) -> String {
        let inside = "  ".repeat(row.depth);
        format!("{inside}{} {}", self.mark(row.truth), row.text)
    }

    fn pair(&mut self, indent: usize, column: usize, left: &str, right: &str) {
        let start = indent.saturating_add(column).saturating_add(3);
        let fits = columns(left) <= column.max(CLAUSE_COLUMNS)
            && start
                .max(indent.saturating_add(columns(left)).saturating_add(3))
                .saturating_add(columns(right))
                <= WIDTH;
        if right.is_empty() {
            self.line_hanging(indent, left);
        } else if fits {
            let gap = column.saturating_sub(columns(left)).saturating_add(3);
            self.out.push_str(&" ".repeat(indent));
            self.out.push_str(&one_line(left));
            self.out.push_str(&" ".repeat(gap));
            self.out.push_str(&one_line(right));
            self.out.push('\n');
        } else {
            self.line_hanging(indent, left);
            let inside = left.chars().take_while(|c| *c == ' ').count();
            self.line(indent.saturating_add(inside).saturating_add(4), right);
        }
    }

    /// A line whose own indentation counts for what is wrapped.
    fn line_hanging(&mut self, indent: usize, text: &str) {
        let inside = text.chars().take_while(|c| *c == ' ').count();
        self.line(indent.saturating_add(inside), text.trim_start());
    }

    fn mark(&self, truth: Option<Truth>) -> String {
        let (symbol, word) = match truth {
            Some(Truth::True) => ("✓", phrase!("[yes]" | "[是]")),
            Some(Truth::False) => ("✗", phrase!("[no]" | "[否]")),
            Some(Truth::Unknown) => ("?", phrase!("[unknown]" | "[未知]")),
            None => ("·", phrase!("[hidden]" | "[隐藏]")),
        };
        match self.marks {
            Marks::Symbols => symbol.to_owned(),
            Marks::Words => word.text(self.language).to_owned(),
        }
    }
}

/// Columns that a text takes: two for East Asian wide characters (UAX #11), one for all others.
pub(super) fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '\u{1100}'..='\u{115f}'
            | '\u{2e80}'..='\u{303e}'
            | '\u{3041}'..='\u{a4cf}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe4f}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}'
            | '\u{1f300}'..='\u{1faff}'
            | '\u{20000}'..='\u{3fffd}' => 2,
            _ => 1,
        })
        .sum()
}
