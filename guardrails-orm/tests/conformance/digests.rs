//! No hash without a key of anything that can be guessed: whoever reads the tables could find the value by
//! trying them all.

use std::collections::BTreeSet;

use guardrails_core::process::Settlement;
use guardrails_core::{Changes, Request};
use sha2::{Digest as _, Sha256};

use super::guarded::{asked, granted, guard, manager, quote, rep};
use super::place::Place;

/// What the run below hands in, and what it hands back, as far as somebody can guess it.
const GUESSES: [&str; 19] = [
    "5",
    "20",
    "21",
    "22",
    "q-1",
    "Quote",
    "u-17",
    "m-1",
    "m-2",
    "acme",
    "REP",
    "MANAGER",
    "quote.draft",
    "a secret comment",
    "the answer",
    "allow",
    "needs_approval",
    "APPROVAL_REQUIRED",
    "CRM_DOWN",
];

/// The ways in which a value may be written before it is hashed.
fn forms(guess: &str) -> Vec<String> {
    let mut forms: Vec<String> = vec![
        guess.to_owned(),
        format!("\"{guess}\""),
        format!("{guess}.0"),
        format!("{guess}.00"),
    ];
    for field in ["id", "discount"] {
        forms.push(format!("{{\"{field}\":{guess}}}"));
        forms.push(format!("{{\"{field}\":\"{guess}\"}}"));
        forms.push(format!("{field}={guess}"));
    }
    // A whole record, a view of it, and a list of identifiers.
    for discount in ["5", "20", "21", "22"] {
        forms.push(format!("{{\"id\":\"{guess}\",\"discount\":{discount}}}"));
        forms.push(format!("{{\"discount\":{discount},\"id\":\"{guess}\"}}"));
    }
    forms.push(format!("[\"{guess}\"]"));
    let of_lines: Vec<String> = forms.iter().map(|form| format!("{form}\n")).collect();
    forms.extend(of_lines);
    forms
}

/// What may stand before it: a scope, with or without its length, or the mark of a leaf.
fn hashes() -> BTreeSet<String> {
    let scopes = [
        "",
        "acme",
        "Quote",
        "acme/Quote",
        "input",
        "output",
        "action",
        "open-action",
        "reads",
        "ticket",
        "q-1",
        "discount",
    ];
    let mut found = BTreeSet::new();
    for form in GUESSES.iter().flat_map(|guess| forms(guess)) {
        for scope in scopes {
            let length = u64::try_from(scope.len()).unwrap().to_be_bytes();
            let of_form = u64::try_from(form.len()).unwrap().to_be_bytes();
            let (scope, form) = (scope.as_bytes(), form.as_bytes());
            let texts: [&[&[u8]]; 8] = [
                &[scope, form],
                &[scope, b":", form],
                &[scope, b"/", form],
                &[scope, b"\n", form],
                &[scope, b"\0", form],
                &[&length, scope, form],
                &[&length, scope, &of_form, form],
                &[&[0], scope, form],
            ];
            for parts in texts {
                let hash = Sha256::digest(parts.concat());
                let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                // Cut short it is as easy to find.
                found.insert(hash[..16].to_owned());
            }
        }
    }
    found
}

/// The start of every run of hexadecimal digits that is long enough for a hash.
fn digests_in(text: &str) -> impl Iterator<Item = String> {
    let runs = text.split(|digit: char| !digit.is_ascii_hexdigit());
    let long = runs.filter(|run| run.len() >= 16);
    long.map(|run| run[..16].to_lowercase())
}

pub fn no_guess_is_confirmed_by_a_plain_hash(place: &Place) {
    let store = place.open();
    let guard = guard(&store);
    let mut operation = guard.begin(Request::new(&rep(), "quote.draft")).unwrap();
    let view = operation.read(&quote()).unwrap().to_json();
    drop(view);
    operation.complete("the answer").unwrap();
    let mut operation = guard.begin(Request::new(&rep(), "quote.draft")).unwrap();
    let changes = Changes::update(&quote()).set("discount", 22);
    let decision = operation.propose(&changes).unwrap();
    let mut told = format!("{decision:?} {}", decision.explain());
    drop(operation);
    let voted = asked(&guard, 20);
    let approvals = guard.approvals();
    let card = approvals
        .approve(voted, &manager("m-1"), "a secret comment")
        .unwrap();
    told.push_str(&format!("{card:?}"));
    let used = granted(&guard, 21);
    let (operation, release) = guard.resume(used, &rep(), quote()).unwrap();
    told.push_str(&format!("{release:?} {operation:?}"));
    operation.fail("CRM_DOWN").unwrap();
    drop(guard.resume(used, &rep(), quote()).unwrap());
    approvals
        .settle(used, &manager("m-1"), Settlement::Applied)
        .unwrap();
    told.push_str(&guard.audit().verify().unwrap().to_string());
    let cells = cells(place);
    let known = hashes();
    let control: String = Sha256::digest("\"q-1\"")
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert!(digests_in(&format!("sha256:{control}")).all(|digest| known.contains(&digest)));
    let mut looked_at = 0;
    for cell in cells.iter().chain([&told]) {
        for digest in digests_in(cell) {
            looked_at += 1;
            assert!(!known.contains(&digest), "{digest} in {cell}");
        }
    }
    assert!(looked_at > 50, "{looked_at}");
}

/// Every cell of every table, as text.
fn cells(place: &Place) -> Vec<String> {
    let tables = place.tables().into_iter();
    let cells = tables.flat_map(|table| {
        let columns = place.texts(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let of = |column: String| {
            let ask =
                format!("SELECT CAST({column} AS TEXT) FROM {table} WHERE {column} IS NOT NULL");
            place.texts(&ask)
        };
        columns.into_iter().flat_map(of).collect::<Vec<_>>()
    });
    cells.collect()
}
