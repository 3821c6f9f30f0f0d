//! The worked example of `docs/audit-format.md` is what the code does.

use guardrails_core::audit::{
    Digests, Event, EventKind, Ledger, OperationContext, OutcomeStatus, root_of,
};

use crate::events::{context, keys, log, time};

const PAGE: &str = include_str!("../../../docs/audit-format.md");

#[test]
fn the_documented_example_is_true() {
    let about = OperationContext {
        agent: "copilot".into(),
        purpose: "weekly review".into(),
        ..(*context(1)).clone()
    };
    let about = std::sync::Arc::new(about);
    let mut ledger = Ledger::new(log(1), keys());
    let mut seal = |second, kind| {
        let about = Some(std::sync::Arc::clone(&about));
        let time = time(second);
        ledger.seal(&Event {
            time,
            kind,
            about,
            digests: Digests::default(),
        })
    };
    let first = seal(0, EventKind::Intent);
    let second = seal(
        1,
        EventKind::Outcome {
            status: OutcomeStatus::Completed,
            code: "".into(),
            output: None,
        },
    );
    assert_eq!(ledger.root(), root_of(&[first.leaf, second.leaf]));
    let parts = [
        keys().verifier().to_string(),
        first.payload,
        second.payload,
        first.leaf.to_string(),
        second.leaf.to_string(),
        ledger.root().to_string(),
        ledger.checkpoint(time(2)).trim_end().to_owned(),
    ];
    for part in &parts {
        assert!(PAGE.contains(part.as_str()), "the page lacks\n{part}");
    }
}
