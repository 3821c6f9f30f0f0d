//! What a ticket keeps of a record: keyed digests of what was read when it was made, and the few
//! fields that a card needs.
//!
//! INVARIANT: a ticket is stale when a value that a condition read, a card showed or the change sets
//! is another by now, and for nothing else in the record; and no other value of the record is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::message::references;
use super::template::Template;
use super::ticket::Ticket;
use crate::audit::{KeyedDigest, Keys, MacCheck};
use crate::change::Changes;
use crate::facts::typed::{Types, as_declared};
use crate::plan::Plan;
use crate::policy::{EffectKind, Expr, ExprKind, Grant, Path, Policy, Root, Rule, Type, Verb};
use crate::record::{ID_FIELD, TENANT_FIELD};
use crate::value::{Fields, Name, Value};

/// What the scope of the digests' MACs begins with.
const SCOPE: &str = "ticket-read";

/// Paths into a record, through lists as if through their items.
type Paths = BTreeSet<Vec<Name>>;

/// What a decision about one change read of the record, and what of it a card shows.
pub(crate) fn reads(
    plan: &Plan,
    policy: &Policy,
    changes: &Changes,
    because: &[Template],
) -> BTreeSet<Name> {
    let mut paths = Paths::new();
    if changes.verb() != Verb::Create {
        let set = changes.fields();
        let keep = |path: &Path, keys: &[Name]| {
            // A field that the change sets is read from the change.
            let proposed = keys.first().is_some_and(|first| set.value(first).is_some());
            path.root == Root::Old || !proposed
        };
        let mut collect = Collect {
            keep: &keep,
            paths: &mut paths,
        };
        plan.conditions().iter().for_each(|expr| collect.walk(expr));
        let rules = plan.on_read.iter().chain(plan.on_change.iter());
        rules.for_each(|rule| collect.rule(rule));
        let factors = policy.risk.factors.iter();
        factors.for_each(|factor| collect.walk(&factor.value));
        paths.extend(because.iter().flat_map(references));
        paths.extend(set.iter().map(|(name, _)| vec![name.clone()]));
    }
    paths.iter().map(|path| path.join(".").into()).collect()
}

/// The fields that a card needs: those it shows, and those that say what its readers may see of them: the
/// requester, and who decides under one of `roles`. What only the grants of other roles read is not kept.
pub(crate) fn kept(
    plan: &Plan,
    policy: &Policy,
    changes: &Changes,
    because: &[Template],
    roles: &[Name],
) -> Fields {
    let record = changes.before().fields();
    if changes.verb() == Verb::Create {
        return Fields::new();
    }
    let mut names: BTreeSet<Name> = BTreeSet::from([ID_FIELD.into()]);
    // A record that names no tenant is the requester's; one that names null is nobody's.
    names.extend(record.value(TENANT_FIELD).map(|_| TENANT_FIELD.into()));
    let mut paths = Paths::new();
    let mut collect = Collect {
        keep: &|_, _| true,
        paths: &mut paths,
    };
    plan.conditions().iter().for_each(|expr| collect.walk(expr));
    let grants = policy.grants.iter();
    let of_reader =
        |grant: &&Arc<Grant>| grant.entity == plan.entity && roles.contains(&grant.role);
    for grant in grants.filter(of_reader) {
        grant.scope.iter().for_each(|expr| collect.walk(expr));
        let whens = grant
            .clauses
            .iter()
            .filter_map(|clause| clause.when.as_ref());
        whens.for_each(|expr| collect.walk(expr));
    }
    let rules = policy.rules.iter();
    let on_read =
        rules.filter(|rule| rule.entity == plan.entity && rule.verbs.contains(&Verb::Read));
    on_read.for_each(|rule| collect.rule(rule));
    paths.extend(because.iter().flat_map(references));
    names.extend(paths.into_iter().filter_map(|path| path.into_iter().next()));
    names.extend(changes.fields().iter().map(|(name, _)| name.clone()));
    // Null says that the field is known to be absent; what is not there at all is not known.
    let known = |name: Name| {
        let value = record.value(&name).cloned().unwrap_or(Value::Null);
        (name, value)
    };
    names.into_iter().map(known).collect()
}

/// The fields of a record that a condition reads, by their first name.
pub(crate) fn fields_read(expr: &Expr) -> BTreeSet<Name> {
    let mut paths = Paths::new();
    Collect {
        keep: &|_, _| true,
        paths: &mut paths,
    }
    .walk(expr);
    paths
        .into_iter()
        .filter_map(|path| path.into_iter().next())
        .collect()
}

/// The same of a rule's condition and scripts.
pub(crate) fn fields_read_by(rule: &Rule) -> BTreeSet<Name> {
    let mut paths = Paths::new();
    Collect {
        keep: &|_, _| true,
        paths: &mut paths,
    }
    .rule(rule);
    paths
        .into_iter()
        .filter_map(|path| path.into_iter().next())
        .collect()
}

struct Collect<'a> {
    keep: &'a dyn Fn(&Path, &[Name]) -> bool,
    paths: &'a mut Paths,
}

impl Collect<'_> {
    fn rule(&mut self, rule: &Rule) {
        rule.when.iter().for_each(|expr| self.walk(expr));
        for effect in &rule.effects {
            if let EffectKind::Do(action) = &effect.kind {
                let reads = action.reads().iter();
                reads.for_each(|path| self.path(path, &[]));
            }
        }
    }

    fn walk(&mut self, expr: &Expr) {
        self.walk_in(expr, &mut Vec::new());
    }

    /// `lists` are those that the enclosing quantifiers go through, outermost first; none for one
    /// that is no list of the record.
    fn walk_in(&mut self, expr: &Expr, lists: &mut Vec<Option<(Path, Vec<Name>)>>) {
        match &expr.kind {
            ExprKind::Path(path) | ExprKind::Changed(path) | ExprKind::IsMissing(path) => {
                self.path(path, lists);
            }
            ExprKind::Quantified(_, list, _, test) => self.walk_items(list, &[test], lists),
            ExprKind::Aggregate(aggregate) => {
                let each: Vec<&Expr> = aggregate.filter.iter().chain(&aggregate.item).collect();
                self.walk_items(&aggregate.list, &each, lists);
            }
            _ => expr.for_each_child(|child| self.walk_in(child, lists)),
        }
    }

    fn walk_items(
        &mut self,
        list: &Expr,
        each: &[&Expr],
        lists: &mut Vec<Option<(Path, Vec<Name>)>>,
    ) {
        let resolved = match &list.kind {
            ExprKind::Path(path) => resolve(path, lists),
            _ => {
                self.walk_in(list, lists);
                None
            }
        };
        let depth = lists.len();
        let reads_items = each.iter().any(|expr| reads_item(expr, depth));
        if let (Some((path, keys)), false) = (&resolved, reads_items) {
            // Only how many items there are is read; the whole list stands for that.
            self.insert(path, keys.clone());
        }
        lists.push(resolved);
        for expr in each {
            self.walk_in(expr, lists);
        }
        lists.pop();
    }

    fn path(&mut self, path: &Path, lists: &[Option<(Path, Vec<Name>)>]) {
        if let Some((from, keys)) = resolve(path, lists) {
            self.insert(&from, keys);
        }
    }

    fn insert(&mut self, path: &Path, keys: Vec<Name>) {
        if !keys.is_empty() && (self.keep)(path, &keys) {
            self.paths.insert(keys);
        }
    }
}

/// Where a path starts in the record and its keys from there; none where it leads elsewhere.
fn resolve(path: &Path, lists: &[Option<(Path, Vec<Name>)>]) -> Option<(Path, Vec<Name>)> {
    match path.root {
        Root::Record | Root::Old => Some((path.clone(), path.keys.clone())),
        Root::Variable(depth) => {
            let (from, keys) = lists.get(usize::from(depth))?.as_ref()?;
            let keys = keys.iter().chain(&path.keys).cloned().collect();
            Some((from.clone(), keys))
        }
        _ => None,
    }
}

/// Whether a condition reads something of the item bound at this depth.
fn reads_item(expr: &Expr, depth: usize) -> bool {
    let mut reads = false;
    expr.visit_paths(&mut |path| {
        reads |= matches!(path.root, Root::Variable(at) if usize::from(at) == depth);
    });
    reads
}

/// The scope of a ticket's digests. It names the ticket and its tenant, so that a value that somebody
/// puts into a record of their own is never recognised in the ticket of another record or tenant.
fn scope_of(ticket: &Ticket) -> String {
    format!("{SCOPE}/{}/{}", ticket.id, ticket.tenant)
}

/// The keyed digests of what stands at these paths of a record, for this ticket alone.
pub(crate) fn digests(
    keys: &Keys,
    policy: &Policy,
    changes: &Changes,
    ticket: &Ticket,
    paths: BTreeSet<Name>,
) -> BTreeMap<Name, KeyedDigest> {
    let scope = scope_of(ticket);
    let digest = |path: Name| {
        let bytes = canonical(policy, changes, &path);
        let digest = keys.value_mac(&scope, bytes.as_bytes());
        (path, digest)
    };
    paths.into_iter().map(digest).collect()
}

/// Whether what the ticket keeps digests of is what it was.
pub(crate) fn agree(keys: &Keys, policy: &Policy, changes: &Changes, ticket: &Ticket) -> bool {
    let scope = scope_of(ticket);
    ticket.reads.iter().all(|(path, digest)| {
        let bytes = canonical(policy, changes, path);
        keys.verify_mac(&scope, bytes.as_bytes(), digest) == MacCheck::Valid
    })
}

/// Entity, record, path and value as canonical JSON.
fn canonical(policy: &Policy, changes: &Changes, path: &str) -> String {
    let record = changes.before();
    let keys: Vec<Name> = path.split('.').map(Name::from).collect();
    let found = project(
        policy,
        &Value::from(record.fields().clone()),
        Some(&Type::Entity(record.entity().clone())),
        &keys,
    );
    let id = Value::from(&*record.id().unwrap_or_default());
    let parts = [
        Value::from(&**record.entity()),
        id,
        Value::from(path),
        found,
    ];
    let mut out = String::new();
    Value::List(parts.into()).write_json(&mut out);
    out
}

/// What stands at a path; through a list, the list of what stands there in each item.
fn project(policy: &Policy, value: &Value, ty: Option<&Type>, keys: &[Name]) -> Value {
    let Some((key, rest)) = keys.split_first() else {
        let types = Types {
            entities: &policy.entities,
            zone: policy.zone,
        };
        return as_declared(value, ty, types);
    };
    match value {
        Value::Object(fields) => {
            let ty = field_type(policy, ty, key);
            let inside = fields.value(key);
            inside.map_or(Value::Null, |inside| project(policy, inside, ty, rest))
        }
        Value::List(items) => {
            let ty = item_type(ty);
            let items = items.iter();
            Value::List(items.map(|item| project(policy, item, ty, keys)).collect())
        }
        _ => Value::Null,
    }
}

fn field_type<'p>(policy: &'p Policy, ty: Option<&Type>, key: &str) -> Option<&'p Type> {
    match ty {
        Some(Type::Entity(entity)) => Some(&policy.entities.get(&**entity)?.field(key)?.ty),
        _ => None,
    }
}

fn item_type(ty: Option<&Type>) -> Option<&Type> {
    match ty {
        Some(Type::List(item)) => Some(item),
        _ => None,
    }
}
