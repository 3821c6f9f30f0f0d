//! Whatever name a host gives, a request and an approver are taken or refused by what a name may be, and
//! by nothing else: a refusal is an error of the kind `input`, repeats no name and leaves no trace.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use guardrails_core::audit::{AuditReader, Keys};
use guardrails_core::policy::Policy;
use guardrails_core::{
    CountingEntropy, ErrorKind, Fields, FrozenClock, Guard, LogId, MemoryStore, OperationId,
    Principal, Record, Request, TicketId,
};
use proptest::prelude::*;

/// Characters that do not show, or turn the direction of writing.
const HIDDEN: [char; 17] = [
    '\0',
    '\u{1}',
    '\n',
    '\r',
    '\t',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{200b}',
    '\u{202e}',
    '\u{feff}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{e0100}',
    '\u{2800}',
    '\u{e000}',
];
const SLOTS: [&str; 8] = [
    "tenant", "user", "role", "agent", "model", "skill", "context", "entity",
];

fn a_good_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "acme",
        "u-17",
        "SALES_REP",
        "华东 区",
        "a@b.example",
        "O'Brien; --",
        "🙂",
        "'; DROP TABLE x",
    ])
    .prop_map(str::to_owned)
}

fn a_bad_name() -> impl Strategy<Value = String> {
    let hidden = (
        a_good_name(),
        prop::sample::select(HIDDEN.to_vec()),
        any::<prop::sample::Index>(),
    );
    let spoilt = hidden.prop_map(|(mut name, hidden, at)| {
        let places: Vec<usize> = name
            .char_indices()
            .map(|(at, _)| at)
            .chain([name.len()])
            .collect();
        name.insert(*at.get(&places), hidden);
        name
    });
    let blank = prop::sample::select(vec![" ", "\t", "  ", "\u{3000}"]).prop_map(str::to_owned);
    let padded = (a_good_name(), any::<bool>()).prop_map(|(name, before)| match before {
        true => format!(" {name}"),
        false => format!("{name} "),
    });
    let long = (256_usize..2_000).prop_map(|length| "n".repeat(length));
    prop_oneof![6 => spoilt, 1 => blank, 1 => padded, 1 => long]
}

/// A principal and the rest of a request, with one name in one place.
struct Call {
    principal: Principal,
    skill: String,
    context: String,
    entity: String,
}

impl Call {
    fn new(slot: &str, name: &str) -> Self {
        let at = |this: &str, good: &str| match this == slot {
            true => name.to_owned(),
            false => good.to_owned(),
        };
        Self {
            principal: Principal::user(at("tenant", "acme"), at("user", "u-1"))
                .role(at("role", "REP"))
                .agent(at("agent", "copilot"))
                .model(at("model", "qwen:14b")),
            skill: at("skill", "deal.edit"),
            context: at("context", "mail"),
            entity: at("entity", "Deal"),
        }
    }

    fn begin(&self, guard: &Guard) -> Option<ErrorKind> {
        let request = Request::new(&self.principal, self.skill.clone())
            .context(self.context.clone())
            .entity(self.entity.clone());
        guard.begin(request).err().map(|error| error.kind())
    }
}

fn world() -> (Guard, Arc<MemoryStore>) {
    let keys = Arc::new(Keys::from_seed([1; 32]));
    let store = MemoryStore::new(keys.clone(), LogId::from(uuid::Uuid::nil()));
    let store = Arc::new(store);
    let guard = Guard::builder()
        .policy(Policy::empty())
        .store(store.clone())
        .clock(Arc::new(FrozenClock::at(chrono::DateTime::UNIX_EPOCH)))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys)
        .open()
        .unwrap();
    (guard, store)
}

fn events(store: &MemoryStore) -> u64 {
    store.logs().unwrap().iter().map(|log| log.size).sum()
}

/// What every call with this person answers.
fn calls_of(guard: &Guard, person: &Principal) -> Vec<Option<ErrorKind>> {
    let id = TicketId::from(uuid::Uuid::nil());
    let approvals = guard.approvals();
    let operation = OperationId::from(uuid::Uuid::nil());
    let deal = Record::new("Deal", Fields::new());
    vec![
        approvals.list(person).err(),
        approvals.show(id, person).err(),
        approvals.approve(id, person, "").err(),
        approvals.reject(id, person, "").err(),
        approvals.cancel(id, person).err(),
        guard.resume(id, person, &deal).map(drop).err(),
        guard.audit().trace(person.tenant(), operation).err(),
    ]
    .into_iter()
    .map(|error| error.map(|error| error.kind()))
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_name_is_taken_wherever_it_stands(slot in prop::sample::select(SLOTS.to_vec()), name in a_good_name()) {
        let (guard, store) = world();
        // The empty policy knows no skill; that it was asked for is on record.
        prop_assert_eq!(Call::new(slot, &name).begin(&guard), Some(ErrorKind::Denied));
        prop_assert!(events(&store) > 0);
    }

    #[test]
    fn what_is_no_name_is_refused_wherever_it_stands(
        slot in prop::sample::select(SLOTS.to_vec()),
        name in a_bad_name(),
    ) {
        let (guard, store) = world();
        let call = Call::new(slot, &name);
        prop_assert_eq!(call.begin(&guard), Some(ErrorKind::Input));
        if let "tenant" | "user" | "role" | "agent" | "model" = slot {
            let answers = calls_of(&guard, &call.principal);
            let (trace, others) = answers.split_last().unwrap();
            prop_assert!(others.iter().all(|kind| *kind == Some(ErrorKind::Input)), "{:?}", answers);
            prop_assert_eq!(*trace == Some(ErrorKind::Input), slot == "tenant");
        }
        prop_assert_eq!(events(&store), 0);
    }
}

#[test]
fn an_empty_name_is_refused_where_one_is_needed() {
    let (guard, _) = world();
    for (slot, kind) in [
        ("tenant", ErrorKind::Input),
        ("user", ErrorKind::Input),
        ("role", ErrorKind::Input),
        // A model without an agent.
        ("agent", ErrorKind::Input),
        ("model", ErrorKind::Denied),
        ("context", ErrorKind::Denied),
        ("entity", ErrorKind::Denied),
        ("skill", ErrorKind::Denied),
    ] {
        assert_eq!(Call::new(slot, "").begin(&guard), Some(kind), "{slot}");
    }
}

/// A model must not decide in a person's name: neither as an agent, nor by leaving the agent out.
#[test]
fn a_model_without_an_agent_does_nothing() {
    let (guard, _) = world();
    let model = Principal::user("acme", "u-2")
        .role("BOSS")
        .model("qwen:14b");
    let answers = calls_of(&guard, &model);
    let (_, others) = answers.split_last().unwrap();
    assert!(
        others.iter().all(|kind| *kind == Some(ErrorKind::Input)),
        "{answers:?}"
    );
    let error = guard.begin(Request::new(&model, "deal.edit")).unwrap_err();
    assert_eq!(error.to_string(), "the principal has a model and no agent");
    assert!(!error.help().is_empty());
}

#[test]
fn an_error_repeats_no_name() {
    let (guard, _) = world();
    for slot in SLOTS {
        let call = Call::new(slot, "needle\u{1b}[31m");
        let request = Request::new(&call.principal, call.skill.clone())
            .context(call.context.clone())
            .entity(call.entity.clone());
        let error = guard.begin(request).unwrap_err();
        let text = format!("{error:#} {error:?}");
        assert!(!text.contains("needle") && text.contains(slot), "{text}");
    }
}
