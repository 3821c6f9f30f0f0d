//! Runs the pages of this folder: transcripts of the `guard` command that read like its manual. Each
//! command's output, streams and exit code are held to what is written there.
//!
//! `pages/` run in this repository's folder, `stored/` beside a database that `company.rs` fills,
//! `bad_input/` beside files that are broken in every way we know, and `streams/` one command each,
//! with standard output and standard error apart.
#![cfg(feature = "cli")]
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "../administrator/mod.rs"]
mod administrator;
mod broken;
mod codes;
mod company;
mod formatting;
mod large;
mod pipes;
mod played;
mod postgresql;
mod rows;
mod stage;
mod steering;
mod watching;

use company::Company;
use stage::Stage;

#[test]
fn pages() {
    stage::cases().case("tests/cli/pages/*.md").run();
}

#[test]
fn the_transcript_of_the_readme() {
    stage::cases().case("README.md").run();
    let chinese = stage::cases_in(stage::CHINESE);
    chinese.case("docs/zh/README.md").run();
}

#[test]
fn the_transcripts_of_the_explanations() {
    stage::cases().case("docs/explanations.md").run();
}

#[test]
fn streams() {
    stage::cases().case("tests/cli/streams/*.toml").run();
}

#[test]
fn an_audit_is_verified_and_traced() {
    let stage = Stage::new();
    Company::at_work(stage.folder(), company::monday()).tell(&stage, "audit.md");
}

#[test]
fn a_shadow_policy_is_added_up() {
    let stage = Stage::new();
    Company::in_shadow(stage.folder(), company::monday()).tell(&stage, "shadow.md");
}

#[test]
fn one_changed_byte_is_found() {
    let stage = Stage::new();
    let company = Company::at_work(stage.folder(), company::monday());
    company.change_one_byte();
    company.tell(&stage, "tampered.md");
}

#[test]
fn a_database_that_was_put_back_is_behind() {
    let stage = Stage::new();
    let company = Company::at_work(stage.folder(), company::monday());
    company.put_back(company::monday());
    std::fs::write(stage.folder().join("empty.txt"), "").unwrap();
    company.tell(&stage, "restored.md");
}

#[test]
fn tickets_are_seen_and_decided() {
    let stage = Stage::new();
    Company::at_work(stage.folder(), company::now()).tell(&stage, "approvals.md");
}

#[test]
fn a_database_is_migrated() {
    let stage = Stage::new();
    stage.run("stored", "migrate.md", &[]);
}

#[test]
fn broken_policies() {
    let stage = Stage::new();
    broken::policies(stage.folder());
    stage.run("bad_input", "policies.md", &[]);
}

#[test]
fn broken_requests() {
    let stage = Stage::new();
    broken::requests(stage.folder());
    stage.run("bad_input", "requests.md", &[]);
}

#[test]
fn unusable_databases() {
    let stage = Stage::new();
    let company = Company::at_work(stage.folder(), company::now());
    broken::databases(stage.folder());
    let _lock = broken::Locked::hold(&stage.folder().join("locked.db"));
    company.tell_in(&stage, "bad_input", "databases.md");
}
