//! Replays `examples/crm/session.json`, the demo's session as data, against a guard on SQLite. The
//! Python example plays the same file, so both must come to the same decisions.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crm_guardrails::{
    Changes, Decision, Error, Fields, Guard, JsonLimits, Operation, Outcome, Principal, Record,
    Request, TicketId, Value, parse_fields,
};
use serde_json::{Value as Json, json};

mod administrator;

use administrator::administer;

const SESSION: &str = include_str!("../examples/crm/session.json");

/// A CRM, its people, and the guard between them.
struct Desk {
    database: PathBuf,
    guard: Guard,
    session: Json,
    crm: HashMap<String, Record>,
    tickets: HashMap<String, TicketId>,
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_else(|| panic!("no text: {json}"))
}

fn fields(json: &Json) -> Fields {
    parse_fields(&json.to_string(), JsonLimits::default()).unwrap()
}

fn refused(error: &Error) -> Json {
    json!({"outcome": "refused", "codes": [error.code()]})
}

impl Desk {
    fn open(folder: &Path) -> Self {
        let database = folder.join("guard.db");
        let url = format!("sqlite://{}?mode=rwc", database.display());
        let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/crm/policies");
        let guard = Guard::builder().policies(policies).store(url);
        let session: Json = serde_json::from_str(SESSION).unwrap();
        let records = session["records"].as_array().unwrap().iter();
        let crm = records.map(|json| {
            let mut own = json.as_object().unwrap().clone();
            let entity = own.remove("entity").unwrap();
            let record = Record::new(text(&entity), fields(&Json::from(own)));
            (text(&json["id"]).to_owned(), record)
        });
        Self {
            database,
            guard: guard.open().unwrap(),
            crm: crm.collect(),
            session: session.clone(),
            tickets: HashMap::new(),
        }
    }

    fn person(&self, step: &Json) -> Principal {
        let json = &self.session["people"][text(&step["as"])];
        let mut person = Principal::user(text(&json["tenant"]), text(&json["user"]));
        for role in json["roles"].as_array().unwrap() {
            person = person.role(text(role));
        }
        person
            .agent(json["agent"].as_str().unwrap_or(""))
            .model(json["model"].as_str().unwrap_or(""))
    }

    fn begin(&self, step: &Json) -> Result<Operation, Error> {
        let person = self.person(step);
        let work = &self.session["works"][text(&step["work"])];
        let mut request = Request::new(&person, text(&work["skill"]))
            .entity(text(&work["entity"]))
            .context(text(&work["context"]))
            .purpose(text(&work["purpose"]));
        if let Some(ticket) = step["under"].as_str() {
            request = request.ticket(self.tickets[ticket]);
        }
        self.guard.begin(request)
    }

    fn ticket(&self, step: &Json) -> TicketId {
        self.tickets[text(&step["ticket"])]
    }

    fn play(&mut self, step: &Json) -> Result<Json, Error> {
        let approvals = self.guard.approvals();
        match text(&step["do"]) {
            "begin" => {
                self.begin(step)?.complete("")?;
                Ok(json!({"outcome": "begun", "codes": []}))
            }
            "read" => self.read(step),
            "propose" => self.propose(step),
            "approve" => {
                let card = approvals.approve(self.ticket(step), &self.person(step), "")?;
                Ok(json!({"outcome": card.state.as_str(), "codes": []}))
            }
            "show" => {
                let card = approvals.show(self.ticket(step), &self.person(step))?;
                Ok(json!({"outcome": card.state.as_str(), "codes": []}))
            }
            "resume" => self.resume(step),
            "sql" => {
                let statements: Vec<&str> = step["statements"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(text)
                    .collect();
                administer(&self.database, &statements);
                let _ = self.guard.refresh()?;
                Ok(json!({"outcome": "done", "codes": []}))
            }
            other => panic!("nobody can {other}"),
        }
    }

    fn read(&self, step: &Json) -> Result<Json, Error> {
        let records = step["records"].as_array().unwrap().iter();
        let records: Vec<Record> = records.map(|id| self.crm[text(id)].clone()).collect();
        let mut operation = self.begin(step)?;
        let views = match records.as_slice() {
            [one] => vec![operation.read(one)?],
            many => operation.read_many(many)?,
        };
        let view = |view: &crm_guardrails::data::View<'_>| {
            serde_json::from_str::<Json>(&view.to_json()).unwrap()
        };
        let views: Vec<Json> = views.iter().map(view).collect();
        operation.complete("a summary of the quotes")?;
        Ok(json!({"outcome": "shown", "codes": [], "views": views}))
    }

    fn propose(&mut self, step: &Json) -> Result<Json, Error> {
        let record = text(&step["record"]).to_owned();
        let mut operation = self.begin(step)?;
        if let Some(read) = step["reads"].as_str() {
            drop(operation.read(&self.crm[read])?);
        }
        let set = fields(&step["changes"]);
        let changes = set.iter().fold(
            Changes::update(&self.crm[&record]),
            |changes, (name, value)| changes.set(name.clone(), value.clone()),
        );
        let decision = operation.propose(&changes)?;
        if let Some(release) = decision.release() {
            self.apply(&record, release.changes());
            operation.complete("It is done.")?;
        }
        if let Outcome::NeedsApproval(handle) = decision.outcome() {
            let known = self.tickets.entry(text(&step["ticket"]).to_owned());
            assert_eq!(*known.or_insert(handle.id()), handle.id(), "another ticket");
        }
        Ok(self.with_discount(answer(&decision), &record))
    }

    fn resume(&mut self, step: &Json) -> Result<Json, Error> {
        let person = self.person(step);
        let ticket = self.ticket(step);
        let record = self
            .guard
            .approvals()
            .show(ticket, &person)?
            .record
            .to_string();
        let present = self.crm[&record].clone();
        let answer = match self.guard.resume(ticket, &person, present) {
            Ok((operation, release)) => {
                self.apply(&record, release.changes());
                operation.complete("The quote has the discount that was approved.")?;
                let set: Json = serde_json::from_str(&release.to_json()).unwrap();
                json!({"outcome": "allow", "codes": [], "changes": set})
            }
            Err(error) => refused(&error),
        };
        Ok(self.with_discount(answer, &record))
    }

    fn apply(&mut self, record: &str, changes: &Changes) {
        let known = self.crm.get_mut(record).unwrap();
        *known = changes
            .fields()
            .iter()
            .fold(known.clone(), |known, (name, value)| {
                known.with(name.clone(), value.clone())
            });
    }

    fn with_discount(&self, mut answer: Json, record: &str) -> Json {
        let discount = self.crm[record].fields().value("discount");
        if let Some(discount) = discount.and_then(Value::as_number) {
            answer["discount"] = serde_json::from_str(&discount.to_string()).unwrap();
        }
        answer
    }
}

fn answer(decision: &Decision) -> Json {
    let codes: Vec<&str> = decision
        .reasons()
        .iter()
        .map(|reason| reason.code())
        .collect();
    let notify: Vec<&str> = decision.notify().iter().map(|channel| &**channel).collect();
    let chain = match decision.outcome() {
        Outcome::NeedsApproval(handle) => Some(handle.chains().to_string()),
        _ => None,
    };
    json!({
        "outcome": decision.outcome().as_str(),
        "codes": codes,
        "chain": chain,
        "risk": decision.risk().level.as_str(),
        "notify": notify,
        "message": decision.reasons().first().map_or("", |reason| reason.message()),
    })
}

/// Whether the guard answered what the session says it must.
fn as_expected(answer: &Json, expect: &Json) -> bool {
    let expect = expect.as_object().unwrap();
    expect.iter().all(|(name, expected)| match name.as_str() {
        "seen" => ids(&answer["views"]) == *expected,
        "fields" => {
            let mut fields = expected.as_object().unwrap().iter();
            fields.all(|(field, value)| answer["views"][0][field] == *value)
        }
        "absent" => expected.as_array().unwrap().iter().all(|field| {
            let mut views = answer["views"].as_array().unwrap().iter();
            views.all(|view| view.get(text(field)).is_none())
        }),
        _ => answer[name] == *expected,
    })
}

fn ids(views: &Json) -> Json {
    let views = views.as_array().unwrap().iter();
    views.map(|view| view["id"].clone()).collect()
}

#[test]
fn the_session_comes_to_its_decisions() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(folder.path());
    let session = desk.session.clone();
    let mut wrong = Vec::new();
    let mut steps = 0;
    for scene in session["scenes"].as_array().unwrap() {
        for step in scene["steps"].as_array().unwrap() {
            steps += 1;
            let answer = desk.play(step).unwrap_or_else(|error| refused(&error));
            if !as_expected(&answer, &step["expect"]) {
                wrong.push(format!("({}) {}: {answer}", scene["scene"], step["words"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(steps >= 20, "the session has only {steps} steps");
    assert!(desk.guard.audit().verify().unwrap().findings.is_empty());
}
