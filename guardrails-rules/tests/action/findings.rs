//! What is wrong with a script, where, and what to do: the cases of `refused.txt`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::fixture::{refusal, start};

const CASES: &str = include_str!("refused.txt");

fn cases() -> impl Iterator<Item = &'static str> {
    CASES.split("====\n")
}

#[test]
fn findings_read_well() {
    let mut shown = String::new();
    for script in cases() {
        writeln!(shown, "{script}").unwrap();
        for finding in refusal(script) {
            assert!(finding.message.is_translated(), "{finding}");
            assert!(finding.help.is_translated(), "{}", finding.help);
            let at = |byte: u32| (byte - start().start) as usize;
            let under = script
                .get(at(finding.place.start)..at(finding.place.end))
                .unwrap();
            writeln!(shown, "{finding}").unwrap();
            writeln!(shown, "    under: {}", under.escape_debug()).unwrap();
            writeln!(shown, "    help:  {}", finding.help).unwrap();
        }
        writeln!(shown, "----").unwrap();
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn every_code_has_a_case() {
    let mut seen: BTreeSet<&str> = cases()
        .flat_map(refusal)
        .map(|finding| finding.code)
        .collect();
    seen.insert(refusal(&" ".repeat(5000))[0].code);
    // No script is known that passes the checks and fails in the engine.
    let missing = guardrails_rules::codes()
        .iter()
        .map(|entry| entry.code)
        .filter(|code| code.starts_with("G06") && *code != "G0610" && !seen.contains(code));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_script_from_nowhere_has_findings_from_nowhere() {
    let nowhere = guardrails_core::Place::default();
    let findings =
        guardrails_rules::action::compile("x = 1;", &nowhere, &crate::fixture::quote(), &[]);
    assert!(!findings.unwrap_err()[0].place.is_known());
}
