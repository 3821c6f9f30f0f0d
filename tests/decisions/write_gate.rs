//! What may be written inside nested records and lists: judged, shown, bound and released as one tree.

use crm_guardrails::*;

use super::fixture::{World, codes, ticket, world_with};

const POLICY: &str = r#"guard 1
entity Address { city : text   zip : text? }
entity Line {
    product  : text
    quantity : int
    price    : decimal?
    due      : datetime?
    ship_to  : Address?
    stops    : [Address]?
}
entity Order {
    id      : text
    owner   : text
    total   : decimal?
    bill_to : Address?
    lines   : [Line]?
    tags    : [text]?
    grid    : [[int]]?
}
grant REP on Order where owner == actor.id {
    read  id, owner
    write total, bill_to, lines, tags, grid
}
skill order.edit { title "Edit" does update on Order impact 3 allow REP, BLIND, NARROW }
skill order.new  { title "New" does create on Order impact 3 allow REP }
approval boss { step boss 1 of BOSS expires 3d execute within 1h }
grant BOSS on Order { read * }
rule large { on update of Order when total is present and total > 1000 then require approval boss because "large" }
"#;

fn person(role: &str) -> Principal {
    Principal::user("acme", "u-1").role(role)
}

fn begin(world: &World, role: &str, skill: &str) -> Operation {
    let person = person(role);
    world
        .guard
        .begin(Request::new(&person, skill).entity("Order"))
        .unwrap()
}

fn order(extra: &str) -> Record {
    let json = format!(
        r#"{{"id": "o-1", "owner": "u-1", "lines": [{{"product": "a", "quantity": 1}}]{extra}}}"#
    );
    Record::from_json("Order", &json).unwrap()
}

fn update(record: &Record, set: &str) -> Changes {
    let set = parse_fields(set, JsonLimits::default()).unwrap();
    set.iter()
        .fold(Changes::update(record), |changes, (name, value)| {
            changes.set(name.clone(), value.clone())
        })
}

fn told(decision: &Decision) -> Vec<String> {
    let reasons = decision.reasons().iter();
    reasons
        .map(|reason| format!("{} {}", reason.code(), reason.message()))
        .collect()
}

fn propose(world: &World, role: &str, changes: &Changes) -> Decision {
    begin(world, role, "order.edit").propose(changes).unwrap()
}

#[test]
fn a_refusal_names_the_path_at_every_depth() {
    let world = world_with(POLICY);
    for (set, refusals) in [
        // Not declared.
        (
            r#"{"bill_to": {"city": "X", "vip": true}}"#,
            &["FIELD_NOT_WRITABLE `bill_to.vip` is not declared and may not be written"][..],
        ),
        (
            r#"{"lines": [{"product": "a", "quantity": 1}, {"product": "b", "quantity": 1, "prize": 9}]}"#,
            &["FIELD_NOT_WRITABLE `lines[1].prize` is not declared and may not be written"],
        ),
        (
            r#"{"lines": [{"product": "a", "quantity": 1, "stops": [{"city": "X"}, {"city": "Y", "x": {"y": [1]}}]}]}"#,
            &["FIELD_NOT_WRITABLE `lines[0].stops[1].x` is not declared and may not be written"],
        ),
        // Of another type.
        (
            r#"{"bill_to": "X"}"#,
            &["FIELD_INVALID `bill_to` is not of type `Address`"],
        ),
        (
            r#"{"bill_to": [{"city": "X"}]}"#,
            &["FIELD_INVALID `bill_to` is not of type `Address`"],
        ),
        (
            r#"{"lines": {"product": "a", "quantity": 1}}"#,
            &["FIELD_INVALID `lines` is not of type `[Line]`"],
        ),
        (
            r#"{"lines": ["a"]}"#,
            &["FIELD_INVALID `lines[0]` is not of type `Line`"],
        ),
        (
            r#"{"lines": [{"product": 7, "quantity": 1.5}]}"#,
            &[
                "FIELD_INVALID `lines[0].product` is not of type `text`",
                "FIELD_INVALID `lines[0].quantity` is not of type `int`",
            ],
        ),
        (
            r#"{"lines": [{"product": "a", "quantity": 1, "price": {"amount": 1}}]}"#,
            &["FIELD_INVALID `lines[0].price` is not of type `decimal`"],
        ),
        (
            r#"{"tags": ["a", 1]}"#,
            &["FIELD_INVALID `tags[1]` is not of type `text`"],
        ),
        (
            r#"{"tags": ["a", ["b"]]}"#,
            &["FIELD_INVALID `tags[1]` is not of type `text`"],
        ),
        (
            r#"{"tags": "a"}"#,
            &["FIELD_INVALID `tags` is not of type `[text]`"],
        ),
        (
            r#"{"grid": [[1], [2, "x"]]}"#,
            &["FIELD_INVALID `grid[1][1]` is not of type `int`"],
        ),
        // Missing or empty.
        (
            r#"{"lines": [{"quantity": 1}]}"#,
            &["FIELD_INVALID `lines[0].product` is missing"],
        ),
        (
            r#"{"lines": [{"product": "a", "quantity": null}]}"#,
            &["FIELD_INVALID `lines[0].quantity` may not be empty"],
        ),
        (
            r#"{"lines": [null]}"#,
            &["FIELD_INVALID `lines[0]` may not be empty"],
        ),
        (
            r#"{"tags": [null]}"#,
            &["FIELD_INVALID `tags[0]` may not be empty"],
        ),
        (
            r#"{"lines": [{"product": "a", "quantity": 1, "ship_to": {}}]}"#,
            &["FIELD_INVALID `lines[0].ship_to.city` is missing"],
        ),
        // Each field is named.
        (
            r#"{"bill_to": {}, "owner": "u-2", "tags": 1}"#,
            &[
                "FIELD_INVALID `bill_to.city` is missing",
                "FIELD_NOT_WRITABLE `owner` may not be written",
                "FIELD_INVALID `tags` is not of type `[text]`",
            ],
        ),
    ] {
        let decision = propose(&world, "REP", &update(&order(""), set));
        assert_eq!(told(&decision), refusals, "{set}");
    }
}

#[test]
fn a_long_list_of_mistakes_is_named_in_part() {
    let items = vec!["1"; 5_000].join(",");
    let set = format!(r#"{{"tags": [{items}]}}"#);
    let decision = propose(&world_with(POLICY), "REP", &update(&order(""), &set));
    assert_eq!(decision.reasons().len(), 8);
}

#[test]
fn what_passes_is_released_typed_at_every_depth() {
    let set = r#"{"bill_to": null, "grid": [["1"], []], "total": "7.50",
        "lines": [{"product": "a", "quantity": "2", "price": "1200.50", "due": "2026-03-02T10:00:00+08:00",
                   "ship_to": {"city": "X", "zip": null}}]}"#;
    let decision = propose(&world_with(POLICY), "REP", &update(&order(""), set));
    assert_eq!(
        decision.into_release().unwrap().to_json(),
        r#"{"bill_to":null,"grid":[[1],[]],"lines":[{"due":"2026-03-02T02:00:00Z","price":1200.5,"product":"a","quantity":2,"ship_to":{"city":"X","zip":null}}],"total":7.5}"#
    );
}

#[test]
fn what_a_view_leaves_out_of_the_record_is_not_dropped() {
    let world = world_with(POLICY);
    for (before, set, path) in [
        (
            r#", "bill_to": {"city": "X", "legacy": 1}"#,
            r#"{"bill_to": {"city": "Y"}}"#,
            "bill_to",
        ),
        (
            r#", "bill_to": {"city": "X", "legacy": 1}"#,
            r#"{"bill_to": null}"#,
            "bill_to",
        ),
        (
            r#", "bill_to": "X"#,
            r#"{"bill_to": {"city": "Y"}}"#,
            "bill_to",
        ),
        (r#", "tags": ["a", {"b": 1}]"#, r#"{"tags": ["c"]}"#, "tags"),
        (r#", "total": {"sum": 1}"#, r#"{"total": 1}"#, "total"),
    ] {
        let before = if before.ends_with("\"X") {
            format!("{before}\"")
        } else {
            before.to_owned()
        };
        let record = order(&before);
        let decision = propose(&world, "REP", &update(&record, set));
        let told = told(&decision);
        assert_eq!(told.len(), 1, "{set} {told:?}");
        assert!(
            told[0].starts_with(&format!("FIELD_DROPS_UNSEEN `{path}` ")),
            "{told:?}"
        );
        // What does not touch it goes through.
        let decision = propose(&world, "REP", &update(&record, r#"{"grid": [[1]]}"#));
        assert!(*decision.outcome() != Outcome::Deny, "{decision:?}");
    }
    let lines = r#"{"id": "o-1", "owner": "u-1", "lines": [{"product": "a", "quantity": 1},
        {"product": "b", "quantity": 1, "stops": [{"city": "X"}, {"city": "Y", "legacy": "secret"}]}]}"#;
    let record = Record::from_json("Order", lines).unwrap();
    let decision = propose(&world, "REP", &update(&record, r#"{"lines": []}"#));
    let told = told(&decision);
    assert!(
        told[0].starts_with("FIELD_DROPS_UNSEEN `lines[1].stops[1]` "),
        "{told:?}"
    );
    assert!(
        !told[0].contains("legacy") && !told[0].contains("secret"),
        "{told:?}"
    );
    // A value of another type is shown as it is, so that it may be put right.
    let record = order(r#", "total": "much""#);
    let decision = propose(&world, "REP", &update(&record, r#"{"total": 1}"#));
    assert!(decision.release().is_some(), "{decision:?}");
}

/// What a rule on reading hides inside a value is dropped as little as what nobody declares. Whether the
/// record has it makes no difference, so that the answer tells nothing of it.
#[test]
fn what_a_rule_on_reading_hides_inside_is_not_dropped() {
    for (rule, field, values, set, path) in [
        (
            "hide bill_to.zip",
            "bill_to",
            [
                r#"{"city": "X"}"#,
                r#"{"city": "X", "zip": "1"}"#,
                r#"{"city": "X", "zip": null}"#,
            ],
            r#"{"city": "Y"}"#,
            "bill_to",
        ),
        (
            "hide bill_to.city",
            "bill_to",
            [r#"{"city": "X"}"#, r#"{"city": "Y", "zip": "1"}"#, r#"{}"#],
            r#"null"#,
            "bill_to",
        ),
    ] {
        let rule = format!("rule quiet {{ on read of Order when total > 5 then {rule} }}");
        let world = world_with(&format!("{POLICY}{rule}"));
        for value in values {
            let record = |total: u8| {
                let json = format!(
                    r#"{{"id": "o-1", "owner": "u-1", "total": {total}, "{field}": {value}}}"#
                );
                Record::from_json("Order", &json).unwrap()
            };
            let set = format!(r#"{{"{field}": {set}}}"#);
            assert_eq!(
                told(&propose(&world, "REP", &update(&record(9), &set))),
                [format!(
                    "FIELD_DROPS_UNSEEN `{path}` is shown only in part, and the change would drop the rest unseen"
                )],
                "{rule} {value}"
            );
            // Where the rule does not hold, the view shows all of it.
            let decision = propose(&world, "REP", &update(&record(5), &set));
            assert!(decision.release().is_some(), "{rule} {value}");
        }
    }
}

/// A field that is hidden as a whole may be written blindly, and a mask shows that there is something.
#[test]
fn what_a_rule_on_reading_hides_as_a_whole_may_be_replaced() {
    for rule in ["hide bill_to", "mask bill_to.zip with partial(1, 0)"] {
        let rule = format!("rule quiet {{ on read of Order then {rule} }}");
        let world = world_with(&format!("{POLICY}{rule}"));
        let record = order(r#", "bill_to": {"city": "X", "zip": "12345"}"#);
        let set = r#"{"bill_to": {"city": "Y", "zip": "54321"}}"#;
        let decision = propose(&world, "REP", &update(&record, set));
        assert!(decision.release().is_some(), "{rule} {decision:?}");
    }
}

const NARROW: &str = r#"
grant BLIND on Order where owner == actor.id {
    read  id, owner
    write lines, bill_to
    hide  bill_to.zip
}
grant NARROW on Order where owner == actor.id {
    read  id, owner, lines, bill_to.city
    write bill_to.zip
}
"#;

/// What a table row takes from the role BLIND.
fn hidden(entity: &str, field: &str) -> FieldPermission {
    FieldPermission {
        tenant: "acme".into(),
        entity: entity.into(),
        field: field.into(),
        sensitivity: 2,
        pii: false,
        encryption_required: false,
        roles: vec![RolePermission {
            role: "BLIND".into(),
            access: "HIDDEN".to_owned(),
            ai_access_allowed: true,
            conditions: None,
            aggregation: None,
        }],
    }
}

fn narrowed_by(row: FieldPermission) -> World {
    let world = world_with(&format!("{POLICY}{NARROW}"));
    world.store.store.set_field_permission(row).unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    world
}

/// What is answered to a guess at a field, whatever the record holds there.
fn answers(
    world: &World,
    role: &str,
    field: &str,
    around: (&str, &str),
    guesses: &[&str],
) -> Vec<Vec<String>> {
    let value = |inner: &str| format!(r#""{field}": {}{inner}{}"#, around.0, around.1);
    let mut answers = Vec::new();
    for present in &guesses[..3] {
        let json = format!(r#"{{"id": "o-1", "owner": "u-1", {}}}"#, value(present));
        let record = Record::from_json("Order", &json).unwrap();
        for guess in guesses {
            let set = format!("{{{}}}", value(guess));
            answers.push(told(&propose(world, role, &update(&record, &set))));
        }
        answers.push(told(&propose(
            world,
            role,
            &update(&record, &format!(r#"{{"{field}": null}}"#)),
        )));
    }
    answers.dedup();
    answers
}

/// A field inside that may not be written is refused with the same words whatever is proposed, and
/// whatever the record holds.
#[test]
fn what_may_not_be_written_inside_tells_nothing() {
    let prices = [
        "",
        r#", "price": 5"#,
        r#", "price": "7""#,
        r#", "price": null"#,
        r#", "price": {"a": []}"#,
        r#", "prize": 1"#,
    ];
    let zips = [
        "",
        r#", "zip": "1""#,
        r#", "zip": "2""#,
        r#", "zip": null"#,
        r#", "zip": 7"#,
        r#", "vip": 1"#,
    ];
    let line = (r#"[{"product": "a", "quantity": 1"#, "}]");
    let address = (r#"{"city": "X""#, "}");
    let refused = |path: &str| {
        vec![vec![format!(
            "FIELD_NOT_WRITABLE `{path}` may not be written"
        )]]
    };
    for row in [hidden("Line", "price"), hidden("Order", "lines.price")] {
        let world = narrowed_by(row);
        assert_eq!(
            answers(&world, "BLIND", "lines", line, &prices),
            refused("lines.price")
        );
        assert_eq!(
            answers(&world, "BLIND", "bill_to", address, &zips),
            refused("bill_to.zip")
        );
        assert_eq!(
            answers(&world, "NARROW", "bill_to", address, &zips),
            refused("bill_to.city")
        );
        assert_eq!(
            answers(&world, "NARROW", "lines", line, &prices),
            refused("lines")
        );
    }
    let world = narrowed_by(hidden("Address", "city"));
    assert_eq!(
        answers(&world, "BLIND", "lines", line, &prices),
        refused("lines.ship_to.city")
    );
    let world = narrowed_by(hidden("Order", "lines"));
    assert_eq!(
        answers(&world, "BLIND", "lines", line, &prices),
        refused("lines")
    );
}

#[test]
fn a_new_record_is_held_to_the_same() {
    let world = world_with(POLICY);
    let create = |json: &str| {
        let changes = Changes::create(Record::from_json("Order", json).unwrap());
        begin(&world, "REP", "order.new").propose(&changes).unwrap()
    };
    let sound = r#"{"owner": "u-1", "id": "o-2"}"#;
    // `owner` may be read and not written.
    assert_eq!(codes(create(sound).reasons()), ["FIELD_NOT_WRITABLE"]);
    let decision = create(r#"{"owner": "u-1", "lines": [{"product": "a"}], "id": {"a": 1}}"#);
    assert_eq!(
        told(&decision),
        [
            "FIELD_INVALID `id` is not of type `text`",
            "FIELD_INVALID `lines[0].quantity` is missing",
            "FIELD_NOT_WRITABLE `owner` may not be written",
        ]
    );
}

/// Two spellings of one tree are one action; what the approver's card shows is what is released.
#[test]
fn what_is_shown_bound_and_released_is_one_tree() {
    let world = world_with(POLICY);
    let spelt = |quantity: &str, due: &str| {
        let set = format!(
            r#"{{"total": "2000.0", "lines": [{{"product": "a", "quantity": {quantity}, "due": "{due}"}}]}}"#
        );
        update(&order(""), &set)
    };
    let first = propose(&world, "REP", &spelt("2", "2026-03-02T10:00:00+08:00"));
    let id = ticket(&first);
    let again = propose(&world, "REP", &spelt("\"2.0\"", "2026-03-02T02:00Z"));
    assert_eq!(ticket(&again), id);
    let other = propose(&world, "REP", &spelt("3", "2026-03-02T02:00Z"));
    assert_ne!(ticket(&other), id);

    let boss = Principal::user("acme", "u-9").role("BOSS");
    let card = world.guard.approvals().approve(id, &boss, "").unwrap();
    let (operation, release) = world.guard.resume(id, &person("REP"), order("")).unwrap();
    let lines = card
        .changes
        .iter()
        .find(|change| &*change.field == "lines")
        .unwrap();
    assert_eq!(
        format!(r#"{{"lines":{},"total":2000}}"#, lines.after),
        release.to_json()
    );
    operation.complete("done").unwrap();
}

#[test]
fn the_remedy_inside_a_field_is_one_for_the_whole_field() {
    let text = r#"guard 1
entity Part { price : int  cost : int }
entity Deal { id : text  part : Part }
grant PRICES on Deal { read id  write part.price  hide part.cost }
grant ALL on Deal { read id  write part }
skill deal.edit { title "Edit" does update on Deal impact 1 allow PRICES, ALL }
"#;
    let world = world_with(text);
    let record =
        Record::from_json("Deal", r#"{"id": "d-1", "part": {"price": 5, "cost": 1}}"#).unwrap();
    let act_for_another = "leave all of `part` as it is, which a change replaces as a whole, \
                           or act for a role that a grant lets write all of it";
    let send_all =
        "send all of `part` at once, with no fields in it but those that the policy declares";
    for (role, set, remedy) in [
        ("PRICES", r#"{"part.price": 6}"#, act_for_another),
        (
            "PRICES",
            r#"{"part": {"price": 6, "cost": 1}}"#,
            act_for_another,
        ),
        ("ALL", r#"{"part.price": 6}"#, send_all),
        (
            "ALL",
            r#"{"part": {"price": 6, "cost": 1, "x": 2}}"#,
            send_all,
        ),
        (
            "ALL",
            r#"{"id": "d-2"}"#,
            "leave `id` as it is, or act for a role that a grant lets write it",
        ),
    ] {
        let person = person(role);
        let request = Request::new(&person, "deal.edit").entity("Deal");
        let mut operation = world.guard.begin(request).unwrap();
        let decision = operation.propose(&update(&record, set)).unwrap();
        let refusals = decision.explain().refusals;
        let [refusal] = refusals.as_slice() else {
            panic!("{set}: {refusals:?}");
        };
        assert_eq!(&*refusal.code, "FIELD_NOT_WRITABLE", "{set}");
        assert_eq!(refusal.remedy.text(Language::English), remedy, "{set}");
    }
}
