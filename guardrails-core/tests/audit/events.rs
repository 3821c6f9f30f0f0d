//! Events of every kind, and a reader over rows that a test may change.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use guardrails_core::audit::{
    AuditReader, Digests, Event, EventKind, FieldAccess, Inventory, Keys, Ledger, LogSummary,
    OperationContext, OutcomeStatus, PolicyUse, RefusedPolicy, StoredEvent, TicketEvent,
};
use guardrails_core::policy::{Digest, RiskLevel, Verb};
use guardrails_core::process::{TicketPhase, TicketState};
use guardrails_core::{
    Difference, DisclosedRisk, Holding, LogId, Name, OperationId, Place, Reason, Result,
    ShadowAnswer, ShadowStep, TicketId, Verdict,
};
use uuid::Uuid;

pub(crate) fn time(second: i64) -> DateTime<Utc> {
    let base: DateTime<Utc> = "2026-03-02T02:00:00.123456789Z".parse().unwrap();
    base + TimeDelta::seconds(second)
}

pub(crate) fn log(n: u128) -> LogId {
    LogId::from(Uuid::from_u128(
        0x0195_55aa_0000_7000_8000_0000_0000_0000 + n,
    ))
}

pub(crate) fn operation(n: u128) -> OperationId {
    OperationId::from(Uuid::from_u128(
        0x0195_55bb_0000_7000_8000_0000_0000_0000 + n,
    ))
}

pub(crate) fn context(n: u128) -> Arc<OperationContext> {
    Arc::new(OperationContext {
        operation: operation(n),
        tenant: "acme".into(),
        user: "u-17".into(),
        roles: ["SALES_REP".into(), "华东".into()].into(),
        agent: "copilot \"v2\"".into(),
        model: "qwen:14b".into(),
        skill: "quote.draft".into(),
        verb: Some(Verb::Update),
        entity: "Quote".into(),
        context: "sales_copilot".into(),
        purpose: "line one\nline\ttwo \u{1} \u{8} \u{c} \u{7f} \u{2028} \\ 折扣 😀".into(),
        policy: Digest([0xab; 32]),
    })
}

fn place(line: u32) -> Place {
    Place {
        file: "sales/quote.guard".into(),
        line,
        column: 1,
        start: 0,
        end: 1,
    }
}

fn reasons() -> Vec<Reason> {
    vec![
        Reason::new("DISCOUNT_LIMIT_EXCEEDED", "折扣超过销售代表权限: 20%")
            .from_policy("max_discount".into(), place(12)),
        Reason::new("RISK_HIGH", "the risk is HIGH"),
    ]
}

fn risk() -> DisclosedRisk {
    DisclosedRisk {
        score: "6.80".parse().ok(),
        level: Some(RiskLevel::Medium),
        factors: vec![
            ("data_sensitivity".into(), "3.20".parse().ok()),
            ("impact".into(), "2.4".parse().ok()),
            ("large_deal".into(), "1.2".parse().ok()),
        ],
    }
}

fn verdicts() -> Vec<Verdict> {
    let verdict = |rule: &str, place, holding, shadow| Verdict {
        rule: rule.into(),
        place,
        holding,
        shadow,
    };
    vec![
        verdict("max_discount", place(12), Holding::Held, false),
        verdict("large_deal", Place::default(), Holding::Unknown, true),
    ]
}

pub(crate) fn decision() -> EventKind {
    EventKind::Decision {
        record: "Q-1".into(),
        fields: ["discount".into()].into(),
        action: Some(keys().value_mac("action", b"sample")),
        outcome: guardrails_core::OutcomeKind::NeedsApproval,
        reasons: reasons().into(),
        verdicts: verdicts().into(),
        risk: Some(Arc::new(risk())),
        obligations: [].into(),
    }
}

/// A decision that binds the host.
fn obliging() -> EventKind {
    EventKind::Decision {
        record: "Q-1".into(),
        fields: ["discount".into()].into(),
        action: None,
        outcome: guardrails_core::OutcomeKind::Allow,
        reasons: [].into(),
        verdicts: [].into(),
        risk: None,
        obligations: ["retain".into(), "告知客户".into()].into(),
    }
}

pub(crate) fn access() -> EventKind {
    let field = |field: &str, access, mask, sensitivity| FieldAccess {
        field: field.into(),
        access,
        mask,
        sensitivity,
    };
    EventKind::DataAccess {
        records: ["Q-1".into(), "Q-2".into()].into(),
        withheld: 3,
        fields: [
            field("contact_phone", "masked", "phone", 4),
            field("cost_price", "hidden", "", 5),
            field("stage", "read", "", 1),
        ]
        .into(),
        failure: "".into(),
    }
}

pub(crate) fn access_refused() -> EventKind {
    EventKind::DataAccess {
        records: ["Q-9".into()].into(),
        withheld: 0,
        fields: [].into(),
        failure: "OUT_OF_SCOPE".into(),
    }
}

pub(crate) fn ticket(state: TicketState, by: &str, code: &str) -> EventKind {
    EventKind::Ticket(Box::new(TicketEvent {
        ticket: TicketId::from(Uuid::from_u128(0x0195_55cc_0000_7000_8000_0000_0000_0001)),
        phase: TicketPhase::Stored,
        version: 1,
        state,
        chains: guardrails_core::ApprovalChains::parse("discount_chain"),
        action: keys().value_mac("action", b"sample"),
        by: by.into(),
        code: code.into(),
    }))
}

pub(crate) fn outcome(status: OutcomeStatus) -> EventKind {
    EventKind::Outcome {
        status,
        code: "".into(),
        output: Some(keys().value_mac("output", b"sample")),
    }
}

pub(crate) fn shadow() -> ShadowAnswer {
    ShadowAnswer {
        policy: Digest([0x5a; 32]),
        step: ShadowStep::Propose,
        difference: Difference::Narrower,
        in_force: guardrails_core::ShadowOutcome::Allow,
        outcome: guardrails_core::ShadowOutcome::NeedsApproval,
        chains: guardrails_core::ApprovalChains::parse("discount_chain+finance"),
        records: vec!["Q-1".into()],
        withheld: 0,
        fields: Vec::new(),
        reasons: reasons().into(),
        verdicts: verdicts(),
        risk: Some(risk()),
    }
}

pub(crate) fn shadow_on_read() -> ShadowAnswer {
    ShadowAnswer {
        step: ShadowStep::Read,
        difference: Difference::Wider,
        in_force: guardrails_core::ShadowOutcome::Allow,
        outcome: guardrails_core::ShadowOutcome::Allow,
        chains: guardrails_core::ApprovalChains::default(),
        records: vec!["Q-1".into(), "Q-2".into()],
        withheld: 2,
        fields: vec![FieldAccess {
            field: "contact_phone".into(),
            access: "masked",
            mask: "phone",
            sensitivity: 4,
        }],
        reasons: [].into(),
        verdicts: Vec::new(),
        risk: None,
        ..shadow()
    }
}

/// One event of every kind, and of kinds with members left out one more; with a name each.
pub(crate) fn one_of_each() -> Vec<(&'static str, Event)> {
    let about = |kind| Event {
        time: time(0),
        kind,
        about: Some(context(1)),
        digests: Digests::default(),
    };
    let bare = |kind| Event {
        time: time(0),
        kind,
        about: None,
        digests: Digests::default(),
    };
    let unregistered = Arc::new(OperationContext {
        verb: None,
        roles: [].into(),
        agent: Name::from(""),
        purpose: String::new(),
        ..(*context(1)).clone()
    });
    vec![
        (
            "log_opened",
            bare(EventKind::LogOpened {
                heads: vec![(log(0), 42, Digest([0x11; 32]))],
            }),
        ),
        ("intent", about(EventKind::Intent)),
        (
            "refused",
            Event {
                about: Some(unregistered),
                ..about(EventKind::Refused { reasons: reasons() })
            },
        ),
        ("data_access", about(access())),
        ("data_access_refused", about(access_refused())),
        ("decision", about(decision())),
        (
            "decision_on_read",
            about(EventKind::Decision {
                record: "Q-1".into(),
                fields: [].into(),
                action: None,
                outcome: guardrails_core::OutcomeKind::Deny,
                reasons: [].into(),
                verdicts: [].into(),
                risk: None,
                obligations: [].into(),
            }),
        ),
        ("decision_with_obligations", about(obliging())),
        ("ticket", about(ticket(TicketState::Approved, "u-2", ""))),
        (
            "ticket_refused",
            about(ticket(TicketState::Pending, "u-17", "REQUESTER_EXCLUDED")),
        ),
        ("outcome", about(outcome(OutcomeStatus::Completed))),
        (
            "outcome_failed",
            about(EventKind::Outcome {
                status: OutcomeStatus::Failed,
                code: "CRM_DOWN".into(),
                output: None,
            }),
        ),
        ("interrupted", about(EventKind::Interrupted { log: log(0) })),
        (
            "policy_changed",
            bare(EventKind::PolicyChanged {
                from: Some(Digest([1; 32])),
                to: Some(Digest([2; 32])),
                what: "tables",
            }),
        ),
        (
            "policy_changed_shadow_ends",
            bare(EventKind::PolicyChanged {
                from: Some(Digest([3; 32])),
                to: None,
                what: "shadow",
            }),
        ),
        (
            "policy_refused",
            bare(EventKind::PolicyRefused(RefusedPolicy {
                what: PolicyUse::InForce,
                found: Some(Digest([4; 32])),
                message: "there is no field `discuont`".to_owned(),
                codes: vec!["G0202".into()],
            })),
        ),
        (
            "policy_refused_unread",
            bare(EventKind::PolicyRefused(RefusedPolicy {
                what: PolicyUse::Shadow,
                found: None,
                message: "there is no policy".to_owned(),
                codes: Vec::new(),
            })),
        ),
        ("shadow", about(EventKind::Shadow(Box::new(shadow())))),
        (
            "shadow_on_read",
            about(EventKind::Shadow(Box::new(shadow_on_read()))),
        ),
    ]
}

/// Rows as a database might hold them, for anybody to change.
#[derive(Clone, Default)]
pub(crate) struct Rows {
    pub(crate) logs: Vec<LogSummary>,
    pub(crate) events: Vec<StoredEvent>,
    pub(crate) checkpoints: Vec<(LogId, String)>,
    pub(crate) derived: Vec<String>,
    pub(crate) unreadable: Vec<String>,
}

pub(crate) fn keys() -> Arc<Keys> {
    Arc::new(Keys::from_seed([42; 32]))
}

impl Rows {
    /// Writes a log of four events for each of `operations` operations, with a checkpoint after
    /// each. It opens by naming the heads of the logs before it.
    pub(crate) fn write_log(&mut self, log: LogId, operations: u128) -> Ledger {
        let mut ledger = Ledger::new(log, keys());
        let heads = self
            .logs
            .iter()
            .map(|summary| {
                let leaves: Vec<_> = self.of(summary.log).map(|row| row.leaf).collect();
                (
                    summary.log,
                    summary.size,
                    guardrails_core::audit::root_of(&leaves),
                )
            })
            .collect();
        self.seal(&mut ledger, EventKind::LogOpened { heads }, None);
        for n in 0..operations {
            let about = Some(context(n));
            for kind in [
                EventKind::Intent,
                access(),
                decision(),
                outcome(OutcomeStatus::Completed),
            ] {
                self.seal(&mut ledger, kind, about.clone());
            }
            let note = ledger.checkpoint(time(0));
            self.checkpoints.push((log, note));
        }
        self.logs.push(LogSummary {
            log,
            opened: time(0),
            size: ledger.size(),
        });
        ledger
    }

    pub(crate) fn seal(
        &mut self,
        ledger: &mut Ledger,
        kind: EventKind,
        about: Option<Arc<OperationContext>>,
    ) {
        let second = i64::try_from(ledger.size()).unwrap();
        let sealed = ledger.seal(&Event {
            time: time(second),
            kind,
            about,
            digests: Digests::default(),
        });
        self.events.push(sealed.into_stored(ledger.log()));
    }

    /// Takes a log away, with all that stands under it.
    pub(crate) fn remove_log(&mut self, log: LogId) {
        self.logs.retain(|summary| summary.log != log);
        self.events.retain(|row| row.log != log);
        self.checkpoints.retain(|(of, _)| *of != log);
    }

    pub(crate) fn of(&self, log: LogId) -> impl Iterator<Item = &StoredEvent> {
        self.events.iter().filter(move |row| row.log == log)
    }

    pub(crate) fn row(&mut self, log: LogId, seq: u64) -> &mut StoredEvent {
        self.events
            .iter_mut()
            .find(|row| row.log == log && row.seq == seq)
            .unwrap()
    }

    /// Numbers the rows of a log from 0, as somebody would who hides a gap.
    pub(crate) fn renumber(&mut self, log: LogId) {
        let rows = self.events.iter_mut().filter(|row| row.log == log);
        rows.enumerate()
            .for_each(|(i, row)| row.seq = i.try_into().unwrap());
    }
}

impl AuditReader for Rows {
    fn logs(&self) -> Result<Vec<LogSummary>> {
        Ok(self.logs.clone())
    }

    fn inventory(&self) -> Result<Option<Inventory>> {
        let mut inventory = Inventory::default();
        for row in &self.events {
            inventory.logs.entry(row.log).or_default().events += 1;
        }
        for (log, _) in &self.checkpoints {
            inventory.logs.entry(*log).or_default().checkpoints += 1;
        }
        inventory.unreadable = self.unreadable.clone();
        Ok(Some(inventory))
    }

    fn events(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<StoredEvent>> {
        let rows = self.of(log).filter(|row| row.seq >= from).take(limit);
        Ok(rows.cloned().collect())
    }

    fn checkpoints(&self, log: LogId) -> Result<Vec<String>> {
        let notes = self.checkpoints.iter().filter(|(of, _)| *of == log);
        Ok(notes.map(|(_, note)| note.clone()).collect())
    }

    fn operation(&self, _tenant: &str, operation: OperationId) -> Result<Vec<StoredEvent>> {
        // Careless on purpose about the tenant: the trace must not rely on the store.
        let wanted = operation.to_string();
        let rows = self
            .events
            .iter()
            .filter(|row| row.payload.contains(&wanted));
        Ok(rows.cloned().collect())
    }

    fn derived_rows_that_differ(&self) -> Result<Vec<String>> {
        Ok(self.derived.clone())
    }
}
