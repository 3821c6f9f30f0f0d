//! Parameters that a host sets: typed, held to their range, and part of what a decision rests on.

use crm_guardrails::rules::{Bundle, Parameters, SourceFile, compile};
use crm_guardrails::*;

const POLICY: &str = r#"guard 1
param LIMIT : percent = 15% in 0% .. 30%
param LARGE : money(CNY) = 1_000 CNY
entity Quote { id : text  discount : percent  amount : money(CNY)? }
grant REP on Quote { write * }
skill quote.draft { does update on Quote impact 1 allow REP }
rule limit { on update of Quote when discount > LIMIT then deny OVER because "over {LIMIT}" }
rule large { on update of Quote when amount is present and amount > LARGE then deny LARGE because "over {LARGE}" }
"#;

fn compiled(set: &[(&str, Value)]) -> rules::Compilation {
    let parameters: Parameters = set
        .iter()
        .map(|(name, value)| ((*name).into(), value.clone()))
        .collect();
    let bundle = Bundle::from_files(vec![SourceFile::new("limits.guard", POLICY)]).unwrap();
    compile(&bundle.with_parameters(parameters))
}

fn decided(set: &[(&str, Value)], discount: i64) -> Evaluation {
    let request = format!(
        r#"{{"principal": {{"tenant": "acme", "user": "u", "roles": ["REP"]}}, "skill": "quote.draft",
            "record": {{"id": "q", "discount": 1}}, "changes": {{"discount": {discount}}}}}"#
    );
    evaluate(compiled(set).policy.unwrap(), &request).unwrap()
}

#[test]
fn what_the_host_sets_stands_in_the_conditions() {
    let twenty = || [("LIMIT", Value::from("20%"))];
    assert_eq!(decided(&[], 18).reasons[0].message(), "over 15%");
    assert_eq!(decided(&twenty(), 18).outcome, OutcomeKind::Allow);
    assert_eq!(decided(&twenty(), 21).reasons[0].message(), "over 20%");
}

#[test]
fn a_parameter_is_read_as_any_value_of_a_host() {
    for value in [Value::from(20), Value::from("20"), Value::from("20.0 %")] {
        assert_eq!(decided(&[("LIMIT", value)], 20).outcome, OutcomeKind::Allow);
    }
}

#[test]
fn what_is_set_is_part_of_the_digest() {
    let digest = |set: &[(&str, Value)]| compiled(set).policy.unwrap().digest;
    assert_ne!(digest(&[]), digest(&[("LIMIT", 20.into())]));
    assert_ne!(
        digest(&[("LIMIT", 20.into())]),
        digest(&[("LIMIT", 21.into())])
    );
    let policy = compiled(&[("LIMIT", 20.into())]).policy.unwrap();
    assert!(policy.parameters["LIMIT"].is_set() && !policy.parameters["LARGE"].is_set());
    assert_eq!(policy.parameters["LIMIT"].default, Value::from(15));
}

#[test]
fn what_does_not_fit_is_refused() {
    let codes = |set: &[(&str, Value)]| {
        let compilation = compiled(set);
        assert!(compilation.policy.is_none());
        let found = compilation.diagnostics.iter();
        found.map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(&[("LIMIT", 31.into())]), ["G0231"]);
    assert_eq!(codes(&[("LIMIT", "much".into())]), ["G0231"]);
    assert_eq!(codes(&[("LIMIT", Value::Null)]), ["G0231"]);
    assert_eq!(codes(&[("LARGE", "5 USD".into())]), ["G0231"]);
    assert_eq!(codes(&[("LIMITT", 20.into())]), ["G0230"]);
}

#[test]
fn a_guard_with_a_parameter_that_does_not_fit_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("limits.guard"), POLICY).unwrap();
    let store = format!(
        "sqlite://{}?mode=rwc",
        folder.path().join("guard.db").display()
    );
    let open = |value: Value| {
        Guard::builder()
            .policies(folder.path())
            .store(store.clone())
            .parameter("LIMIT", value)
            .open()
    };
    assert_eq!(open(31.into()).unwrap_err().kind(), ErrorKind::Policy);
    let guard = open(20.into()).unwrap();
    let digest = guard.policy_digest();
    guard.reload().unwrap();
    assert_eq!(
        guard.policy_digest(),
        digest,
        "what is set holds for each bundle"
    );
}
