//! Admission: what of a proposal may be evaluated at all, before a rule is asked.
//!
//! Decides whether the record is in scope, which changes count, and why the others are refused. Rules and
//! risk are evaluated elsewhere (`asked.rs`), on what is admitted here and on nothing else.
//!
//! Nothing here is recorded, and nothing takes effect.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::asked::Asked;
use crate::change::Changes;
use crate::data::{FieldTable, looks_masked};
use crate::error::{Error, ErrorKind};
use crate::facts::Facts;
use crate::facts::Types;
use crate::policy::Verb;
use crate::process::WriteGate;
use crate::reason::Reason;
use crate::value::{Fields, Name, Value};

/// A proposal that is evaluated.
pub(super) struct Admitted {
    /// The proposed change without the fields that may not be written.
    pub(super) accepted: Changes,
    /// The same as it is evaluated and released: each new value, and the present one in its place, in the
    /// form of its declared type, if it is of that type.
    pub(super) changes: Changes,
    /// What may be seen and changed of the record as it is; of a new one, as it would be.
    pub(super) table: Arc<FieldTable>,
    /// Why fields are refused.
    pub(super) refusals: Vec<Reason>,
}

/// What may be looked at to admit a proposal.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'e> {
    /// The part of the proposal whose values may be looked at: all of it for the policy in force, and for
    /// the shadow policy what the policy in force accepts.
    pub(super) changes: &'e Changes,
    /// What the requester sees of the record: for the shadow policy, what the policy in force shows. None for
    /// what a read by the policy that is asked would show.
    pub(super) seen: Option<&'e Arc<FieldTable>>,
}

/// A proposal of which nothing is evaluated: it is not of the skill's verb, or its record is out of
/// scope.
pub(super) struct Unevaluated {
    pub(super) reasons: Vec<Reason>,
    /// Shows nothing; knows who lets no field be written.
    pub(super) table: Arc<FieldTable>,
}

impl<'a> Asked<'a> {
    /// What grants and tables say of a proposal, before a rule is evaluated.
    ///
    /// INVARIANT: nothing that comes of a proposal depends on the value that a refused field was to
    /// get, so that no guess at a hidden value can be told from another one.
    pub(super) fn admit(
        &self,
        proposed: &Changes,
        evidence: Evidence<'_>,
        now: DateTime<Utc>,
    ) -> Result<Admitted, Unevaluated> {
        let known = evidence.changes;
        let skill = &self.plan.skill;
        if proposed.verb() != skill.verb {
            return Err(self.not_of_skill(proposed.verb()));
        }
        let (accepted, table) = match proposed.verb() {
            Verb::Create => self.accepted_of_new(known, now)?,
            _ => self.accepted(known, now)?,
        };
        let seen = depends_on_view(&accepted).then(|| {
            let own = || {
                self.shown(
                    &table,
                    &self.facts(now, accepted.before().fields(), None, true),
                )
            };
            evidence.seen.cloned().unwrap_or_else(own)
        });
        let names = proposed.fields().iter().map(|(name, _)| name);
        let gate = self.gate(known, &table);
        let (judged, mut refusals) =
            judge(&gate, seen.as_deref().unwrap_or(&table), &accepted, names);
        let present = gate.present(&judged);
        let changes = accepted.with_fields(judged).with_before(present);
        if changes.verb() == Verb::Update && self.leaves_scope(&changes, &table, now) {
            let mut moved_out = self.moved_out(&table);
            moved_out.reasons.append(&mut refusals);
            return Err(moved_out);
        }
        Ok(Admitted {
            changes,
            accepted,
            table,
            refusals,
        })
    }

    /// What comes of a proposal to a record that does not exist: the same as of one that is out of scope.
    pub(super) fn missing(&self, verb: Verb) -> Unevaluated {
        match verb == self.plan.skill.verb {
            true => self.out_of_scope(),
            false => self.not_of_skill(verb),
        }
    }

    fn gate<'g>(&'g self, changes: &'g Changes, table: &'g FieldTable) -> WriteGate<'g> {
        WriteGate {
            types: Types {
                entities: &self.snapshot.policy.entities,
                zone: self.plan.zone,
            },
            table,
            changes,
        }
    }

    /// What is accepted of a change to a record, or of its removal.
    fn accepted(
        &self,
        known: &Changes,
        now: DateTime<Utc>,
    ) -> Result<(Changes, Arc<FieldTable>), Unevaluated> {
        let before = known.before().fields();
        if !self.of_tenant(before) {
            return Err(self.out_of_scope());
        }
        let table = self.plan.table(&self.facts(now, before, None, true));
        if table.is_out_of_scope() {
            return Err(self.out_of_scope());
        }
        let gate = self.gate(known, &table);
        let changes = known.accepting(|name| gate.barrier(name).is_none());
        if !self.of_tenant(changes.fields()) {
            return Err(self.moved_out(&table));
        }
        Ok((changes, table))
    }

    /// Whether an update leaves the record in the row scope of no grant. A change of a field that may be
    /// written beyond scope does not count.
    fn leaves_scope(&self, changes: &Changes, table: &FieldTable, now: DateTime<Utc>) -> bool {
        // Admission found the record as it is in scope.
        let mut names = changes.fields().iter().map(|(name, _)| name);
        if !names.any(|name| self.plan.is_read_by_scope(name)) {
            return false;
        }
        let within = changes.accepting(|name| !table.is_writable_beyond_scope(name));
        let before = within.before().fields();
        let facts = self.facts(now, before, Some(within.fields()), true);
        !within.fields().is_empty() && !self.plan.is_in_scope(&facts)
    }

    /// What is accepted of a new record. Grants are evaluated on the record as it would be, so that a
    /// refused field may take others with it: they are evaluated anew until none is refused.
    fn accepted_of_new(
        &self,
        known: &Changes,
        now: DateTime<Utc>,
    ) -> Result<(Changes, Arc<FieldTable>), Unevaluated> {
        if !self.of_tenant(known.fields()) {
            return Err(self.out_of_scope());
        }
        // What is never writable goes first: no condition on another field may read it.
        let best = self.plan.most_permissive.as_deref();
        let ever =
            |name: &Name| best.is_none_or(|best| self.gate(known, best).barrier(name).is_none());
        let mut changes = known.accepting(ever);
        loop {
            let before = changes.before().fields();
            let facts = self.facts(now, before, Some(changes.fields()), false);
            let table = self.plan.table(&facts);
            if table.is_out_of_scope() {
                return Err(self.new_out_of_scope(known, best.unwrap_or(&table)));
            }
            let gate = self.gate(known, &table);
            let fewer = changes.accepting(|name| gate.barrier(name).is_none());
            if fewer.fields().len() == changes.fields().len() {
                return Ok((changes, table));
            }
            changes = fewer;
        }
    }

    /// The facts that rules are evaluated with: a refused field counts as unchanged.
    pub(super) fn facts_of(&self, admitted: &'a Admitted, now: DateTime<Utc>) -> Facts<'a> {
        let changes = &admitted.changes;
        let (before, set) = (changes.before().fields(), changes.fields());
        let has_old = changes.verb() != Verb::Create;
        Facts {
            max_sensitivity: self.touched.max(admitted.table.max_sensitivity_of(set)),
            ..self.facts(now, before, Some(set), has_old)
        }
    }

    fn not_of_skill(&self, verb: Verb) -> Unevaluated {
        let skill = &self.plan.skill;
        let text = format!("the skill does `{}`, not `{verb}`", skill.verb);
        let reason = Reason::new("VERB_NOT_OF_SKILL", text)
            .from_policy(skill.origin.name.clone(), skill.origin.place.clone());
        self.unevaluated(reason)
    }

    /// The answer to whatever is asked of a record that is out of scope.
    fn out_of_scope(&self) -> Unevaluated {
        self.unevaluated(no_such_record(&self.plan.entity))
    }

    fn unevaluated(&self, reason: Reason) -> Unevaluated {
        Unevaluated {
            reasons: vec![reason],
            table: Arc::new(FieldTable::of_nothing(&self.plan.entity)),
        }
    }

    /// A new record that is in the scope of no grant. Where fields are refused, it is for those: a scope
    /// may need them.
    fn new_out_of_scope(&self, known: &Changes, best: &FieldTable) -> Unevaluated {
        let gate = self.gate(known, best);
        let accepted = known.accepting(|name| gate.barrier(name).is_none());
        let names = known.fields().iter().map(|(name, _)| name);
        match judge(&gate, best, &accepted, names) {
            (_, refusals) if refusals.is_empty() => self.moved_out(best),
            (_, reasons) => Unevaluated {
                reasons,
                table: Arc::new(best.out_of_scope()),
            },
        }
    }

    /// The record as it would be is in the scope of no grant, or another tenant's.
    fn moved_out(&self, table: &FieldTable) -> Unevaluated {
        let entity = &self.plan.entity;
        let text = format!("the record of `{entity}` would be out of reach of every grant");
        Unevaluated {
            reasons: vec![Reason::new(OUT_OF_SCOPE, text)],
            table: Arc::new(table.out_of_scope()),
        }
    }
}

/// The code of whatever is refused for the row scope or the tenant.
pub(super) const OUT_OF_SCOPE: &str = "OUT_OF_SCOPE";

/// Why nothing is shown or changed of a record that is out of scope: the very words for one that does
/// not exist.
pub(super) fn no_such_record(entity: &Name) -> Reason {
    let text = format!("no such record of `{entity}` within reach");
    Reason::new(OUT_OF_SCOPE, text)
}

/// The same as an error.
pub(super) fn no_such_record_error(entity: &Name) -> Error {
    Error::new(ErrorKind::NotFound, no_such_record(entity).message())
}

/// Whether these reasons say that there is no such record within reach.
pub(super) fn says_no_such_record(reasons: &[Reason], entity: &Name) -> bool {
    matches!(reasons, [only] if *only == no_such_record(entity))
}

/// Whether the view of the present record decides about a change: some value might be what a mask shows,
/// or replaces a nested value, of which the view may leave out a part.
fn depends_on_view(accepted: &Changes) -> bool {
    let before = accepted.before().fields();
    let replaces_nested = |name| before.value(name).is_some_and(Value::is_nested);
    let mut fields = accepted.fields().iter();
    accepted.verb() == Verb::Update
        && fields.any(|(name, value)| looks_masked(value) || replaces_nested(name))
}

/// The accepted values in the form of their declared types, and why fields are refused. `seen` is what the
/// requester sees of the present record.
fn judge<'n>(
    gate: &WriteGate<'_>,
    seen: &FieldTable,
    accepted: &Changes,
    names: impl Iterator<Item = &'n Name>,
) -> (Fields, Vec<Reason>) {
    let (mut judged, mut refusals) = (Fields::new(), Vec::new());
    for name in names {
        let Some(value) = accepted.fields().value(name) else {
            refusals.extend(refused(gate, name));
            continue;
        };
        // First, since a mask is mostly no value of the type either, and that would not say why.
        let mut masks = gate.masks_written_back(seen, name, value);
        if !masks.is_empty() {
            refusals.append(&mut masks);
            continue;
        }
        match gate.typed(seen, name, value) {
            Ok(typed) => judged.set(name.clone(), typed),
            Err(mut reasons) => refusals.append(&mut reasons),
        }
    }
    (judged, refusals)
}

/// Why a field is not accepted; none where it may be written and its value is not known here.
fn refused(gate: &WriteGate<'_>, name: &Name) -> Option<Reason> {
    let anyway = |_| {
        let text = format!("`{name}` may not be written");
        Reason::new("FIELD_NOT_WRITABLE", text)
    };
    let known = gate.changes.fields().value(name);
    gate.barrier(name).or_else(|| known.map(anyway))
}
