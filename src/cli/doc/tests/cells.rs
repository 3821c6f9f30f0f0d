//! A cell, read by what the legend says, gives back what the guard does, however its conditions come out.

use guardrails_rules::compile;

use super::agreement::{Random, by_guard_where, word};
use super::{Language, bundle, html, page_of};
use crate::cli::doc::page::{Cell, Entity, Mark, Page};
use crate::cli::doc::source::Code;
use crate::data::{Access, Writable};
use crate::process::Truth;

const POLICIES: u64 = 1500;
const SCHEMA: &str = "guard 1\nentity Deal { id : text  p : text  q : text  a : text }\n\
    skill s { title \"S\" does update on Deal impact 1 allow R }\n";
const TRUTHS: [Truth; 3] = [Truth::True, Truth::Unknown, Truth::False];

fn grants(random: &mut Random) -> String {
    let mut text = SCHEMA.to_owned();
    for _ in 0..1 + random.below(3) {
        let scope = random.pick(&["", "", " where p == \"1\"", " where q == \"1\""]);
        text.push_str(&format!("grant R on Deal{scope} {{\n"));
        for _ in 0..1 + random.below(3) {
            let clause = random.pick(&[
                "read a",
                "write a",
                "write a",
                "mask a with phone",
                "mask a with redact",
                "hide a",
            ]);
            let when = random.pick(&["", "", " when p == \"1\"", " when q == \"1\""]);
            text.push_str(&format!("    {clause}{when}\n"));
        }
        text.push_str("}\n");
    }
    text
}

fn text(code: &Code) -> String {
    code.pieces.iter().map(|piece| &*piece.text).collect()
}

/// How a condition comes out, where `p` and `q` are the two that there are.
fn truth(condition: &str, p: Truth, q: Truth) -> Truth {
    match condition {
        "p == \"1\"" => p,
        "q == \"1\"" => q,
        other => panic!("{other}"),
    }
}

struct Reader<'p> {
    entity: &'p Entity,
    p: Truth,
    q: Truth,
}

impl Reader<'_> {
    fn note(&self, number: usize) -> (bool, Truth) {
        let note = &self.entity.notes[number - 1];
        (note.is_scope, truth(&text(&note.code), self.p, self.q))
    }

    /// Whether the mark's rows are meant at all, and how its own condition comes out.
    fn condition(&self, mark: &Mark) -> (bool, Truth) {
        let notes = mark.notes.iter().map(|note| self.note(*note));
        let (scopes, whens): (Vec<_>, Vec<_>) = notes.partition(|(is_scope, _)| *is_scope);
        let is_meant = scopes.iter().all(|(_, truth)| *truth == Truth::True);
        let when = whens.iter().map(|(_, truth)| *truth);
        (is_meant, when.fold(Truth::True, Truth::and))
    }

    /// What the marks of one grant come to.
    fn grant(&self, marks: &[Mark]) -> (String, bool) {
        let (mut shown, mut gives, mut writes, mut hides) = (0, false, false, false);
        let levels = ["read", "phone", "redact", "hidden"];
        for mark in marks {
            let (is_meant, when) = self.condition(mark);
            let counts = match mark.kind {
                "mask" | "hide" => when != Truth::False,
                _ => when == Truth::True,
            };
            if !is_meant || !counts {
                continue;
            }
            gives |= mark.kind != "hide" && when == Truth::True;
            writes |= mark.kind == "write";
            hides |= mark.kind == "hide";
            let level = match mark.kind {
                "hide" => 3,
                "mask" => levels.iter().position(|level| *level == mark.with).unwrap(),
                _ => 0,
            };
            shown = shown.max(level);
        }
        let shown = if gives { shown } else { 3 };
        (levels[shown].to_owned(), writes && !hides)
    }

    fn cell(&self, cell: &Cell, scope: Option<usize>) -> (String, bool) {
        let nothing = ("hidden".to_owned(), false);
        if scope.is_some_and(|scope| self.note(scope).1 != Truth::True) {
            return nothing;
        }
        let mut grants: Vec<Vec<Mark>> = Vec::new();
        let is_plain = |mark: &Mark| matches!(mark.kind, "read" | "write");
        for mark in &cell.marks {
            match grants.last_mut() {
                Some(grant) if !mark.apart => grant.push(mark.clone()),
                _ => grants.push(vec![mark.clone()]),
            }
        }
        // What several grants give, with nothing that restricts, stands together.
        if cell.marks.iter().all(is_plain) {
            grants = cell.marks.iter().map(|mark| vec![mark.clone()]).collect();
        }
        let found: Vec<_> = grants.iter().map(|grant| self.grant(grant)).collect();
        let order = ["read", "phone", "redact", "hidden"];
        let shown = order.into_iter();
        let mut shown = shown.filter(|level| found.iter().any(|(shown, _)| shown == level));
        (
            shown.next().unwrap_or("hidden").to_owned(),
            found.iter().any(|(_, writes)| *writes),
        )
    }
}

fn cell<'p>(page: &'p Page, field: &str) -> (&'p Entity, &'p Cell) {
    let mut entities = page.entities.iter();
    let deal = entities.find(|entity| entity.name == "Deal").unwrap();
    let mut fields = deal.fields.iter();
    let field = fields.find(|one| one.name == field).unwrap();
    (deal, &field.cells[0])
}

#[test]
fn a_cell_read_by_its_legend_is_what_the_guard_does() {
    let mut counts = [0; 3];
    for seed in 0..POLICIES {
        let text = grants(&mut Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let bundle = bundle(&[("p.guard", &text)]);
        let policy = compile(&bundle).policy.unwrap_or_else(|| panic!("{text}"));
        let page = page_of(&bundle, Language::English);
        let (entity, cell) = cell(&page, "a");
        for p in TRUTHS {
            for q in TRUTHS {
                let reader = Reader { entity, p, q };
                let found = reader.cell(cell, entity.columns[0].scope);
                let table = by_guard_where(&policy, "R", "other", |condition| {
                    let place = &condition.place;
                    let written = &text[place.start as usize..place.end as usize];
                    truth(written, p, q)
                });
                let is_there = !table.is_out_of_scope();
                let accesses = table.accesses();
                let access = accesses.iter().find(|(name, _)| **name == *"a");
                let access = access.filter(|_| is_there);
                let access = access.map_or(Access::Hidden, |(_, access)| access.clone());
                let row = table.row("a").filter(|_| is_there);
                let writes = row.is_some_and(|row| row.writable() != Writable::No);
                let marks = &cell.marks;
                assert_eq!(
                    found,
                    (word(&access), writes),
                    "seed {seed}, p {p:?}, q {q:?}\n{text}{marks:?}"
                );
                counts[0] += usize::from(writes && access != Access::Read);
                counts[1] += usize::from(access == Access::Hidden);
                counts[2] += usize::from(marks.iter().any(|mark| mark.apart));
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
}

#[test]
fn two_rights_are_two_cells() {
    let cell_of = |grants: &str| {
        let text = format!(
            "guard 1\nentity Deal {{ id : text  phone : text }}\n\
             skill s {{ title \"S\" does update on Deal impact 1 allow R }}\n{grants}"
        );
        let page = page_of(&bundle(&[("p.guard", &text)]), Language::English);
        let marks = &cell(&page, "phone").1.marks;
        let words = marks.iter().map(|mark| match mark.apart {
            true => format!("or {} {}", mark.kind, mark.with),
            false => format!("{} {}", mark.kind, mark.with),
        });
        words.collect::<Vec<_>>()
    };
    let one = cell_of("grant R on Deal { write phone mask phone with phone }");
    assert_eq!(one, ["write ", "mask phone"]);
    let two = cell_of("grant R on Deal { write phone } grant R on Deal { mask phone }");
    assert_eq!(two, ["write "]);
    let both = cell_of(
        "grant R on Deal { write phone mask phone with redact }
         grant R on Deal { mask phone with phone }",
    );
    assert_eq!(both, ["write ", "mask phone"]);
    let sometimes =
        cell_of("grant R on Deal { write phone when id == \"1\" } grant R on Deal { mask phone }");
    assert_eq!(sometimes, ["write ", "or mask default"]);
    let masked = cell_of("grant R on Deal { write phone when id == \"1\" mask phone }");
    assert_eq!(masked, ["mask default", "write "]);
}

#[test]
fn cells_of_tables_are_as_they_are_written() {
    let cells = [
        ("n", "> 2"),
        ("n", "not in [3, 4]"),
        ("n", "3 .. 5"),
        ("n", "> 2 and < 9"),
        ("n", "between 2 and 3"),
        ("t", "!= \"x\""),
        ("t", "starts with \"x\""),
        ("t", "is missing"),
        ("actor.role", "M"),
        ("actor.role", "!= M"),
        ("actor.role", "in [M]"),
        ("actor.role", "not in [M]"),
        ("actor.role", "in [M, R]"),
        ("actor.role", "not in [M, R]"),
        ("actor.role", "not in [M] and not in [R]"),
    ];
    for (column, cell) in cells {
        for other in ["", "| id "] {
            let filler = if other.is_empty() { "" } else { "| \"1\" " };
            let text = format!(
                "guard 1\nentity D {{ id : text  n : int  t : text? }}\n\
                 skill s {{ title \"S\" does update on D impact 1 allow R, M }}\n\
                 grant R, M on D {{ read id write n }}\n\
                 table t on update of D hit any {{ {column} {other}=> then\n {cell} {filler}=> deny X because \"x\"\n}}\n"
            );
            let page = page_of(&bundle(&[("p.guard", &text)]), Language::English);
            let shown = page.tables[0].rows[0].cells[0].as_ref().map(text_of);
            assert_eq!(shown.as_deref(), Some(cell), "{text}");
        }
    }
}

fn text_of(code: &Code) -> String {
    text(code)
}

const READ_RULES: &str = r#"guard 1
entity D { id : text  cost : int  phone : text @pii(phone)  part : Part }
entity Part { x : int  y : int }
skill d.up { title "x" does update on D impact 1 allow R, S limit 20 per day per user }
skill d.off { title "x" does update on D impact 1 allow R status suspended }
grant R on D { read id, cost, part  mask phone with phone }
grant S on D for ai "bot" { read id, cost }
grant S on D { read id, cost  hide phone }
rule never { on read of D then hide cost, mask phone with redact }
rule bots  { on read of D when ai.context == "bot" then deny NO because "no" }
rule inner { on read of D when part.x > 3 then hide part.y }
rule tried @shadow { on read of D then hide id }
rule other { on update of D when cost > 3 then deny NO because "no" }
"#;

#[test]
fn a_cell_leads_to_the_rules_on_reading_of_its_field() {
    let page = page_of(&bundle(&[("p.guard", READ_RULES)]), Language::English);
    let deal = &page.entities[0];
    let names = |notes: &[usize]| {
        let rules = notes.iter().map(|note| &deal.notes[note - 1]);
        let rules = rules.map(|note| note.rule.as_ref().unwrap().to.clone());
        rules.collect::<Vec<_>>()
    };
    let rules = |field: &str| {
        let mut fields = deal.fields.iter();
        let field = fields.find(|one| one.name == field).unwrap();
        let cells = field.cells.iter().map(|cell| names(&cell.rules));
        cells.collect::<Vec<_>>()
    };
    let never = || vec!["rule-never".to_owned()];
    // The columns are R, S in the context `bot`, and S in any other.
    assert_eq!(rules("id"), vec![Vec::<String>::new(); 3]);
    assert_eq!(rules("cost"), [never(), never(), never()]);
    assert_eq!(rules("phone"), [never(), vec![], vec![]]);
    assert_eq!(rules("part")[0], ["rule-inner"]);
    let columns: Vec<_> = deal.columns.iter().map(|one| names(&one.rules)).collect();
    let bots = || vec!["rule-bots".to_owned()];
    assert_eq!(columns, [bots(), bots(), vec![]]);
    let html = html(&bundle(&[("p.guard", READ_RULES)]), Language::Chinese);
    assert!(html.contains("<a href=\"#rule-never\">never</a>"));
    for word in ["每 天 每 用户", ">暂停<"] {
        assert!(html.contains(word), "{word}");
    }
    assert!(!html.contains("每 day") && !html.contains(">suspended<"));
}

#[test]
fn a_role_is_shown_with_every_context_of_its_grants() {
    let text = r#"guard 1
entity Case    { id : text }
entity Expense { id : text }
skill s { title "x" does update on Expense, Case impact 1 allow S, T, U }
grant S on Case for ai "service_bot" { read id }
grant S on Expense { read id }
grant T on Case for ai "service_bot" { read id }
grant U on Expense { read id }
"#;
    let page = page_of(&bundle(&[("p.guard", text)]), Language::English);
    let roles: Vec<_> = page
        .roles
        .iter()
        .map(|role| (&*role.name, role.contexts.len(), role.any_context))
        .collect();
    assert_eq!(roles, [("S", 1, true), ("T", 1, false), ("U", 0, true)]);
    let html = html(&bundle(&[("p.guard", text)]), Language::English);
    assert!(html.contains("<span class=\"name\">service_bot</span>, any other context"));
}
