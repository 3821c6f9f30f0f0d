//! Which of `n` rules of the shape `entity == K and amount > N and role in [A, B]` hold for one
//! change? Two of them do, whatever `n` is. We answer with a whole `propose`: write permission,
//! rules, risk, and the decision on record.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use guardrails_core::{Changes, Operation, Record, Request};

use crate::fixture::{self, Bench};
use crate::measure::{self, Contender};
use crate::peers::{cedar, cel, named, rego, rhai, zen};
use crate::report::{Figure, Row};

/// What the change is on, by whom, and how large it is.
pub const ENTITY: &str = "Quote";
pub const ROLE: &str = "SALES_REP";
pub const AMOUNT: i64 = 800;

const ENTITIES: [&str; 5] = [ENTITY, "Contract", "Opportunity", "Customer", "Invoice"];
const ROLES: [&str; 4] = [ROLE, "SALES_MANAGER", "FINANCE", "LEGAL"];
/// Rules that hold.
const HOLDING: usize = 2;
const HEADER: &str = "guard 1\npackage peers\n";
const RULES_PER_FILE: usize = 2_000;

/// One rule.
pub struct Rule {
    pub entity: &'static str,
    pub above: i64,
    pub roles: [&'static str; 2],
}

pub fn rules(n: usize) -> Vec<Rule> {
    // The rules that hold stand in the middle, so that nobody is lucky.
    let holding = n / 2..n / 2 + HOLDING;
    let rule = |i: usize| match holding.contains(&i) {
        true => Rule {
            entity: ENTITY,
            above: 10,
            roles: [ROLE, "DIRECTOR"],
        },
        false => Rule {
            entity: ENTITIES[i % ENTITIES.len()],
            above: 1_000 + i as i64,
            roles: [ROLES[i % ROLES.len()], "DIRECTOR"],
        },
    };
    (0..n).map(rule).collect()
}

/// The rules in our language, in files of a size that people still open.
pub fn policy(rules: &[Rule]) -> Vec<String> {
    let numbered: Vec<(usize, &Rule)> = rules.iter().enumerate().collect();
    let files = numbered.chunks(RULES_PER_FILE).map(|rules| {
        let rules = rules.iter().map(|(i, rule)| written(*i, rule));
        format!("{HEADER}{}", rules.collect::<String>())
    });
    std::iter::once(company()).chain(files).collect()
}

/// What the rules are about: five entities of 20 fields, and a skill for them.
fn company() -> String {
    let mut text = String::from(HEADER);
    for entity in ENTITIES {
        text += &fixture::entity(entity);
        let _ = writeln!(
            text,
            "grant {ROLE} on {entity} {{ read id, amount\n write discount }}"
        );
    }
    let _ = writeln!(
        text,
        "skill draft {{ title \"Draft\"\n does update on {}\n impact 3\n allow {ROLE} }}",
        ENTITIES.join(", ")
    );
    text
}

fn written(i: usize, rule: &Rule) -> String {
    let Rule {
        entity,
        above,
        roles: [a, b],
    } = rule;
    format!(
        "rule r{i} {{ on update of {entity}\n \
         when amount > {above} CNY and (actor has {a} or actor has {b})\n then notify \"desk\" }}\n"
    )
}

/// The record as the peers are given it: the same 20 fields, with the amount as a number, since not
/// all of them read decimal text.
pub fn record() -> serde_json::Value {
    let mut record: serde_json::Value =
        serde_json::from_str(&fixture::record()).expect("the record is well-formed");
    record["amount"] = AMOUNT.into();
    record
}

/// Our side: proposes the change again and again, and forgets the audit outside the measured time.
struct Ours {
    bench: Bench,
    operation: Operation,
    changes: Changes,
}

impl Ours {
    fn new(rules: &[Rule]) -> Self {
        let record =
            Record::from_json(ENTITY, &fixture::record()).expect("the record is well-formed");
        let bench = Bench::with(policy(rules), record, fixture::store());
        let request = Request::new(&bench.principal, "draft").entity(ENTITY);
        let operation = bench.guard.begin(request).expect("the operation begins");
        let changes = Changes::update(&bench.record).set("discount", 10);
        Self {
            bench,
            operation,
            changes,
        }
    }

    fn holding(&mut self) -> usize {
        let decision = self.operation.propose(&self.changes);
        decision.expect("the change is decided").verdicts().len()
    }
}

impl Contender for Ours {
    fn run(&mut self, times: u32) -> Duration {
        self.bench.forget();
        let began = Instant::now();
        for _ in 0..times {
            black_box(self.holding());
        }
        began.elapsed()
    }
}

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for n in [10, 100, 1_000, 10_000] {
        rows.push(against(n, named("zen-expression"), zen::rules));
        rows.push(against(n, named("cel"), cel::rules));
        rows.push(against(n, named("cedar-policy"), cedar::rules));
        let regorus = named("regorus");
        if n <= rego::MOST_RULES_OF_THE_MACHINE {
            rows.push(against(n, format!("{regorus}, a rule each"), rego::rules));
        } else {
            let name = format!("{regorus}, a rule each, interpreted");
            rows.push(against(n, name, rego::interpreted));
        }
        rows.push(against(
            n,
            format!("{regorus}, indexed data"),
            rego::indexed,
        ));
        rows.push(against(n, named("rhai"), rhai::rules));
    }
    rows
}

fn against<A: FnMut() -> usize>(n: usize, peer: String, make: impl Fn(&[Rule]) -> A) -> Row {
    let rules = rules(n);
    let mut ours = Ours::new(&rules);
    let mut theirs = make(&rules);
    assert_eq!(ours.holding(), HOLDING, "ours");
    assert_eq!(theirs(), HOLDING, "{peer}");
    let (ours, time) = measure::both(&mut ours, &mut || _ = black_box(theirs()));
    Row {
        name: "rules on a change".to_owned(),
        n,
        ours: Figure::Nanos(ours),
        theirs: Some((peer, Figure::Nanos(time))),
    }
}
