//! Names inside of records and changes: the record's key and its fields, at every depth.

use crm_guardrails::*;

use super::fixture::*;

const BAD: [&str; 7] = [
    "a\0b",
    "\n",
    "a\tb",
    "\u{7f}",
    "a\u{85}",
    "\u{202e}a",
    "a\u{200b}",
];

fn assert_input(error: &Error, what: &str) {
    assert_eq!(error.kind(), ErrorKind::Input, "{what}: {error}");
    let text = format!("{error:#} {error:?}");
    assert!(text.contains(what) && !text.contains("138"), "{text}");
}

/// Reads and proposes with a record, and proposes it as a change and as a new record.
fn hand_over(world: &World, record: &Record, what: &str) {
    let set = record.fields().iter();
    let change = set.fold(Changes::update(&quote()), |change, (name, value)| {
        change.set(name.clone(), value.clone())
    });
    let mut op = world.begin(&rep(), "quote.draft");
    assert_input(&op.read(record).unwrap_err(), what);
    assert_input(
        &op.read_many(std::slice::from_ref(record)).unwrap_err(),
        what,
    );
    assert_input(
        &op.propose(&Changes::update(record).set("discount", 6))
            .unwrap_err(),
        what,
    );
    assert_input(&op.propose(&Changes::delete(record)).unwrap_err(), what);
    if what.contains("field") {
        assert_input(&op.propose(&change).unwrap_err(), what);
        assert_input(
            &op.propose(&Changes::create(record.clone())).unwrap_err(),
            what,
        );
    }
    // Nothing came of it, and the operation goes on.
    assert!(
        op.propose(&Changes::update(&quote()).set("discount", 6))
            .unwrap()
            .release()
            .is_some()
    );
}

#[test]
fn a_field_s_name_shows_at_every_depth() {
    let world = world();
    for name in BAD {
        let inside = Value::from(Fields::from_iter([(name, 1)]));
        let listed = Value::from(vec![Value::from("x"), inside.clone()]);
        let what = "the name of a field";
        hand_over(&world, &quote().with(name, 1), what);
        for value in [
            inside,
            listed.clone(),
            Value::from(Fields::from_iter([("deep", listed)])),
        ] {
            hand_over(&world, &quote().with("clauses", value.clone()), what);
            hand_over(&world, &quote().with("undeclared", value), what);
        }
    }
}

#[test]
fn a_record_s_key_is_a_name() {
    let world = world();
    for id in BAD
        .into_iter()
        .chain(["", " ", " q-1", "q-1 ", &"q".repeat(256)])
    {
        hand_over(&world, &quote().with("id", id), "the record's `id`");
    }
    let mut op = world.begin(&rep(), "quote.draft");
    for id in ["q 1", "报价-1", "a/b?c=d", &"q".repeat(255)] {
        drop(op.read(&quote().with("id", id)).unwrap());
    }
}
