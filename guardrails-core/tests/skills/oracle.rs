//! The index against Casbin, and both against the rules read out aloud. In a build without Casbin the
//! same companies are held against the rules alone.
//!
//! Each case is a random small company: lines with hierarchies, tenants, denials and wildcards,
//! some of them unreadable, circular or too high.

use std::collections::BTreeSet;
use std::mem::{Discriminant, discriminant};

use guardrails_core::policy::Policy;
use guardrails_core::skills::{Access, Rbac};
use guardrails_core::{Name, RoleLine, Severity};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{Roles, line, policy, skill};

const TENANTS: &[&str] = &["acme", "beta", "gamma"];
const ROLES: &[&str] = &["A", "B", "C", "D", "E"];
#[cfg(feature = "casbin")]
const SKILLS: &[&str] = &["s1", "s2", "s3"];
const ASKED: &[&str] = &["s1", "s2", "s3", "unknown", "*"];

/// What the policy text says: one shared permission.
fn company() -> Policy {
    policy(vec![
        skill("s1", &["A"]),
        skill("s2", &[]),
        skill("s3", &[]),
    ])
}

fn permission() -> impl Strategy<Value = RoleLine> {
    let domain = select(&["*", "acme", "beta"][..]);
    let skill = select(&["*", "s1", "s2", "s3"][..]);
    let effect = prop_oneof![2 => Just("allow"), 1 => Just("deny")];
    (select(ROLES), domain, skill, effect)
        .prop_map(|(r, d, s, e)| line(&format!("p, {r}, {d}, {s}, use, {e}")))
}

/// Inheritance in one direction only, so that there is no circle.
fn step() -> impl Strategy<Value = RoleLine> {
    let pair = (1..ROLES.len()).prop_flat_map(|above| (0..above, Just(above)));
    (pair, select(&["acme", "beta"][..]))
        .prop_map(|((a, b), tenant)| line(&format!("g, {}, {}, {tenant}", ROLES[a], ROLES[b])))
}

/// Inheritance in any direction.
fn leap() -> impl Strategy<Value = RoleLine> {
    (select(ROLES), select(ROLES), select(&["acme", "beta"][..]))
        .prop_map(|(a, b, tenant)| line(&format!("g, {a}, {b}, {tenant}")))
}

fn good() -> impl Strategy<Value = Vec<RoleLine>> {
    let one = prop_oneof![3 => permission(), 2 => step()];
    prop::collection::vec(one, 0..14)
}

/// Breaks one line so that it cannot be read.
fn broken(one: RoleLine) -> impl Strategy<Value = RoleLine> {
    let bad = select(&["", "x\ty", " A", "s*", "a,b", "eval(1)"][..]);
    (0..7_usize, bad, select(&["p2", "G", "g", "p", "", "q"][..])).prop_map(
        move |(at, bad, kind)| {
            let mut one = one.clone();
            match one.values.len() {
                _ if at == 6 && one.kind != kind => one.kind = kind.to_owned(),
                _ if at >= 5 => one.values.push("more".to_owned()),
                length if at < length => one.values[at] = bad.to_owned(),
                _ => {
                    one.values.pop();
                }
            }
            one
        },
    )
}

fn roles() -> impl Strategy<Value = Vec<Name>> {
    prop::sample::subsequence(ROLES, 1..=3)
        .prop_map(|roles| roles.into_iter().map(Name::from).collect())
}

fn load(rows: &[RoleLine]) -> Rbac {
    Rbac::load(Roles::with(rows.to_vec()), &company()).unwrap()
}

/// The rules read out aloud: walk up from the roles, look at every line.
fn aloud(rows: &[RoleLine], tenant: &str, roles: &[Name], skill: &str) -> Discriminant<Access> {
    let mut held: BTreeSet<String> = roles.iter().map(ToString::to_string).collect();
    loop {
        let before = held.len();
        for row in rows.iter().filter(|row| row.kind == "g") {
            if row.values[2] == tenant && held.contains(&row.values[0]) {
                held.insert(row.values[1].clone());
            }
        }
        if held.len() == before {
            break;
        }
    }
    let own = line("p, A, *, s1, use, allow");
    let effects: BTreeSet<&str> = rows
        .iter()
        .chain([&own])
        .filter(|row| row.kind == "p" && held.contains(&row.values[0]))
        .filter(|row| row.values[1] == "*" || row.values[1] == tenant)
        .filter(|row| row.values[2] == "*" || row.values[2] == skill)
        .map(|row| row.values[4].as_str())
        .collect();
    let role = Name::from("");
    discriminant(&if effects.contains("deny") {
        Access::Denied { role }
    } else if effects.contains("allow") {
        Access::Allowed { role }
    } else {
        Access::NotPermitted
    })
}

fn is_allowed(access: &Access) -> bool {
    matches!(access, Access::Allowed { .. })
}

/// Gives a user the roles in every tenant and holds Casbin's answers against the index's.
#[cfg(feature = "casbin")]
fn casbin_agrees(rows: &[RoleLine], roles: &[Name]) -> Result<(), TestCaseError> {
    let mut with_user = rows.to_vec();
    for tenant in TENANTS {
        with_user.extend(
            roles
                .iter()
                .map(|role| line(&format!("g, user, {role}, {tenant}"))),
        );
    }
    let (rbac, index) = (load(&with_user), load(rows).index().unwrap());
    for tenant in TENANTS {
        for skill in ASKED {
            let casbin = rbac.enforce("user", tenant, skill).unwrap();
            let ours = index.access(tenant, roles, skill);
            prop_assert_eq!(
                discriminant(&casbin),
                discriminant(&ours),
                "{:?} in {} on {}: casbin {:?}, index {:?}",
                roles,
                tenant,
                skill,
                casbin,
                ours
            );
        }
    }
    Ok(())
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..Default::default()
    }
}

#[cfg(feature = "casbin")]
proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_index_answers_as_casbin_does(rows in good(), roles in roles()) {
        casbin_agrees(&rows, &roles)?;
    }

    #[test]
    fn the_index_answers_as_casbin_does_beside_bad_lines(
        rows in good(),
        more in prop::collection::vec(prop_oneof![leap(), permission().prop_flat_map(broken)], 1..4),
        roles in roles(),
    ) {
        casbin_agrees(&[rows, more].concat(), &roles)?;
    }

}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn the_index_answers_as_the_rules_read(rows in good(), roles in roles()) {
        let index = load(&rows).index().unwrap();
        for tenant in TENANTS {
            for skill in ASKED {
                let ours = index.access(tenant, &roles, skill);
                prop_assert_eq!(discriminant(&ours), aloud(&rows, tenant, &roles, skill));
            }
        }
    }

    /// Circles included: what they would have granted may be refused, never the other way round.
    #[test]
    fn circles_and_towers_only_narrow(
        rows in prop::collection::vec(prop_oneof![permission(), leap()], 0..14),
        roles in roles(),
    ) {
        let index = load(&rows).index().unwrap();
        let yes = discriminant(&Access::Allowed { role: Name::from("") });
        for tenant in TENANTS {
            for skill in ASKED {
                if is_allowed(&index.access(tenant, &roles, skill)) {
                    prop_assert_eq!(aloud(&rows, tenant, &roles, skill), yes);
                }
            }
        }
    }

    /// Damage to a row never widens what anybody may do.
    #[test]
    fn a_row_that_is_damaged_only_narrows(
        (rows, at, damaged) in good()
            .prop_filter("something to damage", |rows| !rows.is_empty())
            .prop_flat_map(|rows| {
                let at = 0..rows.len();
                (Just(rows), at)
            })
            .prop_flat_map(|(rows, at)| {
                let damaged = broken(rows[at].clone());
                (Just(rows), Just(at), damaged)
            }),
        roles in roles(),
    ) {
        let before = load(&rows).index().unwrap();
        let mut rows = rows;
        rows[at] = damaged;
        let rbac = load(&rows);
        let errors = rbac.diagnostics().iter().any(|d| d.severity == Severity::Error);
        prop_assert!(errors, "the damage went unseen: {:?}", rows[at]);
        let after = rbac.index().unwrap();
        for tenant in TENANTS {
            for skill in ASKED {
                if is_allowed(&after.access(tenant, &roles, skill)) {
                    prop_assert!(is_allowed(&before.access(tenant, &roles, skill)));
                }
            }
        }
    }
}

#[cfg(feature = "casbin")]
#[test]
fn every_role_alone_answers_as_casbin_does_on_a_large_company() {
    let mut rows = Vec::new();
    for n in 0..40 {
        let tenant = TENANTS[n % 2];
        let skill = SKILLS[n % 3];
        let effect = if n % 7 == 0 { "deny" } else { "allow" };
        rows.push(line(&format!("p, R{n}, {tenant}, {skill}, use, {effect}")));
        rows.push(line(&format!("g, M{}, R{n}, {tenant}", n % 10)));
    }
    let rbac = load(&rows);
    let index = rbac.index().unwrap();
    let subjects = (0..40).map(|n| format!("R{n}"));
    for subject in subjects.chain((0..10).map(|n| format!("M{n}"))) {
        for tenant in TENANTS {
            for skill in ASKED {
                assert_eq!(
                    index.access(tenant, &[Name::from(subject.as_str())], skill),
                    rbac.enforce(&subject, tenant, skill).unwrap()
                );
            }
        }
    }
}
