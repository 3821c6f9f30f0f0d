//! What differs between two policies, for people and for programs.

use guardrails_rules::analyse::{Change, Direction, Subject};
use serde::Serialize;

use super::Found;
use super::answer::Difference;
use super::question::{Which, Written};
use crate::cli::output::Output;
use crate::cli::report::{Level, Report, Sources, Spot};
use crate::{Language, Phrase, phrase};

/// The word at the beginning of a line; all are of one width.
fn word(direction: Direction) -> Phrase {
    match direction {
        Direction::Widened => phrase!("WIDENED " | "放宽"),
        Direction::Narrowed => phrase!("narrowed" | "收紧"),
        Direction::Changed => phrase!("changed " | "改变"),
        Direction::CannotTell => phrase!("unclear " | "不明"),
    }
}

pub(super) fn to_people(found: &Found<'_>, output: &Output) {
    let files = Files::new(found);
    if !found.changes.is_empty() {
        output.say(&phrase!("by analysis" | "按分析"));
    }
    for change in &found.changes {
        let (word, message) = (word(change.direction), change.message());
        output.say(&match files.of(change) {
            Some(spot) => {
                let spot = spot.to_string();
                phrase!(
                    "{word} {message}  ({spot})" | "{word} {message}  （{spot}）",
                    word,
                    message,
                    spot
                )
            }
            None => phrase!("{word} {message}" | "{word} {message}", word, message),
        });
    }
    if !found.differences.is_empty() {
        let blank = if found.changes.is_empty() { "" } else { "\n" };
        output.say(&phrase!(
            "{blank}in tests and requests" | "{blank}在测试和请求中",
            blank
        ));
    }
    for difference in &found.differences {
        let (word, message) = (word(difference.direction), difference.message());
        output.say(&phrase!(
            "{word} {message}" | "{word} {message}",
            word,
            message
        ));
    }
    if !(found.changes.is_empty() && found.differences.is_empty()) {
        output.line("");
    }
    summary(found, output);
    if let Some(note) = note(found) {
        output.say(&note);
    }
}

/// What is missing for a good comparison.
fn note(found: &Found<'_>) -> Option<Phrase> {
    (found.decided == 0).then(|| {
        phrase!(
            "note: neither policy has a test, and no request was given: analysis alone compared the two"
                | "注意：两个策略都没有测试，也没有给出请求：只按分析作了比较"
        )
    })
}

fn summary(found: &Found<'_>, output: &Output) {
    let of = |direction| found.number(direction);
    let [(w, wide), (n, narrow), (c, other)] =
        [Direction::Widened, Direction::Narrowed, Direction::Changed].map(of);
    let (unclear, _) = of(Direction::CannotTell);
    output.say(&phrase!(
        "analysis: {w} widened, {n} narrowed, {c} changed, {unclear} unclear"
            | "分析：放宽 {w}，收紧 {n}，改变 {c}，不明 {unclear}",
        w,
        n,
        c,
        unclear
    ));
    output.say(&phrase!(
        "tests and requests decided under both: {decided}; {wide} widened, {narrow} narrowed, {other} changed"
            | "两个策略都裁决过的测试和请求：{decided}；放宽 {wide}，收紧 {narrow}，改变 {other}",
        decided = found.decided,
        wide,
        narrow,
        other
    ));
}

/// The files of both policies.
struct Files<'a> {
    old: Sources<'a>,
    new: Sources<'a>,
}

impl<'a> Files<'a> {
    fn new(found: &Found<'a>) -> Self {
        Self {
            old: Sources::new(&found.args.old, Some(&found.old.bundle)),
            new: Sources::new(&found.args.new, Some(&found.new.bundle)),
        }
    }

    /// Where a change is in the new policy; in the old one, if it is gone.
    fn of(&self, change: &Change) -> Option<Spot> {
        let after = change.after.as_ref().map(|place| self.new.spot(place));
        after.or_else(|| change.before.as_ref().map(|place| self.old.spot(place)))
    }

    fn written(&self, written: &Written) -> Spot {
        match written {
            Written::In(Which::New, place) => self.new.spot(place),
            Written::In(Which::Old, place) => self.old.spot(place),
            Written::Log(logged) => Spot::line(&logged.file, logged.line),
        }
    }
}

/// The code that programs know a kind of finding by, such as `widened-view`.
fn code(direction: Direction, subject: Subject) -> String {
    format!("{direction}-{subject}")
}

/// What the command fails for is an error, what it might is a warning.
fn level(found: &Found<'_>, direction: Direction) -> Level {
    match direction {
        _ if found.is_failure(direction) => Level::Error,
        Direction::Widened | Direction::CannotTell => Level::Warning,
        Direction::Narrowed | Direction::Changed => Level::Note,
    }
}

pub(super) fn to_programs(found: &Found<'_>, language: Language) -> Report {
    let files = Files::new(found);
    let whole = || files.new.spot(&crate::Place::default());
    let mut report = Report::new("diff");
    for change in &found.changes {
        let kind = (
            level(found, change.direction),
            code(change.direction, change.subject),
        );
        let spot = files.of(change).unwrap_or_else(whole);
        let message = change.message().text(language).to_owned();
        report.finding(kind, spot, message);
    }
    for difference in &found.differences {
        let kind = (
            level(found, difference.direction),
            code(difference.direction, difference.subject),
        );
        let spot = files.written(&difference.written);
        let message = difference.message().text(language).to_owned();
        report.finding(kind, spot, message);
    }
    report
}

/// What differs, as one JSON document.
#[derive(Serialize)]
pub(super) struct Document {
    /// Tests and requests that were decided under both.
    decided: usize,
    widened: usize,
    narrowed: usize,
    changed: usize,
    cannot_tell: usize,
    analysis: Vec<Analysed>,
    differences: Vec<Decided>,
    notes: Vec<Phrase>,
}

#[derive(Serialize)]
struct Analysed {
    direction: &'static str,
    subject: &'static str,
    what: Phrase,
    old: Phrase,
    new: Phrase,
    /// A case that shows it; none where there is nothing to it.
    example: Option<String>,
    /// Why it cannot be told, where it cannot.
    why: Option<Phrase>,
    place: Option<String>,
}

#[derive(Serialize)]
struct Decided {
    direction: &'static str,
    question: Phrase,
    what: Phrase,
    old: Phrase,
    new: Phrase,
}

pub(super) fn to_json(found: &Found<'_>, language: Language) -> Document {
    let files = Files::new(found);
    let said = |phrase: &Phrase| phrase.in_language(language);
    let analysed = |change: &Change| Analysed {
        direction: change.direction.as_str(),
        subject: change.subject.as_str(),
        what: said(&change.what),
        old: said(&change.old),
        new: said(&change.new),
        example: change.example.as_ref().map(ToString::to_string),
        why: change.why.as_ref().map(said),
        place: files.of(change).map(|spot| spot.to_string()),
    };
    let decided = |difference: &Difference| Decided {
        direction: difference.direction.as_str(),
        question: said(&difference.question),
        what: said(&difference.what),
        old: said(&difference.old),
        new: said(&difference.new),
    };
    let number = |direction| {
        let (analysed, decided) = found.number(direction);
        analysed.saturating_add(decided)
    };
    Document {
        decided: found.decided,
        widened: number(Direction::Widened),
        narrowed: number(Direction::Narrowed),
        changed: number(Direction::Changed),
        cannot_tell: number(Direction::CannotTell),
        analysis: found.changes.iter().map(analysed).collect(),
        differences: found.differences.iter().map(decided).collect(),
        notes: note(found).as_ref().map(said).into_iter().collect(),
    }
}
