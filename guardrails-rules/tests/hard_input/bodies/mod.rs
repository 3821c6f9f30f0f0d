//! What must hold of any input, as one function per fuzz target.
//!
//! `guardrails-rules/fuzz` calls them with bytes that libFuzzer makes up, `hard_input/main.rs` with the
//! seeds that are committed. A promise that is broken is a panic.

mod conditions;
#[path = "../../action/fixture.rs"]
#[expect(dead_code, reason = "the tests of scripts use the rest")]
mod fixture;
mod rows;
mod stored;
mod tickets;

use std::collections::BTreeSet;

use guardrails_core::data::Access;
use guardrails_core::policy::{Arithmetic, Expr, ExprKind, Type};
use guardrails_core::process::{Facts, Truth, holds};
use guardrails_core::{Diagnostic, Fields, Language, Place, Severity, check_tables};
use guardrails_rules::{
    Bundle, Compilation, SourceFile, Style, compile, render, run_tests, syntax, to_json,
};

pub use stored::{audit_rows, record_and_change};
pub use tickets::ticket_rows;

/// Tests of one policy that are run; each opens a guard of its own.
const TESTS: usize = 4;

/// Reading one file ends, and what it finds lies within the file.
pub fn parse(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let source = SourceFile::new("any.guard", text);
    sound(&syntax(&source), source.text().len());
}

/// What is formatted reads as it did, with the same findings, and formatting it again changes nothing.
/// What cannot be read is not formatted, for reasons of its own and never for the printer's.
pub fn format(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let file = |text: &str| SourceFile::new("any.guard", text);
    let printed = match guardrails_rules::format(&file(text)) {
        Ok(printed) => printed,
        Err(findings) => {
            assert!(!findings.is_empty());
            return sound(&findings, text.len());
        }
    };
    assert_eq!(
        guardrails_rules::format(&file(&printed)),
        Ok(printed.clone()),
        "{text}"
    );
    let found = |text: &str| {
        let compiled = compile(&Bundle::from_files(vec![file(text)]).unwrap());
        let mut codes: Vec<&str> = compiled.diagnostics.iter().map(|one| one.code).collect();
        codes.sort_unstable();
        (compiled.policy.is_some(), compiled.tests.len(), codes)
    };
    assert_eq!(found(&printed), found(text), "{text}");
}

/// Compiling a bundle ends with a policy or with an error, the same ones each time, and everything
/// that is said can be shown. The tests of a policy that compiles can be run.
pub fn check(data: &[u8]) {
    let Some(bundle) = bundle(data) else { return };
    let compiled = compile(&bundle);
    sound(&compiled.diagnostics, data.len());
    let refused = |finding: &Diagnostic| finding.severity == Severity::Error;
    assert_eq!(
        compiled.policy.is_none(),
        compiled.diagnostics.iter().any(refused)
    );
    assert_eq!(compiled.diagnostics, compile(&bundle).diagnostics);
    let rendered = render(
        &compiled.diagnostics,
        &bundle,
        Style::Colour,
        Language::English,
    );
    assert_eq!(rendered.is_empty(), compiled.diagnostics.is_empty());
    assert!(
        serde_json::from_str::<serde_json::Value>(&to_json(
            &compiled.diagnostics,
            Language::English
        ))
        .is_ok()
    );
    run(&compiled);
}

/// A guard answers from its plan's index what the oracle answers by walking every rule.
pub fn index_against_oracle(data: &[u8]) {
    let case = conditions::Case::decoded(data);
    let asked = case.asked();
    let facts = Facts::new(
        &asked.principal,
        &asked.skill,
        asked.record.fields(),
        asked.now,
    );
    let facts = facts.changed_by(asked.changes.fields());
    let expected = asked.policy.rules.iter().filter_map(|rule| {
        let truth = rule
            .when
            .as_ref()
            .map_or(Truth::True, |when| holds(when, &facts));
        (truth != Truth::False).then(|| (rule.origin.name.to_string(), truth == Truth::Unknown))
    });
    let Some(verdicts) = asked.verdicts() else {
        return;
    };
    assert_eq!(
        verdicts,
        expected.collect::<BTreeSet<_>>(),
        "{}\n{}",
        case.policy,
        case.record
    );
}

/// A condition that is printed and read again is equal to what it was, wherever it stands, and hashes
/// alike. An `in` that became an `or` is told from one by nothing but its place, so that an `or` inside of
/// an `or` counts as one. Left out are products of amounts and percents: their constants have lost the unit.
pub fn printed_conditions(data: &[u8]) {
    let case = conditions::Case::decoded(data);
    let written = case.asked().policy;
    let whens = written.rules.iter().filter_map(|rule| rule.when.as_ref());
    let whens: Vec<&Expr> = whens.filter(|when| !when.contains(loses_unit)).collect();
    let printed = conditions::policy_of(whens.iter().copied());
    let read = conditions::compiled(&printed);
    assert_eq!(read.rules.len(), whens.len());
    for (when, rule) in whens.into_iter().zip(&read.rules) {
        let (when, again) = (flattened(when), flattened(rule.when.as_ref().unwrap()));
        assert_eq!(when, again, "{when}");
        assert_eq!(hash_of(&when), hash_of(&again), "{when}");
    }
}

fn loses_unit(expr: &Expr) -> bool {
    let has_unit = |side: &&Expr| matches!(&side.kind, ExprKind::Path(path) if matches!(path.ty, Type::Money(_) | Type::Percent));
    matches!(
        expr.kind,
        ExprKind::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide, ..)
    ) && expr.children().iter().any(has_unit)
}

/// The condition with what is joined inside of the same word joined as one.
fn flattened(expr: &Expr) -> Expr {
    let mut expr = expr.clone();
    expr.for_each_child_mut(|child| *child = flattened(child));
    let joins_all = matches!(expr.kind, ExprKind::All(_));
    if let ExprKind::All(parts) | ExprKind::Any(parts) = &mut expr.kind {
        *parts = std::mem::take(parts)
            .into_iter()
            .flat_map(|part| match part.kind {
                ExprKind::All(inner) if joins_all => inner,
                ExprKind::Any(inner) if !joins_all => inner,
                kind => vec![Expr::new(kind, part.place)],
            })
            .collect();
    }
    expr
}

fn hash_of(value: impl std::hash::Hash) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    value.hash(&mut hasher);
    std::hash::Hasher::finish(&hasher)
}

/// Compiling a script ends with an action or with findings inside the script; running the action
/// ends with effects or with an error.
pub fn action(data: &[u8]) {
    let Ok(script) = std::str::from_utf8(data) else {
        return;
    };
    match fixture::compile(script) {
        Ok(action) => {
            let _ = fixture::run_action(&*action, &fixture::record(), &Fields::new());
            let _ = fixture::run_action(&*action, &Fields::new(), &fixture::record());
        }
        Err(findings) => {
            assert!(!findings.is_empty());
            let first = fixture::start().start;
            for Diagnostic { place, help, .. } in findings {
                assert!(first <= place.start && place.start <= place.end);
                assert!((place.end - first) as usize <= script.len());
                assert!(!help.is_empty());
            }
        }
    }
}

/// Rows of the permission tables, whatever is in them, are read or told of, and narrow what grants give;
/// role lines are screened.
pub fn permission_rows(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let rows = rows::Rows::decoded(text);
    let found = check_tables(rows.policy(), &rows.tables, &BTreeSet::new());
    assert_eq!(
        found,
        check_tables(rows.policy(), &rows.tables, &BTreeSet::new())
    );
    for finding in &found {
        assert!(
            finding.code.starts_with("G07") && !finding.help.is_empty(),
            "{finding}"
        );
        assert!(!finding.message.contains(['\n', '\r', '\0']), "{finding:?}");
    }
    for truth in [Truth::True, Truth::False, Truth::Unknown] {
        let narrowed = rows.table(&rows.tables.field_permissions, truth);
        let open = rows.table(&[], truth);
        if narrowed.is_out_of_scope() {
            continue;
        }
        for (narrow, wide) in narrowed.rows().iter().zip(open.rows()) {
            assert_eq!(narrow.name(), wide.name());
            // A field that is opened for what is inside it is judged by that.
            let opened = !narrow.nested().is_empty() || !wide.nested().is_empty();
            let strictness = |access: &Access| access.strictness();
            assert!(opened || strictness(narrow.access()) >= strictness(wide.access()));
            assert!(narrow.writable() <= wide.writable());
        }
    }
}

/// Up to three files in one text, with a line `===` between them: two of policy and a word list.
fn bundle(data: &[u8]) -> Option<Bundle> {
    let text = std::str::from_utf8(data).ok()?;
    let names = ["a.guard", "b.guard", "words.txt"];
    let files = names.into_iter().zip(text.splitn(3, "\n===\n"));
    Bundle::from_files(
        files
            .map(|(name, text)| SourceFile::new(name, text))
            .collect(),
    )
    .ok()
}

fn run(compiled: &Compilation) {
    let Some(policy) = &compiled.policy else {
        return;
    };
    let tests = compiled.tests.get(..TESTS).unwrap_or(&compiled.tests);
    assert_eq!(run_tests(policy, tests).results.len(), tests.len());
}

fn sound(findings: &[Diagnostic], longest: usize) {
    for finding in findings {
        let Place { start, end, .. } = finding.place;
        assert_ne!(finding.code, "G0999", "{finding}");
        assert!(start <= end && end as usize <= longest, "{finding}");
        assert!(!finding.message.is_empty(), "{finding}");
    }
}
