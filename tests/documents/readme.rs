//! README.md, and the policy of its translation.

use crm_guardrails::rules::{Bundle, SourceFile, compile, run_tests};
use crm_guardrails::{Principal, evaluate, policy::Policy};

use super::fences::{check_links, fences, path, read};

#[path = "../../examples/readme.rs"]
mod example;

const README: &str = "README.md";
const CHINESE: &str = "docs/zh/README.md";

fn of(page: &str, language: &str) -> Vec<String> {
    let fences = fences(page).into_iter();
    fences
        .filter(|fence| fence.info == language)
        .map(|fence| fence.text)
        .collect()
}

fn policy_text(page: &str) -> String {
    of(page, "guard").concat()
}

fn policy(page: &str) -> Policy {
    let bundle =
        Bundle::from_files(vec![SourceFile::new("quote.guard", policy_text(page))]).unwrap();
    let compiled = compile(&bundle);
    let found: Vec<String> = compiled
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    let policy = compiled.policy.unwrap();
    let report = run_tests(&policy, &compiled.tests);
    assert_eq!((report.passed(), report.failed()), (1, 0));
    policy
}

#[test]
fn each_fence_is_of_a_kind_that_is_tested() {
    for page in [README, CHINESE] {
        for fence in fences(page) {
            let known = ["guard", "json", "sh", "rust", "python", "console"];
            assert!(known.contains(&&*fence.info), "{page}:{}", fence.line);
        }
        check_links(page);
    }
}

#[test]
fn a_policy_and_its_effect_stand_before_line_30() {
    let lines: Vec<usize> = fences(README).iter().map(|fence| fence.line).collect();
    assert!(lines[1] < 29, "the second fence is in line {}", lines[1]);
}

#[test]
fn the_policies_mask_as_shown() {
    for page in [README, CHINESE] {
        masks_as_shown(page);
    }
}

fn masks_as_shown(page: &str) {
    let json = of(page, "json").concat();
    let [held, seen] = json.lines().collect::<Vec<_>>()[..] else {
        panic!("two lines were expected:\n{json}");
    };
    let request = format!(
        r#"{{"principal": {{"tenant": "acme", "user": "u-17", "roles": ["SALES_REP"]}},
            "skill": "quote.draft", "record": {held}}}"#
    );
    let answer = evaluate(policy(page), &request).unwrap();
    let shown = |json: &str| -> serde_json::Value { serde_json::from_str(json).unwrap() };
    assert_eq!(shown(&answer.view.unwrap().to_json()), shown(seen));
}

#[test]
fn the_rust_is_an_example_that_runs() {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let example = squeezed(&read("examples/readme.rs"));
    for fence in of(README, "rust") {
        assert!(
            example.contains(&squeezed(&fence)),
            "not in the example:\n{fence}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("policies")).unwrap();
    let file = folder.path().join("policies").join("quote.guard");
    std::fs::write(file, policy_text(README)).unwrap();
    // Nothing else in this process depends on the working directory.
    std::env::set_current_dir(folder.path()).unwrap();
    for (discount, told) in [(10, "applied"), (20, "waits for \"manager\"")] {
        let mut crm = example::Crm::default();
        let mut model = example::Model {
            prompt: String::new(),
            discount,
        };
        example::draft(&mut crm, &mut model).unwrap();
        assert!(crm.told.concat().starts_with(told), "{:?}", crm.told);
        assert!(model.prompt.contains("138****5678"), "{}", model.prompt);
    }
    let guard = crm_guardrails::Guard::builder()
        .policies("policies")
        .store("sqlite://guard.db");
    let guard = guard.open().unwrap();
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let manager = Principal::user("acme", "u-02").role("SALES_MANAGER");
    let waiting = guard.approvals().list(&rep).unwrap();
    let ticket = waiting[0].id;
    guard.approvals().approve(ticket, &manager, "").unwrap();
    let mut crm = example::Crm::default();
    example::resume(&guard, ticket, &rep, &mut crm).unwrap();
    assert_eq!(crm.told, ["applied Update"]);
    std::env::set_current_dir(path(".")).unwrap();
}
