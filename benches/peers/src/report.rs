//! The rows as a table for people and as JSON for machines.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use serde_json::{Value, json};

/// Where the JSON goes, unless it is left out.
const FILE: &str = "GUARD_BENCH_JSON";

/// A line under the header, and nothing else.
const RULED: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// What was measured.
#[derive(Clone, Copy)]
pub enum Figure {
    /// A median time.
    Nanos(f64),
    /// Memory.
    Bytes(f64),
}

/// One measured pair; `theirs`, of the same kind, is none where nobody does the same.
pub struct Row {
    pub name: String,
    /// How many rules, lines or rows the question is put to.
    pub n: usize,
    pub ours: Figure,
    pub theirs: Option<(String, Figure)>,
}

impl Figure {
    fn number(self) -> f64 {
        match self {
            Self::Nanos(number) | Self::Bytes(number) => number,
        }
    }

    /// The unit, as the names in the JSON end with it.
    fn unit(self) -> &'static str {
        match self {
            Self::Nanos(_) => "ns",
            Self::Bytes(_) => "bytes",
        }
    }

    fn people(self) -> String {
        match self {
            Self::Nanos(nanos) => duration(nanos),
            Self::Bytes(bytes) => format!("{:.1} MB", bytes / 1e6),
        }
    }
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        let theirs = self.theirs.as_ref();
        theirs.map(|(_, figure)| figure.number() / self.ours.number())
    }

    fn json(&self) -> Value {
        let unit = self.ours.unit();
        let theirs = self.theirs.as_ref();
        json!({
            "name": self.name,
            (format!("ours_{unit}")): tenths(self.ours.number()),
            "peer": theirs.map_or("", |(peer, _)| peer),
            (format!("peer_{unit}")): theirs.map(|(_, figure)| tenths(figure.number())),
            "ratio": self.ratio().map(tenths),
            "n": self.n,
        })
    }
}

/// The rows for people.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table
        .load_style(RULED)
        .set_header(["", "n", "ours", "peer", "peer's", "peer's ÷ ours"]);
    for row in rows {
        let (peer, time) = match &row.theirs {
            Some((peer, figure)) => (peer.as_str(), figure.people()),
            None => ("", String::new()),
        };
        let ratio = row
            .ratio()
            .map_or(String::new(), |ratio| format!("{ratio:.1}"));
        let ours = row.ours.people();
        table.add_row([&row.name, &row.n.to_string(), &ours, peer, &time, &ratio]);
    }
    for column in [1, 2, 4, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Writes the rows as JSON and tells where to.
pub fn write(rows: &[Row]) -> io::Result<PathBuf> {
    let standard = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench.json");
    let file = env::var_os(FILE).map_or_else(standard, PathBuf::from);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let rows: Vec<Value> = rows.iter().map(Row::json).collect();
    fs::write(&file, format!("{:#}\n", Value::from(rows)))?;
    Ok(file)
}

fn duration(nanos: f64) -> String {
    match nanos {
        ..1e3 => format!("{nanos:.0} ns"),
        ..1e6 => format!("{:.2} µs", nanos / 1e3),
        ..1e9 => format!("{:.2} ms", nanos / 1e6),
        _ => format!("{:.2} s", nanos / 1e9),
    }
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
