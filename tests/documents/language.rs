//! docs/language.md and its translation, whose fences are of these kinds:
//!
//! * `guard`: policy that compiles. One that begins with `guard 1` begins a new policy; the others
//!   go on with the one before.
//! * `condition`: one condition per line, over the policy before.
//! * `guard G0302`: policy that gives this code, added to the policy before.
//! * `text`: a part of something else, not tested.

use crm_guardrails::Severity;
use crm_guardrails::rules::{Bundle, Compilation, SourceFile, compile, run_tests};

use super::fences::{Fence, check_links, fences};

const DOCUMENTS: [&str; 2] = ["docs/language.md", "docs/zh/language.md"];

fn compiled(text: &str) -> Compilation {
    let words = SourceFile::new("words.txt", "机密\n# a remark\nsecret\n");
    let policy = SourceFile::new("policy.guard", text);
    compile(&Bundle::from_files(vec![policy, words]).unwrap())
}

/// What is wrong with a text, as lines; unused consts and the like are no matter here.
fn errors(compilation: &Compilation) -> String {
    let found = compilation.diagnostics.iter();
    let errors = found.filter(|finding| finding.severity == Severity::Error);
    let lines: Vec<String> = errors.map(|finding| format!("{finding:#}")).collect();
    lines.join("\n")
}

#[test]
fn the_documents_are_true() {
    for document in DOCUMENTS {
        check(document);
    }
}

fn check(document: &str) {
    check_links(document);
    let mut policy = String::new();
    let mut counts = [0_usize; 3];
    for fence in fences(document) {
        match fence.info.split_once(' ') {
            None if fence.info == "guard" => {
                counts[0] += 1;
                policy_fence(document, &mut policy, &fence);
            }
            None if fence.info == "condition" => {
                counts[1] += 1;
                conditions(document, &policy, &fence);
            }
            Some(("guard", code)) => {
                counts[2] += 1;
                finding(document, &policy, &fence, code);
            }
            _ if fence.info == "text" => {}
            _ => panic!("{document}:{}: `{}`", fence.line, fence.info),
        }
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

fn policy_fence(document: &str, policy: &mut String, fence: &Fence) {
    if fence.text.starts_with("guard 1") {
        policy.clear();
    }
    policy.push_str(&fence.text);
    let compilation = compiled(policy);
    let errors = errors(&compilation);
    assert!(errors.is_empty(), "{document}:{}:\n{errors}", fence.line);
    let report = run_tests(compilation.policy.as_ref().unwrap(), &compilation.tests);
    let failed: Vec<String> = report
        .results
        .iter()
        .flat_map(|result| &result.failures)
        .map(ToString::to_string)
        .collect();
    assert!(
        failed.is_empty(),
        "{document}:{}: {}",
        fence.line,
        failed.join("\n")
    );
}

fn conditions(document: &str, policy: &str, fence: &Fence) {
    for line in fence.text.lines().filter(|line| !line.trim().is_empty()) {
        let condition = line.split("  //").next().unwrap();
        let text = format!(
            "{policy}\nrule tried {{ on update of Quote when {condition} then deny TRIED }}\n"
        );
        let errors = errors(&compiled(&text));
        assert!(
            errors.is_empty(),
            "{document}:{}: {line}\n{errors}",
            fence.line
        );
    }
}

fn finding(document: &str, policy: &str, fence: &Fence, code: &str) {
    let compilation = compiled(&format!("{policy}\n{}", fence.text));
    let found: Vec<&str> = compilation
        .diagnostics
        .iter()
        .map(|found| found.code)
        .collect();
    assert!(
        found.contains(&code),
        "{document}:{}: {found:?} instead of {code}",
        fence.line
    );
}
