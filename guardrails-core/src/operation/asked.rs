//! One policy asked about an operation: what of a record may be seen, whether a change is refused, what
//! its rules and risk say. The policy in force is asked so, and a shadow policy beside it.
//!
//! Nothing here is recorded, and nothing takes effect.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::change::Changes;
use crate::data::{FieldTable, Sight};
use crate::decision::{Reason, Risk, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::Plan;
use crate::policy::Verb;
use crate::principal::Principal;
pub(super) use crate::process::Visibility as Reading;
use crate::process::{
    Changing, Eye, Facts, Requester, Review, Schema, Types, WriteGate, is_of_tenant, review, told,
};
use crate::record::Record;
use crate::snapshot::Snapshot;
use crate::value::{Fields, Name};

/// One policy, and who asks it in which context.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) plan: &'a Plan,
    pub(super) principal: &'a Principal,
    pub(super) context: &'a Name,
    /// The highest sensitivity that this policy has shown or let write so far.
    pub(super) touched: u8,
}

/// A proposal that is evaluated.
pub(super) struct Admitted {
    /// The proposed change without the fields that may not be written.
    pub(super) accepted: Changes,
    /// The same as it is evaluated and released: each value in the form of its declared type, if it is of
    /// that type.
    pub(super) changes: Changes,
    /// What may be seen and changed of the record as it is; of a new one, as it would be.
    pub(super) table: Arc<FieldTable>,
    /// Why fields are refused.
    pub(super) refusals: Vec<Reason>,
}

/// A proposal of which nothing is evaluated: it is not of the skill's verb, or its record is out of
/// scope.
pub(super) struct Unevaluated {
    pub(super) reasons: Vec<Reason>,
    /// Shows nothing; knows who lets no field be written.
    pub(super) table: Arc<FieldTable>,
}

impl<'a> Asked<'a> {
    pub(super) fn facts(
        &self,
        now: DateTime<Utc>,
        before: &'a Fields,
        set: Option<&'a Fields>,
        has_old: bool,
    ) -> Facts<'a> {
        Facts {
            before,
            set,
            has_old,
            principal: self.principal,
            context: self.context,
            skill: &self.plan.skill,
            now,
            zone: self.plan.zone,
            max_sensitivity: self.touched,
            risk_score: None,
        }
    }

    /// A record that names its tenant must name the principal's.
    pub(super) fn of_tenant(&self, fields: &Fields) -> bool {
        is_of_tenant(fields, self.principal.tenant())
    }

    /// What may be seen of a record, rules on reading included.
    pub(super) fn reading(&self, record: &'a Record, now: DateTime<Utc>) -> Reading {
        Reading::of(self.plan, &self.facts(now, record.fields(), None, true))
    }

    /// What of the record as it is may be shown in reasons and explanations: no more than a read of it
    /// would show.
    pub(super) fn shown(&self, table: &Arc<FieldTable>, before: &Facts<'a>) -> Arc<FieldTable> {
        Reading::beside_a_change(self.plan, before, table)
    }

    /// What grants and tables say of a proposal, before a rule is evaluated.
    ///
    /// INVARIANT: nothing that comes of a proposal depends on the value that a refused field was to
    /// get, so that no guess at a hidden value can be told from another one. `known` is the part of
    /// `proposed` whose values may be looked at: all of it for the policy in force, and for the shadow
    /// policy what the policy in force accepts.
    pub(super) fn admit(
        &self,
        proposed: &Changes,
        known: &Changes,
        now: DateTime<Utc>,
    ) -> Result<Admitted, Unevaluated> {
        let skill = &self.plan.skill;
        if proposed.verb() != skill.verb {
            return Err(self.not_of_skill(proposed.verb()));
        }
        let (accepted, table) = match proposed.verb() {
            Verb::Create => self.accepted_of_new(known, now)?,
            _ => self.accepted(known, now)?,
        };
        let names = proposed.fields().iter().map(|(name, _)| name);
        let (judged, refusals) = judge(&self.gate(known, &table), &accepted, names);
        Ok(Admitted {
            changes: accepted.with_fields(judged),
            accepted,
            table,
            refusals,
        })
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
        match judge(&gate, &accepted, names) {
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

    /// What rules and risk say, and what may be told of the risk. `seen` is what may be shown: the table
    /// of the policy in force, whichever policy is asked.
    pub(super) fn review(&self, facts: &Facts<'a>, seen: &FieldTable) -> (Review, Risk) {
        let changing = Changing {
            before: facts.before,
            set: facts.set,
            schema: Schema {
                policy: &self.snapshot.policy,
                entity: &self.plan.entity,
            },
        };
        let eye = Eye {
            table: seen,
            facts: *facts,
            score: Sight::None,
        };
        let model = &*self.snapshot.policy.risk;
        let requester = Requester {
            model,
            eye,
            changing,
            rules: &self.plan.on_change,
        };
        let plan = self.plan;
        let review = review(&plan.on_change, &plan.scale, &plan.slots, facts, &requester);
        let risk = told(&review.risk, model, &review.untold, &eye);
        (review, risk)
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

/// The accepted values in the form of their declared types, and why fields are refused.
fn judge<'n>(
    gate: &WriteGate<'_>,
    accepted: &Changes,
    names: impl Iterator<Item = &'n Name>,
) -> (Fields, Vec<Reason>) {
    let (mut judged, mut refusals) = (Fields::new(), Vec::new());
    for name in names {
        let Some(value) = accepted.fields().value(name) else {
            refusals.extend(refused(gate, name));
            continue;
        };
        match gate.typed(name, value) {
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

/// Grants are asked about the record as it is, and about a new one as it would be.
pub(super) fn as_it_is<'a>(changes: &Changes, facts: &Facts<'a>) -> Facts<'a> {
    match changes.verb() {
        Verb::Create => *facts,
        _ => Facts {
            set: None,
            ..*facts
        },
    }
}

impl Reading {
    /// What may be seen; none of a record out of reach.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) where a rule on reading refuses.
    pub(super) fn into_table(self) -> Result<Option<Arc<FieldTable>>> {
        match self.refusals.is_empty() {
            true => Ok(self.table),
            false => Err(Error::refused(ErrorKind::Denied, self.refusals)),
        }
    }

    /// The rules' verdicts; empty where none applied.
    pub(super) fn verdicts(&self) -> &[Verdict] {
        &self.findings.verdicts
    }
}
