//! docs/how-to/permission-tables.md: each of its statements does what the page says.

use std::sync::Arc;

use chrono::{TimeZone as _, Utc};
use crm_guardrails::{Changes, Clock, FrozenClock, Guard, Principal, Record, Request};

use super::administrator::administer;
use super::fences::fences;

const PAGE: &str = "docs/how-to/permission-tables.md";

struct Desk {
    folder: tempfile::TempDir,
    statements: Vec<String>,
    guard: Guard,
}

impl Desk {
    fn open(hour: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let statements = fences(PAGE).into_iter().filter(|fence| fence.info == "sql");
        let policy = fences(PAGE)
            .into_iter()
            .find(|fence| fence.info.ends_with(".guard"));
        let file = folder.path().join("sales.guard");
        std::fs::write(&file, policy.unwrap().text).unwrap();
        let at = Utc.with_ymd_and_hms(2026, 3, 2, hour, 0, 0).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(FrozenClock::at(at));
        let address = format!("sqlite://{}", folder.path().join("guard.db").display());
        let guard = Guard::builder()
            .policies(file)
            .store(format!("{address}?mode=rwc"))
            .clock(clock)
            .without_watching();
        Self {
            guard: guard.open().unwrap(),
            statements: statements.map(|fence| fence.text).collect(),
            folder,
        }
    }

    /// Runs the statements of the page that mention this.
    fn run(&self, about: &str) {
        let mut found = self.statements.iter().filter(|sql| sql.contains(about));
        let sql = found.next().unwrap();
        administer(&self.folder.path().join("guard.db"), &[sql]);
        let _ = self.guard.refresh().unwrap();
    }

    fn begin(&self, role: &'static str) -> Result<crm_guardrails::Operation, String> {
        let principal = Principal::user("acme", "u-17").role(role);
        let begun = self.guard.begin(Request::new(&principal, "quote.draft"));
        begun.map_err(|error| error.code().to_owned())
    }

    /// What a seller's AI sees of a quote, and the code with which its discount may not be changed.
    fn seller(&self, stage: &str) -> (String, Option<String>) {
        let quote = Record::from_json(
            "Quote",
            &format!(r#"{{"id": "Q-1", "owner": "u-17", "stage": "{stage}", "discount": 5}}"#),
        );
        let quote = quote.unwrap();
        let mut op = self.begin("SALES_REP").unwrap();
        let view = op.read(&quote).unwrap().to_json();
        let decision = op
            .propose(&Changes::update(&quote).set("discount", 10))
            .unwrap();
        let refused = decision.release().is_none();
        (view, refused.then(|| decision.code().to_owned()))
    }
}

const WHOLE: &str = r#"{"discount":5,"id":"Q-1","owner":"u-17","stage":"OPEN"}"#;

#[test]
fn a_field_is_hidden() {
    let desk = Desk::open(10);
    assert_eq!(desk.seller("OPEN"), (WHOLE.to_owned(), None));
    desk.run("HIDDEN");
    assert_eq!(
        desk.seller("OPEN").0,
        WHOLE.replace(r#","stage":"OPEN""#, "")
    );
}

#[test]
fn a_row_depends_on_record_and_time() {
    let desk = Desk::open(10);
    desk.run("WRITE");
    assert_eq!(desk.seller("OPEN"), (WHOLE.to_owned(), None));
    let (view, code) = desk.seller("WON");
    assert!(!view.contains("discount"), "{view}");
    assert_eq!(code.as_deref(), Some("FIELD_NOT_WRITABLE"));

    let evening = Desk::open(20);
    evening.run("WRITE");
    let (view, code) = evening.seller("OPEN");
    assert!(!view.contains("discount"), "{view}");
    assert_eq!(code.as_deref(), Some("FIELD_NOT_WRITABLE"));
}

#[test]
fn a_skill_is_denied_to_a_role_and_stopped_for_all() {
    let desk = Desk::open(10);
    desk.run("'SALES_LEAD'");
    assert_eq!(desk.begin("SALES_LEAD").unwrap_err(), "SKILL_DENIED");
    let mut open = desk.begin("SALES_REP").unwrap();
    desk.run("suspended");
    assert_eq!(desk.begin("SALES_REP").unwrap_err(), "SKILL_SUSPENDED");
    let quote = Record::from_json("Quote", WHOLE).unwrap();
    let error = open.read(&quote).err().unwrap();
    assert_eq!(error.code(), "SKILL_SUSPENDED");
}
