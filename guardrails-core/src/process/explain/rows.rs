//! The tree of a condition as lines of text, before they are set in columns.

use super::tree::names;
use crate::diagnostic::{Language, Phrase};
use crate::explanation::{Clause, ClauseKind, Reading, Seen};
use crate::phrase;
use crate::truth::Truth;

/// One line of a tree.
pub(super) struct Row {
    /// How deep it stands.
    pub(super) depth: usize,
    /// How it came out.
    pub(super) truth: Option<Truth>,
    pub(super) text: String,
    /// What was read.
    pub(super) note: String,
    /// Whether it is one question, and not made of others.
    pub(super) leaf: bool,
    pub(super) decides: bool,
}

/// The lines of a condition.
pub(super) fn rows(condition: &Clause, language: Language) -> Vec<Row> {
    let mut rows = Vec::new();
    // That all of a rule's clauses must hold goes without saying.
    if condition.kind == ClauseKind::All && condition.parts.len() > 1 {
        let parts = condition.parts.iter();
        parts.for_each(|part| add(part, 0, language, &mut rows));
        rows.extend(left_out(condition, 0, language));
    } else {
        add(condition, 0, language, &mut rows);
    }
    rows
}

fn add(clause: &Clause, depth: usize, language: Language, rows: &mut Vec<Row>) {
    if let (ClauseKind::Not, [part]) = (clause.kind, clause.parts.as_slice())
        && part.kind == ClauseKind::Test
        && !part.text.is_empty()
    {
        let said = phrase!("not {text}" | "并非 {text}", text = part.text);
        let readings = &part.readings;
        rows.push(row(
            clause,
            depth,
            said.text(language),
            readings,
            language,
            true,
        ));
        return;
    }
    let text = label(clause);
    let leaf = clause.parts.is_empty();
    let readings = &clause.readings;
    rows.push(row(
        clause,
        depth,
        text.text(language),
        readings,
        language,
        leaf,
    ));
    for part in &clause.parts {
        add(part, depth.saturating_add(1), language, rows);
    }
    rows.extend(left_out(clause, depth.saturating_add(1), language));
}

fn row(
    clause: &Clause,
    depth: usize,
    text: &str,
    readings: &[Reading],
    language: Language,
    leaf: bool,
) -> Row {
    // Of a clause that reads something hidden, its line says so already.
    let told = |reading: &&Reading| clause.hidden.is_empty() || reading.seen != Seen::Hidden;
    let notes: Vec<String> = readings
        .iter()
        .filter(told)
        .map(|reading| read(reading).text(language).to_owned())
        .collect();
    Row {
        depth,
        truth: clause.truth,
        text: text.to_owned(),
        note: notes.join(", "),
        leaf,
        decides: clause.decides,
    }
}

fn label(clause: &Clause) -> Phrase {
    if !clause.hidden.is_empty() {
        let names = names(&clause.hidden);
        return phrase!(
            "a condition on {names}, which you may not see" | "关于 {names} 的条件（无权查看）",
            names
        );
    }
    match clause.kind {
        ClauseKind::All => phrase!("all of these" | "以下全部成立"),
        ClauseKind::Any => phrase!("any of these" | "以下任一成立"),
        ClauseKind::Not => phrase!("not this" | "以下不成立"),
        ClauseKind::Items | ClauseKind::Item | ClauseKind::Test => {
            Phrase::both(clause.text.clone(), clause.text.clone())
        }
    }
}

fn left_out(clause: &Clause, depth: usize, language: Language) -> Option<Row> {
    let count = clause.left_out;
    (count > 0).then(|| Row {
        depth,
        truth: clause.truth,
        text: phrase!("and {count} more like this" | "另有 {count} 项同此", count)
            .text(language)
            .to_owned(),
        note: String::new(),
        leaf: true,
        decides: clause.decides,
    })
}

/// `discount is 20%`.
pub(super) fn read(reading: &Reading) -> Phrase {
    let name = &reading.name;
    match &reading.seen {
        Seen::Value(value) => phrase!("{name} is {value}" | "{name} 为 {value}", name, value),
        Seen::Masked(value) => phrase!(
            "{name} is {value} (masked)" | "{name} 为 {value}（已脱敏）",
            name,
            value
        ),
        Seen::Hidden => phrase!("{name} is hidden from you" | "{name} 已隐藏", name),
        Seen::Missing => phrase!("{name} is missing" | "{name} 缺失", name),
        Seen::Unreadable(ty) => phrase!("{name} is not a {ty}" | "{name} 不是 {ty} 类型", name, ty),
    }
}

/// `is 20%`.
pub(super) fn now(reading: &Reading) -> Phrase {
    match &reading.seen {
        Seen::Value(value) => phrase!("is {value}" | "现为 {value}", value),
        Seen::Masked(value) => phrase!("is {value}, masked" | "现为 {value}（已脱敏）", value),
        Seen::Hidden => phrase!("hidden from you" | "已隐藏"),
        Seen::Missing => phrase!("is missing" | "现缺失"),
        Seen::Unreadable(ty) => phrase!("is not a {ty}" | "现不是 {ty} 类型", ty),
    }
}
