//! However long a condition is, a question about it ends: with an answer, or by the name of the limit
//! that it reached.

use guardrails_core::policy::Policy;
use guardrails_rules::analyse::{Answer, Data, Depth, Reading, Scene, findings, satisfiable};
use guardrails_rules::{Bundle, SourceFile, compile};

/// As many clauses as fit into a file and more than any search takes.
const MANY: usize = 20_000;

fn policy(clause: impl Fn(usize) -> String, joined: &str) -> Policy {
    let clauses: Vec<String> = (0..MANY).map(clause).collect();
    policy_when(&clauses.join(joined))
}

fn policy_when(condition: &str) -> Policy {
    let text = format!(
        "guard 1\nentity E {{ id : text  t : text  n : int }}\n\
         rule r {{ on update of E when {condition} then deny NO }}\n",
    );
    let bundle = Bundle::from_files(vec![SourceFile::new("long.guard", text)]).unwrap();
    compile(&bundle).into_policy().unwrap()
}

fn asked(policy: &Policy) -> Answer {
    let scene = Scene {
        policy,
        entity: "E",
        verb: guardrails_core::policy::Verb::Update,
    };
    let when = policy.rules[0].when.as_ref().unwrap();
    satisfiable(scene, Data::AsDeclared, when, Reading::Holds)
}

fn held(clause: impl Fn(usize) -> String, joined: &str) {
    let policy = policy(clause, joined);
    match asked(&policy) {
        Answer::CannotTell(why) => {
            assert!(why.why.contains("`analysis_steps`"), "{}", why.why);
        }
        other => panic!("{other:?}"),
    }
    // And what is told of the whole policy ends as well, without a word on this rule.
    let told = findings(&policy, &[], Depth::Everything);
    let about = told.iter().filter(|found| found.code.starts_with("G051"));
    assert_eq!(about.count(), 0);
}

#[test]
fn many_constants_end_by_name() {
    held(|at| format!("t == \"{at}\""), " or ");
}

#[test]
fn many_bounds_end_by_name() {
    held(|at| format!("n > {at}"), " and ");
}

#[test]
fn many_conditions_that_are_not_understood_end_by_name() {
    held(|at| format!("t contains \"x{at}\""), " or ");
}

/// Each of the values would have to be looked at, and none of them is an example.
#[test]
fn many_examples_that_fail_end_by_name() {
    let values: Vec<String> = (0..400).map(|at| format!("n == {at}")).collect();
    let policy = policy_when(&format!(
        "({}) and len(t) == n + 1_000",
        values.join(" or ")
    ));
    match asked(&policy) {
        Answer::CannotTell(why) => {
            assert!(why.why.contains("`analysis_examples`"), "{}", why.why);
        }
        other => panic!("{other:?}"),
    }
}
