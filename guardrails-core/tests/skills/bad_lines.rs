//! Rows that cannot be read: each has its code, names its row, and is enforced as the widest
//! denial it can have meant.

use guardrails_core::skills::{Access, CODES, MAX_LINES, MAX_VALUE_BYTES, Rbac};
use guardrails_core::{Diagnostic, ErrorKind, RoleLine, Severity};

use crate::support::{Roles, access, allowed, denied, index, line, lines, names, rbac, sales};

fn finding(row: &str) -> Diagnostic {
    let found = rbac(&[row]).diagnostics().to_vec();
    assert_eq!(found.len(), 1, "{row}: {found:?}");
    found[0].clone()
}

/// One row per code that a row can have, with the sentence and the help.
#[test]
fn each_kind_of_bad_row_is_named() {
    let cases = [
        (
            "p2, CLERK, acme, quote.draft, use, allow",
            "G0701",
            "row 1 `p2, CLERK, acme, quote.draft, use, allow`: `p2` is no kind of role line",
            "correct or remove the line; until then it grants nothing",
        ),
        (
            "g, CLERK, SALES_REP",
            "G0702",
            "row 1 `g, CLERK, SALES_REP`: a `g` line has 3 values, this one has 2",
            "correct or remove the line; until then it denies role `CLERK` the use of every skill \
             in every tenant",
        ),
        (
            "p, CLERK, , quote.draft, use, deny",
            "G0703",
            "row 1 `p, CLERK, , quote.draft, use, deny`: the tenant is empty",
            "correct or remove the line; until then it denies role `CLERK` the use of skill \
             `quote.draft` in every tenant",
        ),
        (
            "p, CLERK, acme, quote.draft, read, deny",
            "G0704",
            "row 1 `p, CLERK, acme, quote.draft, read, deny`: the act is `read`, not `use`",
            "correct or remove the line; until then it denies role `CLERK` the use of skill \
             `quote.draft` in tenant `acme`",
        ),
        (
            "p, CLERK, acme, quote.draft, use, no",
            "G0705",
            "row 1 `p, CLERK, acme, quote.draft, use, no`: the effect is `no`, neither `allow` \
             nor `deny`",
            "correct or remove the line; until then it denies role `CLERK` the use of skill \
             `quote.draft` in tenant `acme`",
        ),
        (
            "g, A, A, acme",
            "G0706",
            "row 1 `g, A, A, acme`: it is part of the circle `A` -> `A`",
            "correct or remove the line; until then it denies role `A` the use of every skill in \
             tenant `acme`",
        ),
        (
            "p, *, acme, quote.draft, use, deny",
            "G0709",
            "row 1 `p, *, acme, quote.draft, use, deny`: the role `*` uses `*`, which it may not",
            "correct or remove the line; until then it denies every role the use of skill \
             `quote.draft` in tenant `acme`",
        ),
        (
            "p, CLERK, acme, qoute.draft, use, deny",
            "G0710",
            "row 1 is about the skill `qoute.draft`, which the policy does not have",
            "correct the name, or register the skill",
        ),
    ];
    for (row, code, message, help) in cases {
        let found = finding(row);
        assert_eq!(
            (found.code, found.message.as_str(), found.help.as_str()),
            (code, message, help)
        );
        assert!(CODES.iter().any(|known| known.code == code));
    }
}

#[test]
fn values_that_are_no_names_are_refused_and_shown_safely() {
    let long = "x".repeat(MAX_VALUE_BYTES + 1);
    let bad = [
        "",
        " R",
        "R ",
        "a,b",
        "\"R\"",
        "'R'",
        "`R`",
        "R\n",
        "R\0",
        "R\u{200b}",
        "R\u{202e}",
        "f()",
        "R\\",
        "R#",
        &long,
    ];
    for value in bad {
        let row = RoleLine {
            kind: "p".into(),
            values: [value, "acme", "quote.draft", "use", "allow"]
                .map(str::to_owned)
                .to_vec(),
        };
        let rbac = Rbac::load(Roles::with(vec![row]), &sales()).unwrap();
        let found = &rbac.diagnostics()[0];
        assert_eq!((found.code, found.severity), ("G0703", Severity::Error));
        assert!(found.message.chars().count() < 200);
        assert!(!found.message.contains(['\0', '\n', '\u{200b}', '\u{202e}']));
    }
    let longest = "角".repeat(MAX_VALUE_BYTES / 3);
    let row = format!("p, {longest}, acme, quote.draft, use, allow");
    assert!(rbac(&[&row]).diagnostics().is_empty());
}

#[test]
fn a_bad_allow_grants_nothing_and_takes_nothing_down() {
    let index = index(&["p, CLE\tRK, acme, quote.draft, use, allow"]);
    assert_eq!(
        access(&index, "acme", "CLE\tRK", "quote.draft"),
        Access::NotPermitted
    );
    assert_eq!(
        access(&index, "acme", "SALES_REP", "quote.draft"),
        allowed("SALES_REP")
    );
}

#[test]
fn a_denial_of_nobody_readable_denies_everybody_that_one_thing() {
    let index = index(&["p, , acme, quote.draft, use, deny"]);
    let ask = |tenant, skill| access(&index, tenant, "SALES_MANAGER", skill);
    assert_eq!(ask("acme", "quote.draft"), denied("SALES_MANAGER"));
    assert_eq!(ask("acme", "quote.approve"), allowed("SALES_MANAGER"));
    assert_eq!(ask("beta", "quote.draft"), allowed("SALES_MANAGER"));
}

#[test]
fn a_row_of_which_nothing_can_be_read_closes_everything() {
    for row in ["p", "x, , "] {
        let index = index(&[row]);
        let ask = access(&index, "acme", "SALES_MANAGER", "quote.approve");
        assert_eq!(ask, denied("SALES_MANAGER"), "{row}");
    }
}

#[test]
fn a_circle_is_named_and_binds_only_its_own_roles() {
    let rbac = rbac(&[
        "g, SALES_REP, LEAD, acme",
        "g, LEAD, HEAD, acme",
        "g, HEAD, SALES_REP, acme",
        "g, TRAINEE, SALES_MANAGER, acme",
    ]);
    let found: Vec<_> = rbac.diagnostics().iter().map(|d| d.code).collect();
    assert_eq!(found, ["G0706"; 3]);
    assert!(
        rbac.diagnostics()[0]
            .message
            .ends_with("it is part of the circle `SALES_REP` -> `LEAD` -> `HEAD` -> `SALES_REP`")
    );
    let index = rbac.index().unwrap();
    let ask = |tenant, role| access(&index, tenant, role, "quote.draft");
    assert_eq!(ask("acme", "SALES_REP"), denied("SALES_REP"));
    assert_eq!(ask("beta", "SALES_REP"), allowed("SALES_REP"));
    assert_eq!(ask("acme", "TRAINEE"), allowed("TRAINEE"));
}

#[test]
fn too_many_rows_are_not_loaded_at_all() {
    let rows = (0..=MAX_LINES)
        .map(|n| line(&format!("p, R{n}, acme, quote.draft, use, allow")))
        .collect();
    let error = Rbac::load(Roles::with(rows), &sales()).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Policy, "G0708"));
}

#[test]
fn findings_are_listed_up_to_a_hundred() {
    let rows = vec![line("p, CLERK, acme, nothing, use, deny"); 150];
    let rbac = Rbac::load(Roles::with(rows), &sales()).unwrap();
    assert_eq!(rbac.diagnostics().len(), 101);
    let last = &rbac.diagnostics()[100];
    assert_eq!(
        (last.code, last.message.as_str()),
        ("G0712", "50 more findings are not listed")
    );
}

#[test]
fn a_policy_built_in_code_is_checked_too() {
    let skills = vec![
        crate::support::skill("*", &["SALES_REP"]),
        crate::support::skill("quote.draft", &["*", "SALES_REP"]),
    ];
    let policy = crate::support::policy(skills);
    let rbac = Rbac::load(Roles::with(Vec::new()), &policy).unwrap();
    let found: Vec<_> = rbac.diagnostics().iter().map(|d| d.code).collect();
    assert_eq!(found, ["G0709", "G0709"]);
    assert_eq!(rbac.diagnostics()[0].place.line, 7);
    let index = rbac.index().unwrap();
    let roles = names(&["SALES_REP"]);
    assert_eq!(
        index.access("acme", &roles, "anything"),
        Access::NotPermitted
    );
    assert_eq!(
        index.access("acme", &roles, "quote.draft"),
        allowed("SALES_REP")
    );
}

#[test]
fn every_code_is_explained_once() {
    let mut codes: Vec<_> = CODES.iter().map(|c| c.code).collect();
    codes.dedup();
    assert_eq!(codes.len(), CODES.len());
    for code in CODES {
        for phrase in [&code.title, &code.why, &code.fix] {
            assert!(
                !phrase.is_empty() && phrase.is_translated(),
                "{}",
                code.code
            );
        }
        assert!(!code.example.is_empty());
    }
}

#[test]
fn equal_rows_count_once() {
    let rows = lines(&["p, CLERK, acme, quote.draft, use, allow"; 3]);
    let rbac = Rbac::load(Roles::with(rows), &sales()).unwrap();
    assert!(rbac.diagnostics().is_empty());
    let clerk = rbac.enforce("CLERK", "acme", "quote.draft").unwrap();
    assert_eq!(clerk, allowed("CLERK"));
}
