//! Bad input that reaches the guard past any text: records and changes that a host builds in code.
//! Each is a typed refusal or error, or does no harm; nothing panics, and nothing is half done. What
//! comes as text is in `cli/bad_input/`.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests"
)]

use std::path::Path;

use crm_guardrails::{
    Changes, ErrorKind, Fields, Guard, KeySource, Operation, Principal, Record, Request, Value,
};

const POLICY: &str = "guard 1
entity Clause { text : text }
entity Quote {
    id       : text
    owner    : text
    discount : percent
    clauses  : [Clause]?
    notes    : text?
}
grant SALES_REP on Quote where owner == actor.id { read id, owner, clauses, notes write discount }
skill quote.draft { does update on Quote impact 4 allow SALES_REP }
skill quote.create { does create on Quote impact 4 allow SALES_REP }
rule too_deep { on create, update of Quote when discount > 40% then deny DISCOUNT_TOO_DEEP }
";

struct World {
    guard: Guard,
    _folder: tempfile::TempDir,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let policies = folder.path().join("sales.guard");
    std::fs::write(&policies, POLICY).unwrap();
    let guard = Guard::builder()
        .policies(policies)
        .store(address(folder.path()))
        .without_watching()
        .open()
        .unwrap();
    World {
        guard,
        _folder: folder,
    }
}

fn address(folder: &Path) -> String {
    format!("sqlite://{}/guard.db?mode=rwc", folder.display())
}

fn rep() -> Principal {
    Principal::user("acme", "u-17").role("SALES_REP")
}

impl World {
    fn begin(&self, skill: &str) -> Operation {
        let person = rep();
        let request = Request::new(&person, skill.to_owned()).entity("Quote");
        self.guard.begin(request).unwrap()
    }

    /// Whether one more operation goes through, and the audit is whole: nothing was left half done.
    fn assert_sound(&self) {
        let mut operation = self.begin("quote.draft");
        drop(operation.read(&quote()).unwrap());
        let decision = operation
            .propose(&Changes::update(&quote()).set("discount", 10))
            .unwrap();
        assert!(decision.release().is_some());
        operation.complete("done").unwrap();
        let report = self.guard.audit().verify().unwrap();
        assert_eq!(report.findings, []);
    }
}

fn quote() -> Record {
    with("notes", Value::Null)
}

fn with(field: &str, value: Value) -> Record {
    let mut fields = Fields::new();
    fields.set("id", "q-1");
    fields.set("owner", "u-17");
    fields.set("discount", 5);
    fields.set(field.to_owned(), value);
    Record::new("Quote", fields)
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(Value::from("secret"), |inside, _| {
        Value::from(Fields::from_iter([("text", inside)]))
    })
}

fn listed(depth: usize) -> Value {
    (0..depth).fold(nested(1), |inside, _| Value::from(vec![inside, nested(1)]))
}

/// Reads a record and proposes it, as an update and as a new one: over a limit each time.
fn hand_over(world: &World, record: &Record, limit: &str) {
    let set = record.fields().iter();
    let changes = set.fold(Changes::update(&quote()), |changes, (name, value)| {
        changes.set(name.clone(), value.clone())
    });
    let mut operation = world.begin("quote.draft");
    let errors = [
        operation.read(record).map(drop).unwrap_err(),
        operation.propose(&changes).map(drop).unwrap_err(),
        operation
            .propose(&Changes::create(record.clone()))
            .map(drop)
            .unwrap_err(),
    ];
    for error in errors {
        let text = format!("{error:#} {error:?}");
        assert_eq!(error.kind(), ErrorKind::Input, "{text}");
        assert!(error.to_string().contains(limit), "{text}");
        assert!(
            !error.help().is_empty() && !text.contains("secret"),
            "{text}"
        );
    }
}

#[test]
fn a_depth_of_ten_thousand_is_over_a_limit() {
    let world = world();
    for field in ["discount", "owner", "clauses", "notes", "unknown", "id"] {
        for value in [nested(10_000), listed(10_000), nested(100_000)] {
            hand_over(&world, &with(field, value), "record_depth");
        }
    }
    world.assert_sound();
}

#[test]
fn ten_thousand_keys_are_over_a_limit() {
    let world = world();
    let key = |at: i32| {
        (
            crm_guardrails::Name::from(format!("k{at}")),
            Value::from(at),
        )
    };
    let many: Fields = (0..10_000).map(key).collect();
    hand_over(
        &world,
        &with("clauses", Value::from(many.clone())),
        "record_items",
    );
    let mut fields = many;
    fields.set("id", "q-1");
    hand_over(&world, &Record::new("Quote", fields), "record_items");
    world.assert_sound();
}

#[test]
fn five_megabytes_are_over_a_limit() {
    let world = world();
    let long = Value::from("secret".repeat(900_000));
    for field in ["discount", "owner", "notes", "id"] {
        hand_over(&world, &with(field, long.clone()), "record_bytes");
    }
    world.assert_sound();
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    let world = world();
    let wrong = [
        Value::from(true),
        Value::from("secret"),
        Value::from(vec![1]),
        nested(1),
        Value::Null,
    ];
    for value in wrong {
        let mut operation = world.begin("quote.draft");
        let changes = Changes::update(&quote()).set("discount", value.clone());
        let decision = operation.propose(&changes).unwrap();
        let codes: Vec<&str> = decision
            .reasons()
            .iter()
            .map(|reason| reason.code())
            .collect();
        // A refused value counts as unchanged, so no rule applies to it.
        assert_eq!(codes, ["FIELD_INVALID"], "{value:?}");
        assert!(!format!("{decision:?}").contains("secret"));
    }
    world.assert_sound();
}

#[test]
fn names_with_anything_in_them_do_no_harm() {
    let world = world();
    for name in ["", "\0", "a\nb", "\u{202e}", "🙂", &"n".repeat(100_000)] {
        let person = Principal::user(name, name)
            .role(name)
            .model(name)
            .agent(name);
        let request = Request::new(&person, name.to_owned()).context(name.to_owned());
        let refused = world.guard.begin(request).unwrap_err();
        let taken = name == "🙂";
        assert_eq!(refused.code() == "SKILL_NOT_REGISTERED", taken, "{refused}");
        assert_eq!(refused.kind() == ErrorKind::Input, !taken, "{refused}");
        let person = rep();
        let request = Request::new(&person, "quote.draft").entity(name.to_owned());
        assert!(world.guard.begin(request).is_err());
    }
    world.assert_sound();
}

#[test]
fn a_record_of_another_entity_is_an_error() {
    let world = world();
    let mut operation = world.begin("quote.draft");
    let other = Record::new("Contract", quote().fields().clone());
    assert_eq!(operation.read(&other).unwrap_err().kind(), ErrorKind::Input);
    let changes = Changes::update(&other).set("discount", 10);
    assert_eq!(
        operation.propose(&changes).unwrap_err().kind(),
        ErrorKind::Input
    );
    world.assert_sound();
}

#[test]
fn a_guard_that_cannot_open_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let policies = folder.path().join("sales.guard");
    let open = |text: &str| {
        std::fs::write(&policies, text).unwrap();
        Guard::builder()
            .policies(&policies)
            .store(address(folder.path()))
            .audit_key(KeySource::File(folder.path().join("audit.key")))
            .open()
            .unwrap_err()
    };
    for text in [
        "",
        "guard 1\nrule",
        "guard 1\n\0",
        "guard 2\n",
        "\u{feff}guard 1\n(",
    ] {
        let error = open(text);
        assert_eq!(error.kind(), ErrorKind::Policy, "{text:?}");
        assert!(!error.diagnostics().is_empty() && !error.help().is_empty());
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
