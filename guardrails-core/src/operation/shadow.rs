//! The shadow policy's part in an operation: it is asked what the policy in force is asked, its answers
//! are put on record beside the others, and nobody heeds them.
//!
//! It takes no limit, makes no ticket and shows nothing. Every proposal's answer is recorded; of what
//! may begin, be read or be counted, only what comes out otherwise.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Operation;
use super::admission::Evidence;
use super::aggregate::{Group, Taken, Wanted};
use super::asked::{Asked, Reading};
use crate::audit::{EventKind, FieldAccess};
use crate::change::Changes;
use crate::data::{FieldTable, compare};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome_kind::OutcomeKind;
use crate::plan::Plan;
use crate::policy::Aggregation;
use crate::principal::Principal;
use crate::process::chains;
use crate::reason::Reason;
use crate::record::Record;
use crate::request::Request;
use crate::shadow::{
    Difference, ProposalVerdict, ShadowAnswer, ShadowDecision, ShadowOutcome, ShadowStep,
};
use crate::snapshot::Snapshot;
use crate::value::Name;

/// The shadow policy's part in one operation.
pub(crate) struct Shadow {
    snapshot: Arc<Snapshot>,
    /// Its plan, or why it would not have begun the operation.
    plan: Result<Arc<Plan>, Reason>,
    touched: u8,
    /// Answers about records, not on record yet.
    waiting: Vec<ShadowAnswer>,
}

impl Shadow {
    /// What the shadow policy of a snapshot, if there is one, makes of a request.
    pub(crate) fn beside(snapshot: &Snapshot, request: &Request<'_>) -> Option<Self> {
        let snapshot = snapshot.shadow.clone()?;
        Some(Self {
            plan: snapshot.admit(request),
            snapshot,
            touched: 0,
            waiting: Vec::new(),
        })
    }

    /// The highest sensitivity that it has shown or let write so far.
    pub(super) fn touched(&self) -> u8 {
        self.touched
    }

    pub(super) fn having_touched(self, touched: u8) -> Self {
        Self { touched, ..self }
    }

    /// Its answer to whether the operation may begin, where the policy in force answers otherwise. How
    /// much of a limit is left is no part of a policy, so one that is used up is compared with nothing.
    pub(crate) fn on_begin(&self, in_force: Result<(), &Error>) -> Option<ShadowAnswer> {
        let answer = |outcome| ShadowAnswer::new(self.digest(), ShadowStep::Begin, outcome);
        match (in_force, &self.plan) {
            (Ok(()), Err(reason)) => Some(ShadowAnswer {
                difference: Difference::Narrower,
                in_force: ShadowOutcome::Allow,
                reasons: Arc::from([reason.clone()]),
                ..answer(ShadowOutcome::Deny)
            }),
            (Err(error), Ok(_)) if error.kind() == ErrorKind::Denied => Some(ShadowAnswer {
                difference: Difference::Wider,
                in_force: ShadowOutcome::Deny,
                ..answer(ShadowOutcome::Allow)
            }),
            _ => None,
        }
    }

    fn digest(&self) -> Digest {
        self.snapshot.digest()
    }

    /// The shadow policy, ready to be asked; none when it would not have begun the operation.
    fn asked<'a>(&'a self, principal: &'a Principal, context: &'a Name) -> Option<Asked<'a>> {
        let plan = self.plan.as_ref().ok()?;
        Some(Asked {
            snapshot: &self.snapshot,
            plan,
            principal,
            context,
            touched: self.touched,
        })
    }

    /// Keeps what the shadow policy makes of a record, where that is something else.
    fn take_reading(&mut self, named: Option<Name>, in_force: &Reading, reading: Reading) {
        if let Some(table) = reading.shown() {
            self.touched = self.touched.max(table.max_sensitivity().level());
        }
        let (difference, fields) = reading.against(in_force);
        if difference == Difference::Same {
            return;
        }
        let answer = ShadowAnswer {
            difference,
            in_force: in_force.outcome(),
            fields,
            reasons: reading.refusals.as_slice().into(),
            verdicts: reading.findings.verdicts.clone(),
            ..ShadowAnswer::new(self.digest(), ShadowStep::Read, reading.outcome())
        };
        if !self
            .waiting
            .last()
            .is_some_and(|last| last.is_alike(&answer))
        {
            self.waiting.push(answer);
        }
        // A record that is not shown is not named either, but counted, as in what was shown.
        match (self.waiting.last_mut(), named) {
            (Some(last), Some(id)) => last.records.push(id),
            (Some(last), None) => last.withheld = last.withheld.saturating_add(1),
            (None, _) => {}
        }
    }
}

impl Reading {
    fn outcome(&self) -> ShadowOutcome {
        match &self.table {
            None => ShadowOutcome::OutOfScope,
            Some(_) => OutcomeKind::of_refusals(&self.refusals).into(),
        }
    }

    /// The table of a record that is shown.
    fn shown(&self) -> Option<&FieldTable> {
        self.table.as_deref().filter(|_| self.refusals.is_empty())
    }

    /// How this reading stands to another one, and the fields of which it shows something else.
    fn against(&self, in_force: &Self) -> (Difference, Vec<FieldAccess>) {
        let (was, is) = match (in_force.shown(), self.shown()) {
            (Some(was), Some(is)) => (was, is),
            (was, is) => return (is.is_some().cmp(&was.is_some()).into(), Vec::new()),
        };
        let found = compare(was, is);
        let difference = found.iter().map(|field| match field.shows {
            Ordering::Equal => Difference::Otherwise,
            order => order.into(),
        });
        let difference = difference.fold(Difference::Same, Difference::and);
        (
            difference,
            found.into_iter().map(|found| found.field).collect(),
        )
    }
}

/// The records that a figure is taken over; none when it is not given.
fn over(taken: &Result<Taken>) -> Option<&Group> {
    match taken {
        Ok(Taken::Group(group)) => Some(group),
        Ok(Taken::Refused(_)) | Err(_) => None,
    }
}

fn refusal(taken: &Result<Taken>) -> Option<Reason> {
    match taken {
        Ok(Taken::Group(_)) => None,
        Ok(Taken::Refused(reason)) => Some(reason.clone()),
        Err(error) => error.reasons().first().cloned(),
    }
}

fn figure_of(field: &str, figure: Aggregation, seen: Option<&Group>) -> FieldAccess {
    FieldAccess {
        field: field.into(),
        access: if seen.is_some() {
            "aggregated"
        } else {
            "hidden"
        },
        mask: figure.as_str(),
        sensitivity: seen.map_or(1, Group::sensitivity),
    }
}

impl Operation {
    /// Asks the shadow policy about a record that the policy in force was asked about.
    pub(super) fn beside_reading(
        &mut self,
        record: &Record,
        now: DateTime<Utc>,
        in_force: &Reading,
    ) {
        if self.shadow.is_none() {
            return;
        }
        let id = record.id().ok();
        let shown = in_force.shown().zip(id.as_ref());
        let named = shown.map(|(table, id)| self.record_name(id, table));
        let Some(shadow) = &mut self.shadow else {
            return;
        };
        let asked = shadow.asked(&self.principal, &self.context);
        let reading = asked.map(|asked| asked.reading(record, now));
        if let Some(reading) = reading {
            shadow.take_reading(named, in_force, reading);
        }
    }

    /// Asks the shadow policy for a figure that the policy in force was asked for, and puts on record
    /// where it would not give it, or give it where it is not given, or take it over other records.
    pub(super) fn beside_figure(
        &mut self,
        records: &[Record],
        field: &str,
        figure: Aggregation,
        now: DateTime<Utc>,
        in_force: &Result<Taken>,
    ) -> Result<()> {
        let Some(shadow) = &self.shadow else {
            return Ok(());
        };
        let Some(asked) = shadow.asked(&self.principal, &self.context) else {
            return Ok(());
        };
        let taken = Wanted::of(asked, field, figure).and_then(|wanted| {
            wanted.over(records, |record| asked.reading(record, now).into_table())
        });
        let (difference, seen) = match (over(in_force), over(&taken)) {
            (Some(was), Some(is)) if was.seen == is.seen => return Ok(()),
            (Some(_), Some(is)) => (Difference::Otherwise, Some(is)),
            (was, is) => (is.is_some().cmp(&was.is_some()).into(), is),
        };
        if difference == Difference::Same {
            return Ok(());
        }
        let shown = over(in_force).into_iter();
        let shown = shown.flat_map(|group| group.seen.iter().zip(&group.tables));
        let shown: BTreeMap<&Name, &Arc<FieldTable>> = shown.collect();
        let meant = seen.map_or(&[][..], |group| &group.seen);
        let of_shown = |id: &Name| Some(self.record_name(id, shown.get(id)?));
        let named: Vec<Name> = meant.iter().filter_map(of_shown).collect();
        let unnamed = meant.len().saturating_sub(named.len());
        let outcome = |group: Option<&Group>| match group {
            Some(_) => ShadowOutcome::Allow,
            None => ShadowOutcome::Deny,
        };
        let answer = ShadowAnswer {
            difference,
            in_force: outcome(over(in_force)),
            records: named,
            withheld: u64::try_from(unnamed).unwrap_or(u64::MAX),
            fields: vec![figure_of(field, figure, seen)],
            reasons: refusal(&taken).into_iter().collect(),
            ..ShadowAnswer::new(shadow.digest(), ShadowStep::Aggregate, outcome(seen))
        };
        if let Some(shadow) = &mut self.shadow {
            shadow.waiting.push(answer);
        }
        self.record_beside(now)
    }

    /// Puts on record what the shadow policy made of the records since the last time.
    pub(super) fn record_beside(&mut self, now: DateTime<Utc>) -> Result<()> {
        let waiting = match &mut self.shadow {
            Some(shadow) => std::mem::take(&mut shadow.waiting),
            None => return Ok(()),
        };
        waiting
            .into_iter()
            .try_for_each(|answer| self.record(now, EventKind::Shadow(Box::new(answer))))
    }

    /// The answer to a proposal of which nothing is evaluated: the same refusal. The shadow policy is not
    /// asked, since its answer would tell of a record that is out of scope.
    pub(super) fn unevaluated_beside(
        &self,
        refusals: &[Reason],
    ) -> Option<(Arc<ShadowDecision>, ShadowAnswer)> {
        let shadow = self.shadow.as_ref()?;
        let mut answer =
            ShadowAnswer::new(shadow.digest(), ShadowStep::Propose, ShadowOutcome::Deny);
        answer.reasons = refusals.into();
        let decision = ShadowDecision {
            policy: answer.policy,
            verdict: ProposalVerdict::of(refusals, Vec::new()),
            reasons: answer.reasons.clone(),
            difference: answer.difference,
        };
        Some((Arc::new(decision), answer))
    }

    /// What the shadow policy would decide about a proposal of which the policy in force says
    /// `in_force`. Its reasons show what `seen`, the table in force, shows; what it decides does not
    /// depend on the values of fields that the policy in force does not accept.
    pub(super) fn beside_proposal(
        &mut self,
        changes: &Changes,
        accepted: &Changes,
        now: DateTime<Utc>,
        seen: &Arc<FieldTable>,
        in_force: impl Fn() -> ProposalVerdict,
    ) -> Option<(Arc<ShadowDecision>, ShadowAnswer)> {
        self.shadow.as_ref()?;
        let in_force = &in_force();
        let id = changes.before().id().ok();
        let named = id.map(|id| self.record_name(&id, seen));
        let shadow = self.shadow.as_mut()?;
        let mut answer =
            ShadowAnswer::new(shadow.digest(), ShadowStep::Propose, ShadowOutcome::Deny);
        // A mask that comes back is one that the policy in force has shown.
        let evidence = Evidence {
            changes: accepted,
            seen: Some(seen),
        };
        let admitted = match shadow.asked(&self.principal, &self.context) {
            Some(asked) => asked
                .admit(changes, evidence, now)
                .map(|admitted| (asked, admitted))
                .map_err(|refused| refused.reasons),
            None => Err(shadow.plan.as_ref().err().cloned().into_iter().collect()),
        };
        let verdict = match admitted {
            Ok((asked, admitted)) => {
                let facts = asked.facts_of(&admitted, now);
                let (mut review, risk) = asked.review(&facts, seen);
                let mut refusals = admitted.refusals.clone();
                refusals.append(&mut review.denials);
                let verdict = ProposalVerdict::of(&refusals, chains(&review.needs));
                answer.reasons = match refusals.is_empty() {
                    true => review.needs.into_iter().map(|need| need.reason).collect(),
                    false => refusals.into(),
                };
                answer.verdicts = review.recorded.unwrap_or(review.verdicts);
                answer.risk = Some(Arc::unwrap_or_clone(risk));
                shadow.touched = facts.max_sensitivity;
                verdict
            }
            Err(reasons) => {
                let verdict = ProposalVerdict::of(&reasons, Vec::new());
                answer.reasons = reasons.into();
                verdict
            }
        };
        answer.records = named.into_iter().collect();
        answer.in_force = in_force.outcome.into();
        answer.outcome = verdict.outcome.into();
        answer.chains = verdict.chains.clone();
        answer.difference =
            verdict.against(&shadow.snapshot.policy, in_force, &self.snapshot.policy);
        let decision = ShadowDecision {
            policy: answer.policy,
            verdict,
            reasons: answer.reasons.clone(),
            difference: answer.difference,
        };
        Some((Arc::new(decision), answer))
    }
}
