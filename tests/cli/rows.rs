//! `guard check --store`: the rows of a database held against the policies.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crm_guardrails::audit::Keys;
use crm_guardrails::policy::SkillStatus;
use crm_guardrails::stores::{RoleStore as _, SkillStore as _};
use crm_guardrails::{Database, OpenOptions, OsEntropy, RoleLine, SkillStatusRow, SystemClock};

use super::administrator::administer;
use super::company::{self, Company};

/// Runs `guard check` on the example's policies with a database; its output and exit code.
fn check(database: &Path, format: &str) -> (String, Option<i32>) {
    let store = format!("sqlite://{}", database.display());
    let done = Command::new(env!("CARGO_BIN_EXE_guard"))
        .args(["check", "examples/crm/policies", "--lang", "en"])
        .args(["--store", &store, "--format", format])
        .output()
        .unwrap();
    (String::from_utf8(done.stdout).unwrap(), done.status.code())
}

#[test]
fn misspelt_rows_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guard.db");
    let keys = Arc::new(Keys::from_seed([7; 32]));
    let options = OpenOptions::new(keys, Arc::new(SystemClock), Arc::new(OsEntropy));
    let database =
        Database::open(&format!("sqlite://{}?mode=rwc", path.display()), options).unwrap();
    drop(database.clone());
    let (text, code) = check(&path, "human");
    assert_eq!(code, Some(0), "{text}");

    let line = |values: &[&str]| RoleLine {
        kind: "g".to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    database
        .add_role_lines(&[line(&["u-17", "SALES_REP", "acme"])])
        .unwrap();
    let status = SkillStatusRow {
        tenant: "acme".into(),
        skill: "quote.drfat".into(),
        status: SkillStatus::Suspended,
    };
    database.set_skill_status(&status).unwrap();
    drop(database);
    let field = "INSERT INTO data_field_permission \
        (tenant_id, entity_type, field_name, sensitivity_level, pii_flag, encryption_required) \
        VALUES ('acme', 'Qoute', 'amount', 2, FALSE, FALSE)";
    administer(&path, &[field]);
    let (text, code) = check(&path, "plain");
    assert_eq!(code, Some(0), "warnings alone:\n{text}");
    for told in [
        "G0714",
        "`u-17`",
        "G0710",
        "`quote.drfat`",
        "G0716",
        "`Qoute.amount`",
    ] {
        assert!(text.contains(told), "{told} in\n{text}");
    }

    let role = "INSERT INTO role_field_permission \
        (tenant_id, role_id, field_id, access_type, ai_access_allowed, conditions) \
        SELECT 'acme', 'SALES_REP', id, 'HIDDEN', TRUE, '{\"recrod\": {}}' FROM data_field_permission";
    administer(&path, &[role]);
    let (text, code) = check(&path, "json");
    assert_eq!(code, Some(1), "{text}");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let codes: Vec<&str> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|f| f["code"].as_str())
        .collect();
    assert!(codes.contains(&"G0719"), "{codes:?}");
    assert_eq!(json["errors"], 1);
    let (text, _) = check(&path, "human");
    assert!(text.contains("did you mean `Quote`?"), "{text}");
    assert!(text.contains("1 error"), "{text}");
}

/// A status that is not understood, and a tenant that operations were not on.
#[test]
fn words_that_are_not_understood_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let _ = Company::at_work(folder.path(), company::monday());
    let path = folder.path().join(company::STORE);
    let (text, code) = check(&path, "plain");
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("G07"), "{text}");
    let status = "INSERT INTO guard_ai_skill_status (tenant_id, skill_name, status) \
        VALUES ('acme', 'quote.draft', 'Active')";
    let field = "INSERT INTO data_field_permission \
        (tenant_id, entity_type, field_name, sensitivity_level, pii_flag, encryption_required) \
        VALUES ('acme_', 'Quote', 'amount', 2, FALSE, FALSE)";
    administer(&path, &[status, field]);
    let (text, code) = check(&path, "human");
    assert_eq!(code, Some(1), "{text}");
    for told in [
        "error[G0721]: row `acme, quote.draft` cannot be read: column `status`",
        "skill `quote.draft` is suspended in tenant `acme`",
        "warning[G0715]: no operation was on the tenant `acme_` so far",
        "did you mean `acme`?",
    ] {
        assert!(text.contains(told), "{told} in\n{text}");
    }
}
