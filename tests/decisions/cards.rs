//! What is on the card of an approver is what the ticket is bound to and what it releases: a leaf that
//! is released is shown in clear, or its path is named as withheld.

use crm_guardrails::*;

use super::fixture::*;

/// Contacts and lines with members that a manager may not see, and finance may.
fn nested() -> World {
    let fields = "clauses       : [Clause]?\n    contact : Contact?\n    lines : [Line]?\n    tags : [text]?\n    \
                  note : text?";
    let policy = POLICY
        .replace("clauses       : [Clause]?", fields)
        .replace(
            "entity Clause { text : text }",
            "entity Clause { text : text }\nentity Place { city : text  street : text }\n\
             entity Contact { name : text  phone : text  home : Place  work : Place? }\n\
             entity Line { sku : text  cost : int }",
        )
        .replace(
            "    write discount, amount\n    mask",
            "    write discount, amount, contact, lines, tags, note\n    mask",
        )
        .replace(
            "    read  * except cost_price\n    write discount, amount\n",
            "    read  * except cost_price, note\n    mask contact.phone with phone\n    \
             hide contact.home.street\n    hide lines\n",
        )
        .replace("    read id, cost_price\n", "    read *\n");
    world_with(
        &(policy
            + r#"
rule always   { on update of Quote then require approval discount_approval because "manager" }
rule and_more { on update of Quote then require approval finance_approval because "finance" }"#),
    )
}

fn contact(words: [&str; 4]) -> Value {
    let [name, phone, city, street] = words;
    let home = Fields::from_iter([("city", city), ("street", street)]);
    let mut contact = Fields::from_iter([("name", name), ("phone", phone)]);
    contact.set("home", Value::from(home));
    contact.into()
}

fn with(name: &str, value: Value) -> Record {
    let mut fields = quote().fields().clone();
    fields.set(name, value);
    Record::new("Quote", fields)
}

#[test]
fn a_card_names_what_may_change_unseen() {
    let world = nested();
    let before = with(
        "contact",
        contact(["Li", "13812345678", "Jinan", "A street"]),
    );
    let change = Changes::update(&before)
        .set(
            "contact",
            contact(["Li", "13899995678", "Jinan", "B street"]),
        )
        .set("note", "n");
    let id = ticket(&world.propose(&rep(), "quote.draft", &change));
    let card = |principal| world.guard.approvals().show(id, &principal).unwrap();
    let manager = card(manager());
    assert_eq!(manager.changes[0].before, manager.changes[0].after);
    let names: Vec<&str> = manager.withheld.iter().map(|name| &**name).collect();
    assert_eq!(
        names,
        ["contact.home.street", "contact.phone", "note"],
        "the street at work is not hidden"
    );
    assert_eq!(manager.changes[1].after, "‹hidden›");
    let finance = card(finance());
    assert!(finance.withheld.is_empty());
    assert!(finance.changes[0].after.contains("B street"));
    assert!(
        card(rep()).withheld.is_empty(),
        "whoever proposed it knows it"
    );
}

/// Whether a hidden value changes is as hidden as the value.
#[test]
fn a_card_does_not_tell_whether_a_hidden_value_changes() {
    let card = |street: &str| {
        let world = nested();
        let before = with("contact", contact(["Li", "1", "Jinan", street]));
        let change = Changes::update(&before).set("contact", contact(["Li", "1", "Jinan", "A"]));
        let id = ticket(&world.propose(&rep(), "quote.draft", &change));
        let card = world.guard.approvals().show(id, &manager()).unwrap();
        (card.changes, card.withheld)
    };
    assert_eq!(card("A"), card("B"));
}

/// The leaves of a value, by path without the numbers of items.
fn leaves(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter() {
                leaves(&format!("{path}.{name}"), value, found);
            }
        }
        Value::List(items) => items.iter().for_each(|item| leaves(path, item, found)),
        Value::Text(text) => found.push((path.to_owned(), text.to_string())),
        Value::Number(number) => found.push((path.to_owned(), number.normalize().to_string())),
        Value::Bool(_) | Value::Null => {}
    }
}

/// The same value with the `at`th leaf replaced; counts down.
fn replaced(value: &Value, at: &mut usize) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), replaced(value, at)))
            .collect::<Fields>()
            .into(),
        Value::List(items) => Value::List(items.iter().map(|item| replaced(item, at)).collect()),
        Value::Null | Value::Bool(_) => value.clone(),
        leaf => {
            let here = *at == 0;
            *at = at.wrapping_sub(1);
            match leaf {
                Value::Number(_) if here => Value::from(7),
                Value::Text(_) if here => Value::from("another"),
                leaf => leaf.clone(),
            }
        }
    }
}

fn changes(seed: [u16; 8], parts: u8) -> Changes {
    // Each leaf occurs nowhere else.
    let word = |at: usize| format!("w{}x{at}", seed[at]);
    let number = |at: usize| 100_000 + i64::from(seed[at]) * 8 + i64::try_from(at).unwrap();
    let mut change = Changes::update(&quote());
    if parts & 1 != 0 {
        let words: Vec<String> = (0..4).map(word).collect();
        let words = [&*words[0], &*words[1], &*words[2], &*words[3]];
        change = change.set("contact", contact(words));
    }
    if parts & 2 != 0 {
        let line = |at: usize| {
            let mut line = Fields::from_iter([("sku", &*word(at))]);
            line.set("cost", number(at));
            Value::from(line)
        };
        change = change.set("lines", vec![line(4), line(5)]);
    }
    if parts & 4 != 0 {
        change = change.set("tags", vec![Value::from(word(6)), Value::from(word(7))]);
    }
    if parts & 8 != 0 {
        change = change.set("note", word(7));
    }
    change.set("amount", number(0))
}

#[test]
fn what_is_shown_is_what_is_bound_and_what_is_released() {
    for parts in 0..16 {
        let seed = std::array::from_fn(|at| {
            u16::from(parts)
                .wrapping_mul(40_503)
                .wrapping_add(u16::try_from(at).unwrap() * 7919)
        });
        let world = nested();
        let change = changes(seed, parts);
        let id = ticket(&world.propose(&rep(), "quote.draft", &change));
        let card = |principal| world.guard.approvals().show(id, &principal).unwrap();
        let (all, some) = (card(finance()), card(manager()));
        let approve = |principal| world.guard.approvals().approve(id, &principal, "").unwrap();
        approve(manager());
        approve(finance());
        let (operation, release) = world.guard.resume(id, &rep(), quote()).unwrap();
        operation.complete("done").unwrap();
        let shown = |card: &process::TicketCard, field: &str| {
            let change = card.changes.iter().find(|change| *change.field == *field);
            change.unwrap().after.clone()
        };
        let fields: Vec<_> = release
            .fields()
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        let on_card: Vec<_> = all
            .changes
            .iter()
            .map(|change| change.field.clone())
            .collect();
        assert_eq!(
            &fields, &on_card,
            "each field that is released, and no other"
        );
        assert!(all.withheld.is_empty());
        for name in &fields {
            let mut found = Vec::new();
            leaves(name, release.fields().value(name).unwrap(), &mut found);
            for (at, (path, leaf)) in found.iter().enumerate() {
                assert!(shown(&all, name).contains(leaf), "{path} is on the card");
                let inside = |of: &Name| {
                    let rest = path.strip_prefix(&**of);
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                };
                let withheld = some.withheld.iter().any(inside);
                let clear = shown(&some, name).contains(leaf);
                assert_eq!(clear, !withheld, "{} is in clear or named", path);
                // Another leaf is another action.
                let value = replaced(release.fields().value(name).unwrap(), &mut { at });
                let other = change.clone().set(name.clone(), value);
                let other = ticket(&world.propose(&rep(), "quote.draft", &other));
                let action = world
                    .guard
                    .approvals()
                    .show(other, &finance())
                    .unwrap()
                    .action;
                world.guard.approvals().cancel(other, &rep()).unwrap();
                assert_ne!(action, all.action, "{} is bound", path);
            }
        }
    }
}

/// What is missing is noted for whoever may learn that it is.
#[test]
fn a_card_notes_what_is_missing_as_its_reader_may_know() {
    let note = " (`amount` missing or not readable, so the rule applies)";
    let cost = " (`cost_price` missing or not readable, so the rule applies)";

    for (when, for_rep, for_finance, for_manager) in [
        // The representative sees the amount; finance sees the cost price; the manager the amount.
        ("amount > 5 CNY", note, "", note),
        ("cost_price > 5 CNY", "", cost, ""),
        ("amount > 5 CNY and cost_price > 5 CNY", note, cost, note),
        ("amount > cost_price", "", "", ""),
        // It might hold for the other reason.
        ("amount > 5 CNY or cost_price > 5 CNY", "", "", ""),
        ("amount > 5 CNY and stage == DRAFT", note, "", note),
    ] {
        let world = world_with(
            &(POLICY.to_owned()
                + &*format!(
                    "rule why {{ on update of Quote when {when} then require approval \
                     discount_approval because \"w\" }}\nrule too {{ on update of Quote when {when} \
                     then require approval finance_approval because \"w\" }}"
                )),
        );
        let mut fields = quote().fields().clone();
        fields.set("amount", Value::Null);
        fields.set("cost_price", Value::Null);
        let change = Changes::update(&Record::new("Quote", fields)).set("discount", 7);
        let id = ticket(&world.propose(&rep(), "quote.draft", &change));
        let because = |principal| {
            let card = world.guard.approvals().show(id, &principal).unwrap();
            card.because
                .into_iter()
                .find(|text| text.starts_with('w'))
                .unwrap()
        };
        assert_eq!(because(rep()), format!("w{for_rep}"), "{when}: requester");
        assert_eq!(
            because(finance()),
            format!("w{for_finance}"),
            "{when}: finance"
        );
        assert_eq!(
            because(manager()),
            format!("w{for_manager}"),
            "{when}: manager"
        );
    }
}

/// Hosts whose CRM sends every value as a text see what changes, and nothing else.
#[test]
fn what_is_equal_looks_equal_on_a_card() {
    let fields = "clauses : [Clause]?\n    due : date?\n    sent_at : datetime?\n    grace : duration?\n    \
                  paid : bool?\n    terms : [int]?\n    lines : [Line]?";
    let policy = POLICY
        .replace(
            "entity Clause { text : text }",
            "entity Clause { text : text }\nentity Line { sku : text  qty : int  cost : money(CNY)  \
             due : datetime? }",
        )
        .replace("clauses       : [Clause]?", fields)
        .replace(
            "    write discount, amount\n    mask",
            "    write discount, amount, due, sent_at, grace, paid, terms, lines, stage\n    mask",
        );
    let rule = "rule always { on update of Quote then require approval discount_approval because \
                \"{amount} for {old.amount}, {due}\" }\nrule moved { on update of Quote \
                when changed(lines) or changed(terms) or changed(due) or changed(sent_at) or \
                changed(grace) or changed(paid) or changed(amount) or changed(stage) \
                then deny MOVED because \"moved\" }";
    let world = world_with(&(policy + rule));
    let spellings = [
        r#"{"amount": "1200.50 CNY", "due": "2026-12-31", "sent_at": "2026-03-02T10:00:00+08:00",
            "grace": "PT4H", "paid": "true", "terms": ["1", 2.0], "stage": "DRAFT",
            "lines": [{"sku": "A", "qty": "1", "cost": "7.00", "due": "2026-03-02T10:00:00+08:00"}]}"#,
        r#"{"amount": 1200.5, "due": "2026-12-31", "sent_at": "2026-03-02T02:00:00Z",
            "grace": 14400, "paid": true, "terms": [1.00, "2"], "stage": "DRAFT",
            "lines": [{"sku": "A", "qty": 1.0, "cost": 7, "due": 1772416800}]}"#,
    ];
    let read = |text| parse_fields(text, JsonLimits::default()).unwrap();
    for (present, proposed) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let mut fields = quote().fields().clone();
        for (name, value) in read(spellings[present]).iter() {
            fields.set(name.clone(), value.clone());
        }
        let mut change = Changes::update(&Record::new("Quote", fields)).set("discount", "12.0");
        for (name, value) in read(spellings[proposed]).iter() {
            change = change.set(name.clone(), value.clone());
        }
        let decision = world.propose(&rep(), "quote.draft", &change);
        assert_eq!(decision.code(), "APPROVAL_REQUIRED", "no field is another");
        let id = ticket(&decision);
        let card = world.guard.approvals().show(id, &manager()).unwrap();
        for change in &card.changes {
            let equal = change.before == change.after;
            assert_eq!(
                equal,
                &*change.field != "discount",
                "{} {} {}",
                change.field,
                change.before,
                change.after
            );
        }
        assert_eq!(card.because, ["1200.5 CNY for 1200.5 CNY, 2026-12-31"]);
        world.guard.approvals().cancel(id, &rep()).unwrap();
    }
}
