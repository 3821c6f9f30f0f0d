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

/// Reads and proposes with a record whose key is no name.
fn hand_over(world: &World, record: &Record, what: &str) {
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
    goes_on(op);
}

/// Nothing came of it, and the operation goes on.
fn goes_on(mut op: Operation) {
    assert!(
        op.propose(&Changes::update(&quote()).set("discount", 6))
            .unwrap()
            .release()
            .is_some()
    );
}

/// Values with this name in them, at every depth.
fn named(name: &str) -> Vec<Value> {
    let inside = Value::from(Fields::from_iter([(name, 1)]));
    let listed = Value::from(vec![Value::from("x"), inside.clone()]);
    let deep = Value::from(Fields::from_iter([("deep", listed.clone())]));
    vec![inside, listed, deep]
}

#[test]
fn the_name_of_a_field_to_be_written_shows_at_every_depth() {
    let world = world();
    let what = "the name of a field";
    for name in BAD {
        let whole = |field: &str, value: Value| {
            let change = Changes::update(&quote()).set(field, value.clone());
            let mut op = world.begin(&rep(), "quote.draft");
            assert_input(&op.propose(&change).unwrap_err(), what);
            let new = Changes::create(quote().with(field, value));
            assert_input(&op.propose(&new).unwrap_err(), what);
            goes_on(op);
        };
        whole(name, Value::from(1));
        for value in named(name) {
            whole("clauses", value.clone());
            whole("undeclared", value);
        }
    }
}

/// The keys of a host's record are data: a heading of two lines keeps nobody from reading the record.
#[test]
fn a_key_of_a_record_may_be_anything() {
    for name in BAD {
        let key = format!("{name}KEY");
        let records = named(&key).into_iter().flat_map(|value| {
            let within = quote().with("clauses", value.clone());
            [within, quote().with("undeclared", value)]
        });
        for record in records.chain([quote().with(key.clone(), 1)]) {
            let world = world_with(POLICY.split("rule forbidden_clause").next().unwrap());
            let mut op = world.begin(&rep(), "quote.draft");
            let view = op.read(&record).unwrap();
            assert_eq!(view.value("discount"), Some(&Value::from(5)));
            assert!(!view.to_json().contains("KEY"), "nobody declares it");
            assert!(!op.explain_view(&view).to_string().contains("KEY"));
            assert_eq!(
                op.read_many(std::slice::from_ref(&record)).unwrap().len(),
                1
            );
            // The whole list would be replaced, and with it what nobody saw.
            let clauses = Changes::update(&record).set("clauses", Value::List([].into()));
            let decision = op.propose(&clauses).unwrap();
            let mut said = format!(
                "{decision:?} {} {}",
                decision.explain(),
                decision.for_requester()
            );
            let asked = Changes::update(&record).set("discount", 20);
            let id = ticket(&world.propose(&rep(), "quote.draft", &asked));
            let card = world.guard.approvals().show(id, &manager()).unwrap();
            said += &format!("{card:?} {:?} {:?}", card.because, card.changes[0].before);
            world.guard.approvals().approve(id, &manager(), "").unwrap();
            let (op, _) = world.guard.resume(id, &rep(), &record).unwrap();
            op.complete("done").unwrap();
            assert!(!said.contains("KEY"), "{said}");
            let audit = world.audit_text();
            assert!(!audit.contains("KEY"), "{audit}");
        }
    }
}

/// A code of the host's stands in the audit, and is held to what a name may be.
#[test]
fn the_code_of_a_failure_is_a_name() {
    for code in BAD.into_iter().chain([" ", " a", "a ", &*"c".repeat(256)]) {
        for aborts in [false, true] {
            let world = world();
            let op = world.begin(&rep(), "quote.draft");
            let ended = match aborts {
                true => op.abort(code),
                false => op.fail(code),
            };
            assert_input(&ended.unwrap_err(), "the code of the failure");
            let audit = world.audit_text();
            assert!(audit.contains("FAILURE_CODE_INVALID"), "{audit}");
            assert!(
                audit.contains("\"failed\"") && !audit.contains("abandoned"),
                "{audit}"
            );
        }
    }
    for code in ["", "CRM_DOWN", "停机 2", &*"c".repeat(255)] {
        let world = world();
        world.begin(&rep(), "quote.draft").fail(code).unwrap();
        world.begin(&rep(), "quote.draft").abort(code).unwrap();
        assert!(world.audit_text().contains(code));
    }
}

/// What the host said of the change counts, whatever it calls the failure.
#[test]
fn a_ticket_is_free_again_though_the_code_is_no_name() {
    let world = world();
    let change = Changes::update(&quote()).set("discount", 20);
    let id = ticket(&world.propose(&rep(), "quote.draft", &change));
    world.guard.approvals().approve(id, &manager(), "").unwrap();
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    assert!(op.fail("CRM\ndown").is_err());
    let (op, _) = world.guard.resume(id, &rep(), quote()).unwrap();
    op.complete("done").unwrap();
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
