//! Turns bytes into a well-typed policy, a record, and somebody who changes it. Every choice is one
//! byte, so that a small change of the input is a small change of the case; missing fields and values
//! of the wrong type are among the choices.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use guardrails_core::audit::Keys;
use guardrails_core::policy::{Expr, Policy, Skill};
use guardrails_core::{
    Changes, CountingEntropy, Diagnostic, FrozenClock, Guard, Holding, LogId, MemoryStore,
    Principal, Record, Request, Severity,
};
use guardrails_rules::{Bundle, SourceFile, compile};

const COMPANY: &str = "guard 1
enum Stage { DRAFT, SENT, WON }
entity Item { name : text  price : decimal }
entity Quote {
    id : text  n : decimal  m : decimal  whole : int  amount : money(CNY)  share : percent
    t : text  u : text  stage : Stage  urgent : bool  due : date
    numbers : [decimal]  tags : [text]  items : [Item]
}
list WORDS = [\"a\", \"ab\", \"华东\"]
grant REP, MANAGER, FINANCE on Quote { write * }
skill draft { title \"Draft\" does update on Quote impact 6 allow REP, MANAGER, FINANCE }
";

const MAX_RULES: u8 = 12;
const DEEPEST: u8 = 4;

const NUMBERS: &[&str] = &[
    "n",
    "m",
    "old.n",
    "whole",
    "actor.level",
    "0",
    "1",
    "-2",
    "2.5",
    "skill.impact",
];
const CONSTANTS: &[&str] = &["0", "1", "-1", "2", "2.5", "3"];
const ORDERS: &[&str] = &["==", "!=", "<", "<=", ">", ">="];
const LIKENESS: &[&str] = &["==", "!=", "contains", "starts with", "ends with"];
const TEXTS: &[&str] = &[
    "t",
    "u",
    "old.t",
    "actor.id",
    "actor.tenant",
    "ai.model",
    "lower(t)",
    "\"a\"",
    "\"AB\"",
];
const WORDS: &[&str] = &["\"a\"", "\"ab\"", "\"华东\"", "\"\""];
const LEAVES: &[&str] = &[
    "urgent",
    "not old.urgent",
    "stage == SENT",
    "stage != WON",
    "stage in [DRAFT, WON]",
    "t in WORDS",
    "u not in WORDS",
    "amount > 100 CNY",
    "amount between 1 CNY and 100 CNY",
    "share > 15%",
    "share <= old.share",
    "due > 2026-03-02",
    "due == 2026-01-01",
    "due <= today",
    "actor has REP",
    "not actor has MANAGER",
    "actor has FINANCE",
    "n is missing",
    "t is present",
    "changed(n)",
    "changed(stage)",
    "ai.context is missing",
    "ai.model == \"m\"",
    "skill.name == \"draft\"",
    "tags contains \"vip\"",
    "n in numbers",
    "len(t) > 1",
    "len(tags) == 2",
    "t matches \"^a+b?$\"",
    "t contains u",
    "some x in numbers satisfies x > 1",
    "every x in numbers satisfies x > 1",
    "some i in items satisfies i.price > 1 and i.name in WORDS",
    "every i in items satisfies i.name == t",
    "(t ?? u) == \"a\"",
    "(n ?? 1) > 0",
    "n / m > 1",
    "amount * 10% > 5 CNY",
    "-n < m",
    "behaviour.score > 2",
];

const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "2.5",
    "\"2\"",
    "\"x\"",
    "\"a\"",
    "\"ab\"",
    "\"华东\"",
    "\"\"",
    "\"SENT\"",
    "\"WON\"",
    "\"GONE\"",
    "\"2026-03-03\"",
    "\"100.01 CNY\"",
    "\"79228162514264337593543950335\"",
    "[]",
    "[1, 2]",
    "[2, null]",
    "[\"vip\", \"a\"]",
    "[\"x\", 3]",
    "{}",
    "[{\"name\": \"a\", \"price\": 2}, {\"name\": \"b\"}]",
    "[{}]",
];
const FIELDS: &[&str] = &[
    "n", "m", "whole", "amount", "share", "t", "u", "stage", "urgent", "due", "numbers", "tags",
    "items",
];

/// A policy with these conditions, each of a rule of its own.
pub(super) fn policy_of<'e>(conditions: impl Iterator<Item = &'e Expr>) -> String {
    let mut policy = COMPANY.to_owned();
    for (number, when) in conditions.enumerate() {
        let _ = writeln!(
            policy,
            "rule r{number} {{ on update of Quote\n  when {when}\n  then notify \"desk\" }}"
        );
    }
    policy
}

pub(super) fn compiled(policy: &str) -> Policy {
    let file = SourceFile::new("quotes.guard", policy);
    let compiled = compile(&Bundle::from_files(vec![file]).unwrap());
    let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
    let error = compiled.diagnostics.iter().find(is_error);
    assert!(compiled.policy.is_some(), "{error:?}\n{policy}");
    compiled.policy.unwrap()
}

/// The bytes, one choice after the other; zeros once they are used up.
struct Choices<'d>(std::slice::Iter<'d, u8>);

impl Choices<'_> {
    fn below(&mut self, end: u8) -> u8 {
        self.0.next().copied().unwrap_or(0) % end
    }

    fn of(&mut self, from: &[&'static str]) -> &'static str {
        let at = self.below(u8::try_from(from.len()).unwrap());
        from[usize::from(at)]
    }
}

/// A policy, and a record under it with what is to be changed.
pub(super) struct Case {
    pub(super) policy: String,
    pub(super) record: String,
    set: String,
    roles: Vec<&'static str>,
}

/// The case, ready to be asked about.
pub(super) struct Asked {
    pub(super) policy: Policy,
    pub(super) principal: Principal,
    pub(super) skill: Arc<Skill>,
    pub(super) record: Record,
    pub(super) changes: Changes,
    pub(super) now: DateTime<Utc>,
}

impl Case {
    pub(super) fn decoded(data: &[u8]) -> Self {
        let mut choices = Choices(data.iter());
        let mut policy = COMPANY.to_owned();
        let roles = choices.below(8);
        let record = object(&mut choices, "\"id\": \"q-1\"".to_owned());
        let set = object(&mut choices, String::new());
        for number in 0..=choices.below(MAX_RULES) {
            let mut when = String::new();
            condition(&mut choices, DEEPEST, &mut when);
            let _ = writeln!(
                policy,
                "rule r{number} {{ on update of Quote when {when} then notify \"desk\" }}"
            );
        }
        let named = ["REP", "MANAGER", "FINANCE"].into_iter().enumerate();
        let roles = named.filter_map(|(bit, role)| (roles >> bit & 1 == 1).then_some(role));
        let mut roles: Vec<_> = roles.collect();
        if roles.is_empty() {
            roles.push("REP");
        }
        Self {
            policy,
            record,
            set,
            roles,
        }
    }

    pub(super) fn asked(&self) -> Asked {
        let policy = compiled(&self.policy);
        let principal = Principal::user("acme", "ab")
            .agent("a")
            .model("m")
            .attribute("level", 2);
        let principal = self
            .roles
            .iter()
            .fold(principal, |person, role| person.role(*role));
        let record = Record::from_json("Quote", &self.record).unwrap();
        let set = Record::from_json("Quote", &self.set).unwrap();
        let changes = set
            .fields()
            .iter()
            .fold(Changes::update(&record), |changes, (name, value)| {
                changes.set(name.clone(), value.clone())
            });
        Asked {
            skill: policy.skills["draft"].clone(),
            principal,
            record,
            changes,
            now: DateTime::from_timestamp(1_772_416_800, 0).unwrap(),
            policy,
        }
    }
}

impl Asked {
    /// The rules that held, and whether it was because their condition could not be known. `None` where
    /// a field is refused: it counts as unchanged, so other facts are evaluated than were proposed.
    pub(super) fn verdicts(&self) -> Option<BTreeSet<(String, bool)>> {
        let keys = Arc::new(Keys::from_seed([7; 32]));
        let log = "00000000-0000-0000-0000-000000000000"
            .parse::<LogId>()
            .unwrap();
        let guard = Guard::builder()
            .policy(self.policy.clone())
            .store(Arc::new(MemoryStore::new(keys.clone(), log)))
            .clock(Arc::new(FrozenClock::at(self.now)))
            .entropy(Arc::new(CountingEntropy::default()))
            .keys(keys)
            .open()
            .unwrap();
        let request = Request::new(&self.principal, "draft").entity("Quote");
        let decision = guard
            .begin(request)
            .unwrap()
            .propose(&self.changes)
            .unwrap();
        let is_refusal = |code: &str| code.starts_with("FIELD_");
        if decision
            .reasons()
            .iter()
            .any(|reason| is_refusal(reason.code()))
        {
            return None;
        }
        let verdicts = decision.verdicts().iter();
        let verdicts = verdicts
            .map(|verdict| {
                (
                    verdict.rule.to_string(),
                    verdict.holding == Holding::Unknown,
                )
            })
            .collect();
        Some(verdicts)
    }
}

/// A JSON object that has each field or has it not.
fn object(choices: &mut Choices<'_>, mut inside: String) -> String {
    for field in FIELDS {
        if choices.below(3) > 0 {
            let comma = if inside.is_empty() { "" } else { ", " };
            let _ = write!(inside, "{comma}\"{field}\": {}", choices.of(VALUES));
        }
    }
    format!("{{{inside}}}")
}

fn condition(choices: &mut Choices<'_>, depth: u8, out: &mut String) {
    match choices.below(if depth == 0 { 6 } else { 10 }) {
        0..=2 => out.push_str(choices.of(LEAVES)),
        3 => number_test(choices, out),
        4 => {
            let _ = write!(
                out,
                "{} {} {}",
                choices.of(TEXTS),
                choices.of(LIKENESS),
                choices.of(TEXTS)
            );
        }
        5 => {
            let _ = write!(
                out,
                "{} in [{}, {}]",
                choices.of(TEXTS),
                choices.of(WORDS),
                choices.of(WORDS)
            );
        }
        6 => {
            out.push_str("not (");
            condition(choices, depth - 1, out);
            out.push(')');
        }
        joined => {
            let word = if joined == 9 { " or " } else { " and " };
            out.push('(');
            for part in 0..=choices.below(4) {
                out.push_str(if part == 0 { "" } else { word });
                condition(choices, depth - 1, out);
            }
            out.push(')');
        }
    }
}

fn number_test(choices: &mut Choices<'_>, out: &mut String) {
    let left = choices.of(&[
        "n", "m", "whole", "old.n", "(n + m)", "(n * 2)", "(n / m)", "(n ?? m)",
    ]);
    let _ = match choices.below(4) {
        0 => write!(
            out,
            "{left} in [{}, {}]",
            choices.of(CONSTANTS),
            choices.of(CONSTANTS)
        ),
        1 => write!(
            out,
            "{left} between {} and {}",
            choices.of(CONSTANTS),
            choices.of(CONSTANTS)
        ),
        2 => write!(
            out,
            "{left} {} {}",
            choices.of(ORDERS),
            choices.of(CONSTANTS)
        ),
        _ => write!(out, "{left} {} {}", choices.of(ORDERS), choices.of(NUMBERS)),
    };
}
