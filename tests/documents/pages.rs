//! What holds of every page: its links lead somewhere, its fences are of a known kind, the policies in
//! it compile and pass their own tests, and the list of pages names it.

use std::path::Path;
use std::process::Command;

use crm_guardrails::rules::{Bundle, SourceFile, compile, run_tests};

use super::fences::{check_links, fences, path, prose, read};

const LIST: &str = "docs/README.md";

/// Pages whose policies are held to more by tests of their own.
const TESTED_ELSEWHERE: [&str; 5] = [
    "README.md",
    "docs/language.md",
    "docs/zh/README.md",
    "docs/zh/language.md",
    "guardrails-py/README.md",
];

/// The pages at the root, those of the wheel and of the examples, and all in `docs`.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> = [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.push("guardrails-py/README.md".to_owned());
    pages.push("examples/README.md".to_owned());
    let mut folders = vec!["docs".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(path(&folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let name = format!("{folder}/{name}");
            if path(&name).is_dir() {
                folders.push(name);
            } else if Path::new(&name).extension().is_some_and(|end| end == "md") {
                pages.push(name);
            }
        }
    }
    assert!(pages.len() > 15, "{pages:?}");
    pages
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        check_links(&page);
    }
}

#[test]
fn fences_are_of_a_known_kind() {
    const KNOWN: [&str; 12] = [
        "guard",
        "condition",
        "rust",
        "python",
        "console",
        "sh",
        "sql",
        "json",
        "toml",
        "yaml",
        "lua",
        "text",
    ];
    for page in pages() {
        for fence in fences(&page) {
            let kind = fence.info.split(' ').next().unwrap();
            assert!(KNOWN.contains(&kind), "{page}:{}: `{kind}`", fence.line);
        }
    }
}

#[test]
fn the_list_of_pages_is_complete() {
    let list = read(LIST);
    for page in pages() {
        let link = match page.strip_prefix("docs/") {
            Some(inside) => inside.to_owned(),
            None => format!("../{page}"),
        };
        let is_listed = list.contains(&format!("]({link})"));
        let is_a_front_page = page == LIST || page == "README.md";
        assert!(is_listed || is_a_front_page, "{LIST} does not name {page}");
    }
}

/// What in a page looks like a path from the root of the repository. Capitals stand for a name to choose.
fn paths(page: &str) -> Vec<String> {
    const FOLDERS: [&str; 10] = [
        "tests",
        "src",
        "docs",
        "examples",
        "benches",
        ".ci",
        "guardrails-core",
        "guardrails-rules",
        "guardrails-orm",
        "guardrails-py",
    ];
    let is_of_a_path = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_./-".contains(c);
    let prose = prose(&read(page));
    let spans = prose.split('`').skip(1).step_by(2);
    let paths = spans.filter(|span| {
        let folder = span.split_once('/').map(|(folder, _)| folder);
        folder.is_some_and(|folder| FOLDERS.contains(&folder)) && span.chars().all(is_of_a_path)
    });
    paths.map(str::to_owned).collect()
}

#[test]
fn files_that_are_named_exist() {
    let mut count = 0;
    for page in pages() {
        for named in paths(&page) {
            let file = path(&named);
            let exists = file.exists() || file.with_added_extension("rs").exists();
            assert!(exists, "{page}: there is no `{named}`");
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn test_binaries_that_are_named_exist() {
    let crates = [
        "",
        "guardrails-core/",
        "guardrails-rules/",
        "guardrails-orm/",
    ];
    for page in pages() {
        let text = read(&page);
        for rest in text.split("--test ").skip(1) {
            let name: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let exists = crates.iter().any(|of| {
                let test = path(&format!("{of}tests/{name}"));
                test.with_added_extension("rs").exists() || test.join("main.rs").exists()
            });
            assert!(exists, "{page}: there is no test binary `{name}`");
        }
    }
}

/// A fence `guard` is a policy of its own, unless a file name follows: then the page is played as a whole.
#[test]
fn policies_compile_and_pass_their_tests() {
    for page in pages() {
        if TESTED_ELSEWHERE.contains(&&*page) {
            continue;
        }
        for fence in fences(&page).iter().filter(|fence| fence.info == "guard") {
            let file = SourceFile::new("policy.guard", &*fence.text);
            let compiled = compile(&Bundle::from_files(vec![file]).unwrap());
            let place = format!("{page}:{}", fence.line);
            assert!(
                compiled.diagnostics.is_empty(),
                "{place}: {:?}",
                compiled.diagnostics
            );
            let report = run_tests(compiled.policy.as_ref().unwrap(), &compiled.tests);
            assert_eq!(report.failed(), 0, "{place}");
        }
    }
}

/// A fence `json` is one document, or one on each line.
#[test]
fn json_parses() {
    let parses = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    let mut count = 0;
    for page in pages() {
        for fence in fences(&page)
            .iter()
            .filter(|it| it.info.starts_with("json"))
        {
            let is_right = parses(&fence.text) || fence.text.lines().all(parses);
            assert!(is_right, "{page}:{}", fence.line);
            count += 1;
        }
    }
    assert!(count > 3, "{count}");
}

/// Whoever pastes a fence `sh` into a shell is not told of a syntax error.
#[test]
fn shells_can_read_what_is_for_them() {
    let mut count = 0;
    for page in pages() {
        for fence in fences(&page).iter().filter(|it| it.info == "sh") {
            let place = format!("{page}:{}", fence.line);
            let read = Command::new("sh").args(["-n", "-c", &fence.text]).output();
            let read = read.unwrap();
            let why = String::from_utf8_lossy(&read.stderr).into_owned();
            assert!(read.status.success(), "{place}: {why}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}
