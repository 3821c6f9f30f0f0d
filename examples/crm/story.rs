//! Tells the story: scenes, tables, and the checks that keep the story honest.
//!
//! Colour is for terminals only, and never when `NO_COLOR` is set (no-color.org). Widths count
//! terminal columns, so that Chinese and English rows line up.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use comfy_table::{Cell, Color, ContentArrangement, LineStyle, Table, TableStyle};
use crm_guardrails::Reason;

/// Says one thing that must hold, and counts whether it does.
macro_rules! check {
    ($story:expr, $holds:expr, $($sentence:tt)*) => {
        $story.check($holds, format_args!($($sentence)*))
    };
}
pub(crate) use check;

/// Whether the reader sees colour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ink {
    Coloured,
    Plain,
}

/// The story so far, and how many of its checks held.
pub(crate) struct Story {
    ink: Ink,
    passed: u32,
    failed: u32,
}

impl Story {
    pub(crate) fn begin() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        let ink = if wanted && std::io::stdout().is_terminal() {
            Ink::Coloured
        } else {
            Ink::Plain
        };
        Self {
            ink,
            passed: 0,
            failed: 0,
        }
    }

    /// The title above everything.
    pub(crate) fn title(&self, title: impl Display) {
        self.line("");
        self.line(self.paint(BOLD, title));
    }

    /// Opens a scene.
    pub(crate) fn scene(&self, letter: char, title: impl Display) {
        self.line("");
        self.line(self.paint(BOLD, format_args!("({letter}) {title}")));
    }

    /// A sentence of the story.
    pub(crate) fn say(&self, sentence: impl Display) {
        self.line(format_args!("    {sentence}"));
    }

    /// How the guard's answer reads: code, sentence, and the line of policy behind it.
    pub(crate) fn quote(&self, reasons: &[Reason]) {
        for reason in reasons {
            let code = self.paint(YELLOW, reason.code());
            self.say(format_args!("│ {code}: {}", reason.message()));
            if reason.place().is_known() {
                let source = format!("  {} at {}", reason.rule(), reason.place());
                self.say(format_args!("│ {}", self.paint(DIM, source)));
            }
        }
    }

    /// Something else that the guard says, in its own words.
    pub(crate) fn cite(&self, words: impl Display) {
        for line in wrapped(&words.to_string()) {
            self.say(format_args!("│ {line}"));
        }
    }

    /// A table, indented like the text.
    pub(crate) fn table(&self, header: &[&str], rows: Vec<Vec<Shown>>) {
        let mut table = Table::new();
        table
            .load_style(RULED)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(header.iter().map(Cell::new));
        match self.ink {
            Ink::Coloured => table.enforce_styling(),
            Ink::Plain => table.force_no_tty(),
        };
        for row in rows {
            table.add_row(row.into_iter().map(Shown::cell));
        }
        for line in table.lines() {
            self.say(line.trim_end());
        }
    }

    /// Counts a check and says its sentence.
    pub(crate) fn check(&mut self, holds: bool, sentence: impl Display) {
        if holds {
            self.passed += 1;
            self.say(format_args!("{} {sentence}", self.paint(GREEN, "✓")));
        } else {
            self.failed += 1;
            self.say(format_args!("{} {sentence}", self.paint(RED, "✗")));
        }
    }

    /// The last line, and how the process ends.
    pub(crate) fn end(self) -> ExitCode {
        self.line("");
        self.line(format_args!(
            "demo: {} checks passed, {} failed",
            self.passed, self.failed
        ));
        ExitCode::from(u8::from(self.failed > 0))
    }

    fn paint(&self, style: &str, text: impl Display) -> String {
        match self.ink {
            Ink::Coloured => format!("\x1b[{style}m{text}\x1b[0m"),
            Ink::Plain => text.to_string(),
        }
    }

    fn line(&self, text: impl Display) {
        // A reader who closed the pipe has read enough; the checks still count.
        let _ = writeln!(std::io::stdout(), "{text}");
    }
}

/// `5,000` for 5000; numbers below a million.
pub(crate) fn thousands(number: u64) -> String {
    match (number / 1_000, number % 1_000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    }
}

/// Letters that fit beside the margin of a terminal of 100 columns.
const LINE: usize = 90;

/// Breaks a sentence at spaces, so that no line is longer than [`LINE`].
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + word.chars().count() < LINE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines
}

/// A line under the header, and nothing else.
const RULED: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// The code a call was refused with; `none` when it was not.
pub(crate) fn refusal<T>(answer: &Result<T, crm_guardrails::Error>) -> &str {
    match answer {
        Ok(_) => "none",
        Err(error) => error.code(),
    }
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";

/// What a table shows in one place.
pub(crate) enum Shown {
    /// The value itself.
    Plain(String),
    /// The value in disguise.
    Masked(String),
    /// Nothing: the field or the whole row is not there.
    Absent,
}

impl Shown {
    fn cell(self) -> Cell {
        match self {
            Self::Plain(text) => Cell::new(text),
            Self::Masked(text) => Cell::new(text).fg(Color::Yellow),
            Self::Absent => Cell::new("—").fg(Color::DarkGrey),
        }
    }
}
