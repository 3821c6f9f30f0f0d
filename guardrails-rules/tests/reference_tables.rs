//! The tables of the language reference are made from the cases that prove them: each case of
//! `tests/reference` is asked of both evaluators, and the tables are written from what they say.
//!
//! `UPDATE_TABLES=1` writes the tables of `docs/language.md` anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use guardrails_core::audit::Keys;
use guardrails_core::policy::Policy;
use guardrails_core::process::{Facts, Truth, holds};
use guardrails_core::{
    Changes, CountingEntropy, Decision, Fields, FrozenClock, Guard, Holding, JsonLimits, Language,
    LogId, MemoryStore, Operation, Outcome, Principal, Record, Request, parse_fields,
};
use guardrails_rules::{Bundle, SourceFile, Style, compile, render};

fn now() -> DateTime<Utc> {
    "2026-03-02T02:00:00Z".parse().unwrap()
}

fn principal() -> Principal {
    Principal::user("test", "u-1").role("R")
}

/// The lines of a data file, cut at ` | `.
fn rows(file: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let text = std::fs::read_to_string(path.join(file)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split(" | ").map(str::to_owned).collect())
        .collect()
}

fn compiled(text: &str) -> Policy {
    let bundle = Bundle::from_files(vec![SourceFile::new("tables.guard", text)]).unwrap();
    let compiled = compile(&bundle);
    let told = || {
        render(
            &compiled.diagnostics,
            &bundle,
            Style::Plain,
            Language::English,
        )
    };
    compiled
        .policy
        .clone()
        .unwrap_or_else(|| panic!("{}", told()))
}

/// One question: a field `x` of some type, and a condition on it.
struct Question {
    ty: String,
    condition: String,
}

/// A policy that asks all questions, and a guard under it.
struct Asked {
    policy: Policy,
    guard: Guard,
}

impl Asked {
    fn new(zone: &str, questions: &[Question]) -> Self {
        let mut text =
            format!("guard 1\ntimezone \"{zone}\"\nentity Customer {{ name : text? }}\n");
        let mut names = Vec::new();
        for (at, Question { ty, condition }) in questions.iter().enumerate() {
            writeln!(
                text,
                "entity E{at} {{ id : text  note : text?  x : {ty}? }}\n\
                 grant R on E{at} {{ read id, x  write note }}\n\
                 rule r{at} {{ on update of E{at} when {condition} then notify \"held\" }}"
            )
            .unwrap();
            names.push(format!("E{at}"));
        }
        let entities = names.join(", ");
        writeln!(
            text,
            "skill s {{ does update on {entities}  impact 1  allow R }}"
        )
        .unwrap();
        let policy = compiled(&text);
        let guard = open(&policy);
        Self { policy, guard }
    }

    /// How a question comes out of a record, in the words of both evaluators.
    fn answer(&self, question: usize, record: &Fields) -> Truth {
        let principal = principal();
        let set = Fields::from_iter([("note", "n")]);
        let skill = &self.policy.skills["s"];
        let facts = Facts::new(&principal, skill, record, now())
            .in_zone(self.policy.zone)
            .changed_by(&set);
        let plain = holds(self.policy.rules[question].when.as_ref().unwrap(), &facts);
        let decision = propose(&self.guard, &format!("E{question}"), record);
        let rule = format!("r{question}");
        let said = decision.verdicts().iter().find(|said| *said.rule == *rule);
        let fast = match said.map(|said| said.holding) {
            None => Truth::False,
            Some(Holding::Held) => Truth::True,
            Some(Holding::Unknown) => Truth::Unknown,
        };
        assert_eq!(plain, fast, "{:?}", self.policy.rules[question].when);
        plain
    }
}

fn open(policy: &Policy) -> Guard {
    let keys = Arc::new(Keys::from_seed([1; 32]));
    let log: LogId = "00000000-0000-0000-0000-000000000000".parse().unwrap();
    Guard::builder()
        .policy(policy.clone())
        .store(Arc::new(MemoryStore::new(keys.clone(), log)))
        .clock(Arc::new(FrozenClock::at(now())))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys)
        .open()
        .unwrap()
}

fn begin(guard: &Guard, entity: &str) -> Operation {
    guard
        .begin(Request::new(&principal(), "s").entity(entity.to_owned()))
        .unwrap()
}

fn propose(guard: &Guard, entity: &str, record: &Fields) -> Decision {
    let record = Record::new(entity, record.clone());
    let changes = Changes::update(&record).set("note", "n");
    begin(guard, entity).propose(&changes).unwrap()
}

fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown => "unknown",
    }
}

/// A record with this JSON as its `x`, or without one for `-`; none when it is refused.
fn record(x: &str) -> Option<Fields> {
    let text = match x {
        "-" => r#"{"id": "1"}"#.to_owned(),
        x => format!(r#"{{"id": "1", "x": {x}}}"#),
    };
    parse_fields(&text, JsonLimits::default()).ok()
}

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md")
}

/// Three tables stand in one document, and their tests run side by side.
static DOCUMENT: Mutex<()> = Mutex::new(());

/// Holds the table between the marks of `name` to `table`.
fn hold(name: &str, table: &str) {
    let _alone = DOCUMENT.lock().unwrap_or_else(PoisonError::into_inner);
    let path = document();
    let text = std::fs::read_to_string(&path).unwrap();
    let begin = format!("<!-- made from guardrails-rules/tests/reference/{name} -->\n\n");
    let end = "\n<!-- end -->";
    let (head, rest) = text.split_once(&begin).expect("the mark before the table");
    let (have, tail) = rest.split_once(end).expect("the mark after the table");
    if have == table {
        return;
    }
    if std::env::var_os("UPDATE_TABLES").is_none() {
        panic!(
            "the table of {name} in docs/language.md is not what the cases show; run with UPDATE_TABLES=1"
        );
    }
    std::fs::write(&path, format!("{head}{begin}{table}{end}{tail}")).unwrap();
}

#[test]
fn operators_mean_what_the_reference_says() {
    let rows = rows("operators.txt");
    let questions: Vec<Question> = rows
        .iter()
        .map(|row| Question {
            ty: row[1].clone(),
            condition: row[2].clone(),
        })
        .collect();
    let asked = Asked::new("UTC", &questions);
    let mut table = String::from(
        "| operator | example | `x` is missing | null | of another type | too large |\n\
         |---|---|---|---|---|---|\n",
    );
    for (at, row) in rows.iter().enumerate() {
        let [operator, _, condition, fits, wrong, large, expected @ ..] = row.as_slice() else {
            panic!("{row:?}");
        };
        let sound = asked.answer(at, &record(fits).unwrap());
        assert_eq!(sound, Truth::True, "{condition} of {fits}");
        let sent = ["-", "null", wrong, large];
        let mut said = Vec::new();
        for (at_sent, (sent, expected)) in sent.into_iter().zip(expected).enumerate() {
            // The first `-` is a record without the field, the last a case that does not arise.
            if at_sent == 3 && sent == "-" {
                said.push("–");
                continue;
            }
            let truth = word(asked.answer(at, &record(sent).unwrap()));
            assert_eq!(truth, expected, "{condition} of {sent}");
            said.push(truth);
        }
        writeln!(
            table,
            "| {operator} | `{condition}` | {} |",
            said.join(" | ")
        )
        .unwrap();
    }
    hold("operators.txt", &table);
}

/// What shows that a value of this type cannot be read: it is there, and equal to nothing.
fn probe(ty: &str) -> &'static str {
    match ty {
        "Customer" => "x.name == x.name",
        list if list.starts_with('[') => "len(x) >= 0",
        _ => "x == x",
    }
}

#[test]
fn values_are_read_as_the_reference_says() {
    let rows = rows("coercions.txt");
    let mut questions = Vec::new();
    for row in &rows {
        let (ty, read) = (&row[0], &row[2]);
        let condition = match (row.get(3), read.as_str()) {
            (Some(condition), _) => condition.clone(),
            (None, "unreadable" | "refused" | "missing") => probe(ty).to_owned(),
            (None, constant) => format!("x == {constant}"),
        };
        for condition in [condition, "x is missing".to_owned()] {
            questions.push(Question {
                ty: ty.clone(),
                condition,
            });
        }
    }
    let asked = Asked::new("Asia/Shanghai", &questions);
    let mut table = String::from("| type | sent | read as |\n|---|---|---|\n");
    for (at, row) in rows.iter().enumerate() {
        let (ty, sent, read) = (&row[0], &row[1], &row[2]);
        let answers = record(sent).map(|record| {
            [
                asked.answer(2 * at, &record),
                asked.answer(2 * at + 1, &record),
            ]
        });
        let expected = match read.as_str() {
            "refused" => None,
            "unreadable" => Some([Truth::Unknown, Truth::False]),
            "missing" => Some([Truth::Unknown, Truth::True]),
            _ => Some([Truth::True, Truth::False]),
        };
        assert_eq!(answers, expected, "{ty}: {sent} as {read}");
        let shown = match (row.len(), read.as_str()) {
            (4, words) => words.to_owned(),
            (_, word @ ("unreadable" | "missing")) => word.to_owned(),
            (_, "refused") => "the record is refused".to_owned(),
            (_, constant) => format!("`{constant}`"),
        };
        writeln!(table, "| `{ty}` | `{sent}` | {shown} |").unwrap();
    }
    hold("coercions.txt", &table);
}

/// A policy in which a condition denies, and grants what `f` shows.
fn one_of_each(condition: &str) -> String {
    let grant =
        |role: &str, clauses: &str| format!("grant R on {role} {{ read id, x  {clauses} }}\n");
    let mut text = String::from("guard 1\n");
    for entity in ["Denied", "Read", "Masked", "Hidden"] {
        writeln!(
            text,
            "entity {entity} {{ id : text  note : text?  x : decimal?  f : text }}"
        )
        .unwrap();
    }
    writeln!(
        text,
        "entity Scoped {{ id : text  note : text?  x : decimal?  f : text }}"
    )
    .unwrap();
    text += &grant("Denied", "write note");
    text += &grant("Read", &format!("read f when {condition}"));
    text += &grant(
        "Masked",
        &format!("read f  mask f with redact when {condition}"),
    );
    text += &grant("Hidden", &format!("read f  hide f when {condition}"));
    writeln!(text, "grant R on Scoped where {condition} {{ read f }}").unwrap();
    writeln!(
        text,
        "rule r {{ on update of Denied when {condition} then deny NO }}"
    )
    .unwrap();
    text += "skill s { does update on Denied, Read, Masked, Hidden, Scoped  impact 1  allow R }\n";
    text
}

#[test]
fn unknown_restricts_and_never_grants() {
    let mut table = String::from(
        "| condition | `x` | comes out | a rule with `deny` | `read f when …` | `mask f when …` | `hide f when …` | `where …` of a grant |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for row in rows("polarity.txt") {
        let (condition, x) = (&row[0], &row[1]);
        let policy = compiled(&one_of_each(condition));
        let guard = open(&policy);
        let mut record = record(x).unwrap();
        record.set("f", "secret");
        let skill = &policy.skills["s"];
        let who = principal();
        let facts = Facts::new(&who, skill, &record, now());
        let truth = holds(policy.rules[0].when.as_ref().unwrap(), &facts);
        let denied = match propose(&guard, "Denied", &record).outcome() {
            Outcome::Deny => "denied",
            _ => "allowed",
        };
        let shown = |entity: &str| {
            let record = Record::new(entity, record.clone());
            let mut operation = begin(&guard, entity);
            let view = operation.read(&record).map(|view| view.to_fields());
            match view
                .ok()
                .map(|view| view.value("f").map(|f| f.as_text() == Some("secret")))
            {
                None => "out of reach",
                Some(None) => "hidden",
                Some(Some(false)) => "masked",
                Some(Some(true)) => "shown",
            }
        };
        let scope = match shown("Scoped") {
            "shown" => "within reach",
            other => other,
        };
        let said = [
            word(truth),
            denied,
            shown("Read"),
            shown("Masked"),
            shown("Hidden"),
            scope,
        ];
        assert_eq!(said.as_slice(), &row[2..], "{condition} of {x}");
        let x = if x == "-" {
            "missing".to_owned()
        } else {
            format!("`{x}`")
        };
        writeln!(table, "| `{condition}` | {x} | {} |", said.join(" | ")).unwrap();
    }
    hold("polarity.txt", &table);
}
