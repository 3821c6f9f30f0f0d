//! One request as data: who asks for what, about which record, and what the guard would answer.
//!
//! Nothing is stored and no database is asked: the policy alone decides, in memory, at a given
//! time. The command `guard eval`, the bindings and the shared case files all come through here.
//!
//! A request is a JSON object:
//!
//! | member | meaning |
//! |---|---|
//! | `principal` | object: `tenant`, `user`, and as needed `roles` (list), `attributes` (object), `agent`, `model`, `language`, `risk_score`, `behaviour` (object, such as `{"calls_10m": 120}`) |
//! | `skill` | the skill's name |
//! | `entity` | the entity; may be left out when the skill has one |
//! | `context`, `purpose` | the AI context, and why; may be left out |
//! | `at` | RFC 3339 time to decide at; now when left out |
//! | `record` | the record as the CRM holds it; may be left out when creating |
//! | `changes` | fields that would get a new value; without it the request only reads |
//! | `verb` | `create`, `update` or `delete`; what the skill does when left out |

use std::sync::Arc;

use chrono::{DateTime, Utc};
use guardrails_core::audit::Keys;
use guardrails_core::data::Access;
use guardrails_core::policy::{Digest, Policy, RiskLevel, Verb};
use guardrails_core::process::Explanation;
use guardrails_core::{
    Activity, ApprovalChains, Changes, Clock, CountingEntropy, DisclosedRisk, Error, ErrorKind,
    Fields, FrozenClock, Guard, JsonLimits, LogId, MemoryStore, Name, Obligation, OutcomeKind,
    Principal, Reason, Record, Request, Result, Value, Verdict, parse_fields,
};

/// What the guard would answer, as the requester may be told of it: of a decision its
/// [view](guardrails_core::DecisionView), and not what is for the host's own code alone.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// What came of it.
    pub outcome: OutcomeKind,
    /// The approval chains; none unless an approval is needed.
    pub approval: ApprovalChains,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What shadow rules would have said, where that may be disclosed.
    pub shadows: Vec<Reason>,
    /// What the AI would see of the record; none when it is out of reach or there is none.
    pub view: Option<Fields>,
    /// How each field is seen, by path; empty when there is no view.
    pub accesses: Vec<(Name, Access)>,
    /// Declared fields that were withheld.
    pub hidden: Vec<Name>,
    /// The risk; none for a request that only reads.
    pub risk: Option<DisclosedRisk>,
    /// The rules that are disclosed to have applied.
    pub verdicts: Vec<Verdict>,
    /// The duties of those rules.
    pub obligations: Vec<Obligation>,
    /// The policy it was decided under.
    pub policy: Digest,
}

/// Decides one request under `policy`; see the module for its members.
///
/// # Errors
/// [`ErrorKind::Input`] for a text that is not such a request. A refusal is an [`Evaluation`].
pub fn evaluate(policy: Policy, request: &str) -> Result<Evaluation> {
    let case = Case::read(&policy, request)?;
    let digest = policy.digest;
    let guard = guard(policy, case.at)?;
    let mut answer = Evaluation::nothing(digest);
    let mut operation = match guard.begin(case.request()) {
        Ok(operation) => operation,
        Err(error) => return answer.refused(error),
    };
    if let Some(record) = case.record(operation.entity()) {
        match operation.read(&record) {
            Ok(view) => {
                answer.hidden = view.hidden().cloned().collect();
                answer.accesses = view.table().accesses();
                answer.view = Some(view.to_fields());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return answer.refused(out_of_scope(&error));
            }
            Err(error) => return answer.refused(error),
        }
    }
    let Some(changes) = case.changes(operation.entity())? else {
        return Ok(answer);
    };
    let decision = operation.propose(&changes)?;
    let disclosed = decision.for_requester();
    answer.outcome = disclosed.outcome();
    if let Some(ticket) = disclosed.ticket() {
        answer.approval = ticket.chains().clone();
    }
    answer.reasons = disclosed.reasons().to_vec();
    answer.shadows = disclosed.shadows().to_vec();
    answer.verdicts = disclosed.verdicts().to_vec();
    answer.obligations = disclosed.obligations().to_vec();
    answer.risk = Some(disclosed.risk().clone());
    Ok(answer)
}

/// Explains what [`evaluate`] would answer: why, which rules nearly mattered, and what would have to
/// change.
///
/// # Errors
/// As [`evaluate`].
pub fn explain(policy: Policy, request: &str) -> Result<Explanation> {
    let case = Case::read(&policy, request)?;
    let guard = guard(policy, case.at)?;
    let request = case.request();
    let mut operation = match guard.begin(request.clone()) {
        Ok(operation) => operation,
        Err(error) => return refusal(&guard, &request, error),
    };
    let mut explanation = None;
    if let Some(record) = case.record(operation.entity()) {
        match operation.read(&record) {
            Ok(view) => explanation = Some(operation.explain_view(&view)),
            Err(error) => return refusal(&guard, &request, error),
        }
    }
    if let Some(changes) = case.changes(operation.entity())? {
        return Ok(operation.propose(&changes)?.explain());
    }
    explanation.ok_or_else(|| wrong("record", "an object, for a request that changes nothing"))
}

/// A refusal is explained; anything else stays an error.
fn refusal(guard: &Guard, request: &Request<'_>, error: Error) -> Result<Explanation> {
    let error = match error.kind() {
        ErrorKind::NotFound => out_of_scope(&error),
        _ if error.reasons().is_empty() => return Err(error),
        _ => error,
    };
    Ok(guard.explain_refusal(request, &error))
}

fn out_of_scope(error: &Error) -> Error {
    Error::denied(Reason::new("OUT_OF_SCOPE", error.to_string()))
}

fn guard(policy: Policy, at: DateTime<Utc>) -> Result<Guard> {
    // Nothing of this guard outlives the call, so its keys protect nothing.
    let keys = Arc::new(Keys::from_seed([0; 32]));
    let log = LogId::from(uuid::Uuid::nil());
    Guard::builder()
        .policy(policy)
        .store(Arc::new(MemoryStore::new(keys.clone(), log)))
        .clock(Arc::new(FrozenClock::at(at)))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys)
        .open()
}

impl Evaluation {
    fn nothing(policy: Digest) -> Self {
        Self {
            outcome: OutcomeKind::Allow,
            approval: ApprovalChains::default(),
            reasons: Vec::new(),
            shadows: Vec::new(),
            view: None,
            accesses: Vec::new(),
            hidden: Vec::new(),
            risk: None,
            verdicts: Vec::new(),
            obligations: Vec::new(),
            policy,
        }
    }

    /// A refusal is an answer; anything else stays an error.
    fn refused(mut self, error: Error) -> Result<Self> {
        if error.reasons().is_empty() {
            return Err(error);
        }
        self.outcome = OutcomeKind::Deny;
        self.reasons = error.reasons().to_vec();
        Ok(self)
    }

    /// The answer as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_fields().to_json()
    }

    /// The answer as data.
    #[must_use]
    pub fn to_fields(&self) -> Fields {
        let mut out = Fields::new();
        out.set("outcome", self.outcome.as_str());
        out.set("approval", self.approval.to_string());
        out.set("policy", self.policy.to_string());
        out.set("reasons", reasons(&self.reasons));
        out.set("shadows", reasons(&self.shadows));
        out.set("view", self.view.clone().map(Value::from));
        let hidden: Vec<&str> = self.hidden.iter().map(|name| &**name).collect();
        out.set("hidden", hidden);
        out.set("risk", self.risk.as_ref().map(risk));
        let rules: Vec<&str> = self.verdicts.iter().map(|said| &*said.rule).collect();
        out.set("rules", rules);
        out.set("obligations", obligations(&self.obligations));
        out
    }
}

fn reasons(reasons: &[Reason]) -> Value {
    let one = |reason: &Reason| {
        Fields::from_iter([
            ("code", reason.code()),
            ("message", reason.message()),
            ("rule", reason.rule()),
            ("place", &*reason.place().to_string()),
        ])
    };
    Value::from(reasons.iter().map(one).collect::<Vec<_>>())
}

fn obligations(obligations: &[Obligation]) -> Value {
    let one = |bound: &Obligation| {
        let mut out = Fields::new();
        out.set("name", bound.name());
        out.set("terms", bound.terms().clone());
        out.set("rule", bound.rule());
        out
    };
    Value::from(obligations.iter().map(one).collect::<Vec<_>>())
}

fn risk(risk: &DisclosedRisk) -> Value {
    let factors: Fields = risk
        .factors
        .iter()
        .map(|(name, share)| (name.clone(), Value::from(*share)))
        .collect();
    let mut out = Fields::new();
    out.set("score", risk.score);
    out.set("level", risk.level.map(RiskLevel::as_str));
    out.set("factors", factors);
    Value::from(out)
}

/// The members of a request.
pub(crate) const MEMBERS: [&str; 9] = [
    "principal",
    "skill",
    "entity",
    "context",
    "purpose",
    "at",
    "record",
    "changes",
    "verb",
];

/// A request, read and checked.
struct Case {
    principal: Principal,
    skill: Name,
    entity: Option<Name>,
    context: Name,
    purpose: String,
    at: DateTime<Utc>,
    record: Option<Fields>,
    changes: Option<Fields>,
    verb: Verb,
}

impl Case {
    fn read(policy: &Policy, text: &str) -> Result<Self> {
        let fields = parse_fields(text, JsonLimits::default())?;
        expect_known("the request", &fields, &MEMBERS)?;
        let principal = fields
            .value("principal")
            .and_then(Value::as_object)
            .ok_or_else(|| wrong("principal", "an object"))?;
        let skill = text_member(&fields, "skill")?.ok_or_else(|| wrong("skill", "text"))?;
        let at = match text_member(&fields, "at")? {
            Some(at) => DateTime::parse_from_rfc3339(&at)
                .map_err(|_| wrong("at", "an RFC 3339 time"))?
                .to_utc(),
            None => crate::SystemClock.now(),
        };
        Ok(Self {
            principal: read_principal(principal)?,
            verb: verb(policy, &fields, &skill)?,
            skill,
            entity: text_member(&fields, "entity")?,
            context: text_member(&fields, "context")?.unwrap_or_else(|| Name::from("")),
            purpose: text_member(&fields, "purpose")?
                .map_or_else(String::new, |purpose| purpose.to_string()),
            at,
            record: object_member(&fields, "record")?,
            changes: object_member(&fields, "changes")?,
        })
    }

    fn request(&self) -> Request<'_> {
        let request = Request::new(&self.principal, self.skill.clone())
            .context(self.context.clone())
            .purpose(self.purpose.clone());
        match &self.entity {
            Some(entity) => request.entity(entity.clone()),
            None => request,
        }
    }

    fn record(&self, entity: &Name) -> Option<Record> {
        let fields = self.record.clone()?;
        Some(Record::new(entity.clone(), fields))
    }

    fn changes(&self, entity: &Name) -> Result<Option<Changes>> {
        let set = match (&self.changes, self.verb) {
            (Some(set), _) => set.clone(),
            (None, Verb::Delete) => Fields::new(),
            (None, _) => return Ok(None),
        };
        if self.verb == Verb::Create {
            return Ok(Some(Changes::create(Record::new(entity.clone(), set))));
        }
        let record = self
            .record(entity)
            .ok_or_else(|| wrong("record", "an object, unless something is created"))?;
        let changes = match self.verb {
            Verb::Delete => Changes::delete(&record),
            _ => Changes::update(&record),
        };
        let set = set.iter();
        Ok(Some(set.fold(changes, |changes, (name, value)| {
            changes.set(name.clone(), value.clone())
        })))
    }
}

fn read_principal(fields: &Fields) -> Result<Principal> {
    expect_known(
        "the principal",
        fields,
        &[
            "tenant",
            "user",
            "roles",
            "attributes",
            "agent",
            "model",
            "language",
            "risk_score",
            "behaviour",
        ],
    )?;
    let required = |name| text_member(fields, name)?.ok_or_else(|| wrong(name, "text"));
    let mut principal = Principal::user(required("tenant")?, required("user")?);
    if let Some(roles) = fields.value("roles") {
        let Value::List(roles) = roles else {
            return Err(wrong("roles", "a list of texts"));
        };
        for role in roles.iter() {
            let role = role
                .as_text()
                .ok_or_else(|| wrong("roles", "a list of texts"))?;
            principal = principal.role(role);
        }
    }
    for (name, value) in &object_member(fields, "attributes")?.unwrap_or_default() {
        principal = principal.attribute(name.clone(), value.clone());
    }
    if let Some(agent) = text_member(fields, "agent")? {
        principal = principal.agent(agent);
    }
    if let Some(model) = text_member(fields, "model")? {
        principal = principal.model(model);
    }
    if let Some(language) = text_member(fields, "language")? {
        principal = principal.language(language);
    }
    if let Some(score) = fields.value("risk_score") {
        let score = score
            .as_number()
            .ok_or_else(|| wrong("risk_score", "a number"))?;
        principal = principal.risk_score(score);
    }
    for (key, count) in &object_member(fields, "behaviour")?.unwrap_or_default() {
        let count = count.as_number().filter(|count| count.fract().is_zero());
        let count = count.and_then(|count| u64::try_from(count).ok());
        let (Some((what, window)), Some(count)) = (Activity::from_key(key), count) else {
            return Err(wrong("behaviour", "counts such as `{\"calls_10m\": 120}`"));
        };
        principal = principal.observed(what, window, count);
    }
    Ok(principal)
}

fn verb(policy: &Policy, fields: &Fields, skill: &Name) -> Result<Verb> {
    let Some(word) = text_member(fields, "verb")? else {
        // An unregistered skill is refused by the guard, whatever it would do.
        return Ok(policy
            .skills
            .get(skill)
            .map_or(Verb::Update, |skill| skill.verb));
    };
    [Verb::Create, Verb::Update, Verb::Delete]
        .into_iter()
        .find(|verb| verb.as_str() == &*word)
        .ok_or_else(|| wrong("verb", "`create`, `update` or `delete`"))
}

fn expect_known(what: &str, fields: &Fields, known: &[&str]) -> Result<()> {
    match fields.iter().find(|(name, _)| !known.contains(&&***name)) {
        None => Ok(()),
        Some((name, _)) => Err(Error::new(
            ErrorKind::Input,
            format!("{what} has an unknown member `{name}`"),
        )
        .with_help(format!("the members are {}", known.join(", ")))),
    }
}

fn text_member(fields: &Fields, name: &str) -> Result<Option<Name>> {
    match fields.value(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(name, "text")),
    }
}

fn object_member(fields: &Fields, name: &str) -> Result<Option<Fields>> {
    match fields.value(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(fields)) => Ok(Some(Fields::clone(fields))),
        Some(_) => Err(wrong(name, "an object")),
    }
}

fn wrong(name: &str, expected: &str) -> Error {
    Error::new(
        ErrorKind::Input,
        format!("the request's member `{name}` must be {expected}"),
    )
    .with_help("`guard eval --help` shows a whole request")
}
