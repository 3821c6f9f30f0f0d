//! (a) The same twenty rows through two copilots: a seller's and the manager's.

use crm_guardrails::data::View;
use crm_guardrails::{Principal, Record, Value};

use crate::Result;
use crate::cast;
use crate::stage::{Stage, Work};
use crate::story::{Shown, Story, check};

const REP: Work = Work {
    skill: "quote.read",
    entity: "Quote",
    context: "sales_copilot",
    purpose: "prepare today's calls",
};
const MANAGER: Work = Work {
    context: "pricing_review",
    purpose: "review prices",
    ..REP
};
/// Rows shown to the reader of the story; the checks look at all twenty.
const SHOWN: usize = 8;
const HEADER: &[&str] = &[
    "\nquote",
    "\nowner",
    "in the CRM\nphone",
    "seller's copilot\nphone",
    "\ncost",
    "manager's copilot\nphone",
    "\ncost",
];

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    story.say("Two copilots ask for the same 20 quotes: one works for 陈晓 (u-17), who sells,");
    story.say(
        "the other for 李娜 (u-02), who manages the desk and reviews prices. Eight rows of them:",
    );
    let rows = stage.crm.quotes("acme", 20)?;
    let seller = look(stage, &cast::rep(), &REP, &rows)?;
    let manager = look(stage, &cast::managers_copilot(), &MANAGER, &rows)?;
    let table = rows
        .iter()
        .take(SHOWN)
        .map(|row| side_by_side(row, &seller, &manager))
        .collect();
    story.table(HEADER, table);
    what_the_seller_sees(story, &rows, &seller);
    what_the_manager_sees(story, &rows, &manager);
    Ok(())
}

fn look<'r>(
    stage: &Stage,
    who: &Principal,
    work: &Work,
    rows: &'r [Record],
) -> Result<Vec<View<'r>>> {
    let mut operation = stage.begin(who, work)?;
    let views = operation.read_many(rows)?;
    operation.complete("a summary of the quotes")?;
    Ok(views)
}

fn side_by_side(row: &Record, seller: &[View<'_>], manager: &[View<'_>]) -> Vec<Shown> {
    vec![
        Shown::Plain(text(row, "id")),
        Shown::Plain(text(row, "owner")),
        Shown::Plain(text(row, "contact_phone")),
        shown(row, seller, "contact_phone"),
        shown(row, seller, "cost_price"),
        shown(row, manager, "contact_phone"),
        shown(row, manager, "cost_price"),
    ]
}

/// One field of a row as the views show it.
fn shown(row: &Record, views: &[View<'_>], field: &str) -> Shown {
    let same_row = |view: &&View<'_>| view.value("id") == row.fields().value("id");
    let seen = views
        .iter()
        .find(same_row)
        .and_then(|view| view.value(field));
    match seen.and_then(Value::as_text) {
        None => Shown::Absent,
        Some(seen) if seen == text(row, field) => Shown::Plain(seen.to_owned()),
        Some(seen) => Shown::Masked(seen.to_owned()),
    }
}

fn text(row: &Record, field: &str) -> String {
    let value = row.fields().value(field).and_then(Value::as_text);
    value.unwrap_or("").to_owned()
}

fn what_the_seller_sees(story: &mut Story, rows: &[Record], views: &[View<'_>]) {
    let own = rows
        .iter()
        .filter(|row| text(row, "owner") == "u-17")
        .count();
    check!(
        story,
        views.len() == own && own > 0 && own < rows.len(),
        "the seller's copilot gets {own} of 20 rows: other owners' rows are not there"
    );
    check!(
        story,
        views
            .iter()
            .all(|view| view.value("cost_price").is_none() && view.value("margin").is_none()),
        "cost price and margin are gone"
    );
    check!(
        story,
        contacts_are_masked(rows, views) && views.iter().all(note_is_scrubbed),
        "no phone number, e-mail address, ID or card is left, in fields or in notes"
    );
    let mut own = rows.iter().filter(|row| text(row, "owner") == "u-17");
    let note = own.find_map(|row| match shown(row, views, "notes") {
        Shown::Masked(note) => Some(format!("note of {}: {note}", text(row, "id"))),
        _ => None,
    });
    story.cite(note.unwrap_or_default());
}

fn what_the_manager_sees(story: &mut Story, rows: &[Record], views: &[View<'_>]) {
    check!(
        story,
        views.len() == rows.len() && views.iter().all(|view| view.value("cost_price").is_some()),
        "the manager's copilot gets all 20, with cost price, because it reviews prices"
    );
    check!(
        story,
        contacts_are_masked(rows, views),
        "personal data stays masked there too: a price review needs none"
    );
}

/// Whether no row's phone number or e-mail address stands anywhere in the views.
fn contacts_are_masked(rows: &[Record], views: &[View<'_>]) -> bool {
    let seen: String = views.iter().map(View::to_json).collect();
    rows.iter().all(|row| {
        let contacts = [text(row, "contact_phone"), text(row, "contact_email")];
        contacts.iter().all(|contact| !seen.contains(contact))
    })
}

/// Whether a note holds no number as long as a phone's, an ID's or a card's.
fn note_is_scrubbed(view: &View<'_>) -> bool {
    let note = view.value("notes").and_then(Value::as_text).unwrap_or("");
    note.split(|letter: char| !letter.is_ascii_digit())
        .all(|digits| digits.len() < 11)
}
