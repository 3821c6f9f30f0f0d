//! Events and tickets to store.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, TimeZone, Utc};
use guardrails_core::audit::{
    Digests, Event, EventKind, FieldAccess, KeyedDigest, Keys, OperationContext, OutcomeStatus,
};
use guardrails_core::policy::{Digest, RiskLevel, Verb};
use guardrails_core::process::{
    ApprovalRequirement, EventPosition, RequiredStep, StepDecision, Ticket, TicketState, Vote,
};
use guardrails_core::{
    DisclosedRisk, Fields, Holding, LogId, Name, OperationId, Place, Reason, TicketId, TicketQuery,
    Value, Verdict,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::place::Now;
use guardrails_core::Clock as _;

pub fn id() -> Uuid {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).unwrap();
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

pub fn context(tenant: &str, user: &str) -> Arc<OperationContext> {
    Arc::new(OperationContext {
        operation: OperationId::from(id()),
        tenant: tenant.into(),
        user: user.into(),
        roles: Arc::from(["SALES_REP".into(), "华东".into()]),
        agent: "copilot".into(),
        model: "m-1".into(),
        skill: "quote.draft".into(),
        verb: Some(Verb::Update),
        entity: "Quote".into(),
        context: "sales_copilot".into(),
        purpose: "回复客户".to_owned(),
        policy: Digest([1; 32]),
    })
}

pub fn event(about: &Arc<OperationContext>, kind: EventKind) -> Event {
    Event {
        time: Now.now(),
        kind,
        about: Some(Arc::clone(about)),
        digests: Digests::default(),
    }
}

pub fn intent(about: &Arc<OperationContext>) -> Event {
    event(about, EventKind::Intent)
}

pub fn access(about: &Arc<OperationContext>) -> Event {
    let field = |field: &str, access, mask| FieldAccess {
        field: field.into(),
        access,
        mask,
        sensitivity: 3,
    };
    event(
        about,
        EventKind::DataAccess {
            records: Arc::from(["q-1".into(), "q-2".into()]),
            withheld: 3,
            fields: Arc::from([
                field("phone", "masked", "partial"),
                field("cost", "hidden", ""),
            ]),
            failure: "".into(),
        },
    )
}

pub fn decision(about: &Arc<OperationContext>) -> Event {
    let place = Place {
        file: "sales.guard".into(),
        line: 7,
        ..Place::default()
    };
    let verdict = |rule: &str, holding| Verdict {
        rule: rule.into(),
        place: place.clone(),
        holding,
        shadow: false,
    };
    event(
        about,
        EventKind::Decision {
            record: "q-1".into(),
            fields: Arc::from(["discount".into()]),
            action: Some(mac(2)),
            outcome: guardrails_core::OutcomeKind::NeedsApproval,
            reasons: Arc::from([Reason::new(
                "DISCOUNT_LIMIT_EXCEEDED",
                "折扣超过销售代表权限",
            )]),
            verdicts: Arc::from([
                verdict("Max Discount", Holding::Held),
                verdict("Region", Holding::Unknown),
            ]),
            risk: Some(Arc::new(DisclosedRisk {
                score: Some(Decimal::new(56, 1)),
                level: Some(RiskLevel::Medium),
                factors: vec![("impact".into(), Some(Decimal::new(24, 1)))],
            })),
            obligations: Arc::default(),
        },
    )
}

pub fn outcome(about: &Arc<OperationContext>) -> Event {
    event(
        about,
        EventKind::Outcome {
            status: OutcomeStatus::Completed,
            code: "".into(),
            output: Some(mac(3)),
        },
    )
}

pub fn moment() -> DateTime<Utc> {
    Utc.timestamp_micros(1_795_248_000_123_456).unwrap()
}

pub fn ticket(tenant: &str) -> Ticket {
    let precise = Decimal::from_i128_with_scale(123_456_789_012_345_678_901_234_567, 20);
    let nested = Fields::from_iter([("$decimal", Value::from("x")), ("税率", precise.into())]);
    Ticket {
        id: TicketId::from(id()),
        tenant: tenant.into(),
        version: 1,
        state: TicketState::Pending,
        operation: OperationId::from(id()),
        requester: "u-17".into(),
        skill: "quote.draft".into(),
        context: "sales_copilot".into(),
        entity: "Quote".into(),
        record: "q-1".into(),
        verb: Verb::Update,
        before: Fields::from_iter([
            ("discount", Value::from(10)),
            ("lines", Value::from(vec![Value::from(nested), Value::Null])),
        ]),
        set: Fields::from_iter([("discount", Value::from(20)), ("note", "“20%”\u{0}".into())]),
        reads: BTreeMap::from([("discount".into(), mac(6)), ("lines.税率".into(), mac(7))]),
        action: mac(4),
        open_key: Some(Keys::from_seed([7; 32]).value_mac("open", id().as_bytes())),
        policy: Digest([5; 32]),
        chains: guardrails_core::ApprovalChains::parse("sales_manager"),
        asked: ApprovalRequirement {
            steps: vec![RequiredStep {
                chain: "sales_manager".into(),
                name: "manager".into(),
                role: "SALES_MANAGER".into(),
                quorum: 1,
                within: Some(std::time::Duration::from_secs(7_200)),
                escalates_to: Some("SALES_DIRECTOR".into()),
            }],
            distinct_approvers: true,
            expires: std::time::Duration::from_secs(172_800),
            execute_within: std::time::Duration::from_secs(3_600),
        },
        step: 0,
        decisions: Vec::new(),
        because: vec!["折扣超过销售代表权限".into()],
        created: moment(),
        expires: moment() + Duration::days(2),
        execute_by: None,
        spent_by: None,
        reserved_until: None,
        event: Some(EventPosition {
            log: LogId::from(id()),
            seq: 7,
        }),
        mac: Some(mac(5)),
    }
}

/// Open tickets of `u-17`, or that one of these roles may decide.
pub fn inbox<'a>(tenant: &'a str, requester: &'a str, roles: &'a [Name]) -> TicketQuery<'a> {
    TicketQuery {
        tenant,
        requester,
        roles,
        now: moment(),
        after: None,
        limit: 100,
    }
}

/// The ticket after an approval.
pub fn approved(ticket: &Ticket, by: &str) -> Ticket {
    let mut next = ticket.clone();
    next.version += 1;
    next.state = TicketState::Approved;
    next.step = 1;
    next.decisions.push(StepDecision {
        step: 0,
        by: by.into(),
        role: "SALES_MANAGER".into(),
        vote: Vote::Approve,
        at: moment(),
        comment: "可以".to_owned(),
    });
    next.execute_by = Some(moment() + Duration::hours(1));
    next
}

/// A keyed digest of a value that nobody needs to know.
pub fn mac(value: u8) -> KeyedDigest {
    Keys::from_seed([7; 32]).value_mac("sample", &[value])
}
