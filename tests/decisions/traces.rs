//! The complete trace is for auditors; the requester gets what they were told, and nothing that turns on
//! a field they may not see.

use crm_guardrails::*;

use super::fixture::*;

const QUIET: &str = r#"
rule quiet {
    on update of Quote
    when old.cost_price > 100 CNY
    then notify "desk", risk +2 "cost"
}
rule trial @shadow {
    on update of Quote
    when old.cost_price > 100 CNY
    then deny TRIAL because "no"
}
"#;

/// Reads and proposes, and gives the whole trace and the requester's.
fn traces(cost: &str, discount: i64) -> (String, String) {
    let world = world_with(&format!("{POLICY}{QUIET}"));
    let record = quote().with("cost_price", cost);
    let mut op = world.begin(&rep(), "quote.draft");
    let id = op.id();
    let _ = op.read(&record).unwrap();
    op.read_many(&[record.clone(), record.clone().with("owner", "u-99")])
        .unwrap();
    let _ = op.read(&record.clone().with("id", "Q-SECRET").with("owner", "u-99"));
    let _ = op
        .propose(&Changes::update(&record).set("discount", discount))
        .unwrap();
    drop(op);
    let trace = world.guard.audit().trace("acme", id).unwrap();
    for other in [
        Principal::user("acme", "u-2").role("SALES_MANAGER"),
        Principal::user("globex", "u-17").role("SALES_REP"),
    ] {
        let refused = trace.for_requester(&other).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
    }
    let view = trace.for_requester(&rep()).unwrap();
    let json = serde_json::to_string(&view).unwrap();
    (trace.to_string(), format!("{view}\n{view:?}\n{json}"))
}

#[test]
fn what_a_requester_may_trace_does_not_turn_on_a_hidden_field() {
    for discount in [7, 20, 50] {
        let (quiet, low) = traces("50.00", discount);
        let (loud, high) = traces("150.00", discount);
        assert_ne!(quiet, loud, "an auditor is told");
        assert!(low.contains("decision"), "{low}");
        assert_eq!(low, high);
        for word in [
            "quiet",
            "trial",
            "TRIAL",
            "risk ",
            "Q-SECRET",
            "out of reach",
        ] {
            assert!(!high.contains(word), "{word}: {high}");
        }
    }
}
