//! Amounts from JSON to JSON without losing a digit: through the record, a condition, a sum, the
//! view, the text of a reason, and the card of whoever approves.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use std::sync::Arc;

use guardrails_core::audit::Keys;
use guardrails_core::{
    Changes, CountingEntropy, FrozenClock, Guard, JsonLimits, LogId, MemoryStore, Outcome,
    Principal, Record, Request, parse_fields,
};
use guardrails_rules::{Bundle, SourceFile, compile};

const POLICY: &str = r#"guard 1
entity Deal { id : text  amount : money(CNY)  parts : [money(CNY)]  total : money(CNY) }
grant REP, BOSS on Deal { read id, parts, total  write amount }
skill s { does update on Deal  impact 1  allow REP }
approval chain { step boss 1 of BOSS within 4h else deny }
rule drift { on update of Deal when sum(parts) != total then deny DRIFT }
rule asked {
    on   update of Deal
    when amount > 0 CNY
    then require approval chain because "from {old.amount} to {amount}"
}
"#;

fn guard() -> Guard {
    let bundle = Bundle::from_files(vec![SourceFile::new("exact.guard", POLICY)]).unwrap();
    let keys = Arc::new(Keys::from_seed([1; 32]));
    let log: LogId = "00000000-0000-0000-0000-000000000000".parse().unwrap();
    let at = "2026-03-02T02:00:00Z".parse().unwrap();
    Guard::builder()
        .policy(compile(&bundle).into_policy().unwrap())
        .store(Arc::new(MemoryStore::new(keys.clone(), log)))
        .clock(Arc::new(FrozenClock::at(at)))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys)
        .open()
        .unwrap()
}

/// What a sum of JSON numbers comes to, and how its amounts look on their way out.
fn passes_unharmed(amount: &str, parts: &str, total: &str) {
    let sent = format!(r#"{{"amount":{amount},"id":"1","parts":{parts},"total":{total}}}"#);
    let fields = parse_fields(&sent, JsonLimits::default()).unwrap();
    let guard = guard();
    let rep = Principal::user("test", "u-1").role("REP");
    let record = Record::new("Deal", fields);
    let mut operation = guard.begin(Request::new(&rep, "s")).unwrap();
    let view = operation.read(&record).unwrap().to_fields();
    assert_eq!(view.to_json(), sent);

    let twice = parse_fields(&format!(r#"{{"a":{amount}}}"#), JsonLimits::default()).unwrap();
    let amount_value = twice.value("a").unwrap().clone();
    let changes = Changes::update(&record).set("amount", amount_value);
    let decision = operation.propose(&changes).unwrap();
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        panic!("{sent}: {:?}", decision.reasons());
    };
    let shown = format!("{} CNY", amount.trim_matches('"'));
    let text = decision.reasons().first().unwrap().message().to_owned();
    assert_eq!(text, format!("from {shown} to {shown}"));

    let boss = Principal::user("test", "u-2").role("BOSS");
    let card = guard.approvals().show(ticket.id(), &boss).unwrap();
    let [change] = card.changes.as_slice() else {
        panic!("{card:?}");
    };
    assert_eq!((&*change.before, &*change.after), (&*shown, &*shown));
}

#[test]
fn tenths_add_up() {
    passes_unharmed("0.3", "[0.1,0.2]", "0.3");
    passes_unharmed("0.3", r#"["0.1","0.2"]"#, r#""0.3""#);
    passes_unharmed("1.1", "[0.7,0.1,0.3]", "1.1");
}

#[test]
fn twenty_eight_digits_stay() {
    let long = "12345678901234567890123456.78";
    let less = "12345678901234567890123456.77";
    passes_unharmed(long, &format!("[{less},0.01]"), long);
    let quoted = format!("\"{long}\"");
    passes_unharmed(&quoted, &format!("[\"{less}\",0.01]"), &quoted);
    passes_unharmed("0.1234567890123456789012345678", "[1,-1]", "0");
}
