//! `guard check` of the demo's policies as its user waits for it: a whole process, from start to exit.
#![allow(missing_docs, clippy::expect_used, reason = "a bench")]

use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/crm/policies");

fn check(criterion: &mut Criterion) {
    criterion.bench_function("guard check, whole process", |b| {
        b.iter(|| {
            let ended = Command::new(env!("CARGO_BIN_EXE_guard"))
                .args(["check", POLICIES])
                .stdout(Stdio::null())
                .status();
            assert!(
                ended.expect("the process starts").success(),
                "the policies are sound"
            );
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = check
}
criterion_main!(benches);
