//! One law, several tellers: on random policies the page, the analysis that an editor shows and the
//! differences between two policies say of each field what the guard says.

use std::collections::BTreeSet;

use guardrails_core::policy::{Expr, Policy, Type};
use guardrails_rules::analyse::{
    Context, Subject, compare, compare_access, who_can_see, who_can_write,
};
use guardrails_rules::compile;

use super::{Language, bundle, page_of};
use crate::Name;
use crate::cli::doc::page::{Mark, Page};
use crate::cli::doc::written::mask_word;
use crate::data::{Access, FieldTable, PermissionQuery, Permissions, Writable};
use crate::process::Truth;

/// Policies that are tried.
const POLICIES: u64 = 600;
const SCHEMA: &str = "guard 1\nentity Part { x : text  y : text }\n\
    entity Deal { id : text  a : text  b : text @sensitivity(5)  c : Part  d : text }\n\
    skill s { title \"S\" does update on Deal impact 1 allow R, S }\n";
const FIELDS: [&str; 8] = ["a", "b", "c", "c.x", "c.y", "d", "*", "* except a, c.x"];
const MASKS: [&str; 5] = [
    "default",
    "redact",
    "phone",
    "partial(1, 1)",
    "partial(2, 0)",
];
const PATHS: [&str; 6] = ["a", "b", "c.x", "c.y", "d", "id"];
const WHOLE: [&str; 5] = ["a", "b", "c", "d", "id"];
/// Those that hold no others, and are in none.
const PLAIN: [&str; 4] = ["a", "b", "d", "id"];
const ROLES: [&str; 2] = ["R", "S"];
const CONTEXTS: [&str; 2] = ["x", "other"];

/// A small generator of its own, so that a failure names its seed.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    pub(super) fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

fn clause(random: &mut Random) -> String {
    match random.below(7) {
        0 | 1 => format!("    read {}\n", random.pick(&FIELDS)),
        2..4 => format!("    write {}\n", random.pick(&FIELDS)),
        4 | 5 => {
            // Fields of masks are named, and `phone` is for texts.
            let field = random.pick(&FIELDS[..6]);
            let mask = random.pick(match field {
                "c" => &MASKS[..2],
                _ => &MASKS,
            });
            format!("    mask {field} with {mask}\n")
        }
        _ => format!("    hide {}\n", random.pick(&FIELDS[..6])),
    }
}

fn grants(random: &mut Random) -> String {
    let mut text = SCHEMA.to_owned();
    for _ in 0..1 + random.below(3) {
        let role = random.pick(&ROLES);
        let context = random.pick(&["", "", " for ai \"x\""]);
        let clauses: String = (0..1 + random.below(4)).map(|_| clause(random)).collect();
        text.push_str(&format!("grant {role} on Deal{context} {{\n{clauses}}}\n"));
    }
    text
}

/// What the guard makes of it: of each path what is shown, and of each field whether it may be written.
fn by_guard(policy: &Policy, role: &str, context: &str) -> FieldTable {
    by_guard_where(policy, role, context, |_| Truth::Unknown)
}

/// The same where conditions come out so.
pub(super) fn by_guard_where(
    policy: &Policy,
    role: &str,
    context: &str,
    truth: impl Fn(&Expr) -> Truth,
) -> FieldTable {
    let role: Name = role.into();
    let asked = PermissionQuery {
        policy,
        rows: &[],
        tenant: "t",
        roles: std::slice::from_ref(&role),
        inherited: &[],
        entity: "Deal",
        context,
    };
    let permissions = Permissions::resolve(&asked);
    let truths: Vec<Truth> = permissions.conditions().iter().map(truth).collect();
    permissions.table(&truths)
}

fn access(table: &FieldTable, path: &str) -> Access {
    let accesses = table.accesses();
    let of = |path: &str| accesses.iter().find(|(name, _)| **name == *path);
    let top = path.split('.').next().unwrap();
    let found = of(path)
        .or_else(|| of(top))
        .filter(|_| !table.is_out_of_scope());
    found.map_or(Access::Hidden, |(_, access)| access.clone())
}

fn writable(table: &FieldTable, field: &str) -> bool {
    let row = table.row(field).filter(|_| !table.is_out_of_scope());
    row.is_some_and(|row| row.writable() == Writable::Yes)
}

pub(super) fn word(access: &Access) -> String {
    match access {
        Access::Masked(mask) => mask_word(mask),
        other => other.as_str().to_owned(),
    }
}

/// The marks of a field in the column of a role and a context; none where there is no such column.
fn marks<'p>(page: &'p Page, path: &str, role: &str, context: &str) -> &'p [Mark] {
    let deal = page
        .entities
        .iter()
        .find(|entity| entity.name == "Deal")
        .unwrap();
    let columns: Vec<_> = super::heads(deal).into_iter().enumerate().collect();
    let of = |wanted: Option<&str>| {
        let mut columns = columns.iter();
        columns.find(|(_, (of, column))| of == role && column.context.as_deref() == wanted)
    };
    let Some((column, _)) = of(Some(context)).or_else(|| of(None)) else {
        return &[];
    };
    let field = |name: &str| deal.fields.iter().find(|field| field.name == name);
    let top = path.split('.').next().unwrap();
    let field = field(path).or_else(|| field(top)).unwrap();
    &field.cells[*column].marks
}

fn by_page(marks: &[Mark]) -> String {
    let masks: Vec<&Mark> = marks.iter().filter(|mark| mark.kind == "mask").collect();
    match (
        masks.as_slice(),
        marks.iter().any(|mark| mark.kind != "hide"),
    ) {
        ([mask], _) => mask.with.clone(),
        ([], true) => "read".to_owned(),
        ([], false) => "hidden".to_owned(),
        _ => panic!("two masks for one reader"),
    }
}

fn is_in(context: &Context, wanted: &str) -> bool {
    match context {
        Context::Named(name) => **name == *wanted,
        Context::Other => wanted == "other",
    }
}

/// A context that the policy does not tell apart is any other one.
fn known<'c>(contexts: impl Iterator<Item = &'c Context>, context: &'static str) -> &'static str {
    match contexts.into_iter().any(|known| is_in(known, context)) {
        true => context,
        false => "other",
    }
}

fn policy(seed: u64) -> (String, Policy) {
    let text = grants(&mut Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let compilation = compile(&bundle(&[("p.guard", &text)]));
    let policy = compilation.policy;
    (
        text,
        policy.unwrap_or_else(|| panic!("{:?}", compilation.diagnostics)),
    )
}

#[test]
fn page_editor_and_guard_say_the_same() {
    let mut counts = [0; 4];
    for seed in 0..POLICIES {
        let (text, policy) = policy(seed);
        let page = page_of(&bundle(&[("p.guard", &text)]), Language::English);
        for role in ROLES {
            for context in CONTEXTS {
                let table = by_guard(&policy, role, context);
                let case =
                    |path: &str| format!("{path} for {role} in {context}, seed {seed}\n{text}");
                for path in PATHS {
                    let expected = word(&access(&table, path));
                    let marks = marks(&page, path, role, context);
                    assert!(
                        marks.iter().all(|mark| mark.notes.is_empty()),
                        "{}",
                        case(path)
                    );
                    assert_eq!(by_page(marks), expected, "page: {}", case(path));
                    let ways = who_can_see(&policy, "Deal", path);
                    let here = known(ways.iter().map(|way| &way.context), context);
                    let ways: Vec<String> = ways
                        .iter()
                        .filter(|way| *way.role == *role && is_in(&way.context, here))
                        .map(|way| word(&way.access))
                        .collect();
                    let is_granted = policy.grants.iter().any(|grant| *grant.role == *role);
                    let expected = is_granted.then_some(expected);
                    assert_eq!(ways, Vec::from_iter(expected), "editor: {}", case(path));
                }
                for field in WHOLE {
                    let expected = writable(&table, field);
                    let marks = marks(&page, field, role, context);
                    let by_page = marks.iter().any(|mark| mark.kind == "write");
                    assert_eq!(by_page, expected, "page: {}", case(field));
                    let seen = who_can_see(&policy, "Deal", field);
                    let here = known(seen.iter().map(|way| &way.context), context);
                    let writers = who_can_write(&policy, "Deal", field);
                    let mut own = writers.iter();
                    let own = own.find(|own| *own.role == *role && is_in(&own.context, here));
                    assert_eq!(own.is_some(), expected, "editor: {}", case(field));
                    assert!(own.is_none_or(|own| own.is_always), "{}", case(field));
                    counts[usize::from(expected)] += 1;
                    let is_masked = matches!(access(&table, field), Access::Masked(_));
                    counts[2] += usize::from(expected && is_masked);
                    let is_nested = matches!(
                        policy.entities["Deal"].field(field).unwrap().ty,
                        Type::Entity(_)
                    );
                    counts[3] += usize::from(expected && is_nested);
                }
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
}

#[test]
fn differences_are_those_of_the_guard() {
    let mut counts = [0; 2];
    for seed in 0..POLICIES {
        let ((_, before), (text, after)) = (policy(2 * seed), policy(2 * seed + 1));
        let (mut views, mut writes) = (BTreeSet::new(), BTreeSet::new());
        for role in ROLES {
            for context in CONTEXTS {
                let [old, new] = [&before, &after].map(|policy| by_guard(policy, role, context));
                for path in PLAIN {
                    if compare_access(&access(&old, path), &access(&new, path)).is_some() {
                        views.insert(format!("{path} for {role}"));
                    }
                }
                for field in WHOLE {
                    if writable(&old, field) != writable(&new, field) {
                        writes.insert(format!("{field} for {role}"));
                    }
                }
            }
        }
        let changes = compare(&before, &after);
        let told = |subject: Subject, fields: &[&str]| -> BTreeSet<String> {
            let changes = changes.iter().filter(|change| change.subject == subject);
            let each = changes.flat_map(|change| {
                let what = change.what.to_string();
                let (named, whose) = what.split_once(" of `Deal` for `").unwrap();
                let role = whose.split('`').next().unwrap();
                let named = named.split(", ").map(|name| name.trim_matches('`'));
                let named = named.filter(|name| fields.contains(name));
                let named = named.map(|name| format!("{name} for {role}"));
                named.collect::<Vec<_>>()
            });
            each.collect()
        };
        assert_eq!(told(Subject::View, &PLAIN), views, "seed {seed}\n{text}");
        assert_eq!(told(Subject::Write, &WHOLE), writes, "seed {seed}\n{text}");
        counts[0] += views.len();
        counts[1] += writes.len();
    }
    assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
}
