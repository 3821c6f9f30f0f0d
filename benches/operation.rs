//! One guarded operation and its parts, with the audit in memory: begin, read of 20 fields, propose
//! under 1,000 rules, complete.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench"
)]

mod fixture;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use crm_guardrails as ours;
use crm_guardrails::{Changes, Request};

use fixture::Bench;

/// After so many operations the audit in memory is emptied, outside the measured time.
const ROUND: u64 = 200;

fn begin(bench: &Bench) -> crm_guardrails::Operation {
    let request = Request::new(&bench.principal, "quote.draft")
        .entity("Quote")
        .context("sales_copilot");
    bench.guard.begin(request).expect("the operation begins")
}

/// Measures `part` alone; what `set_up` makes is made and dropped outside the measured time.
fn measure<T>(
    bench: &Bench,
    rounds: u64,
    mut set_up: impl FnMut() -> T,
    mut part: impl FnMut(&mut T),
) -> Duration {
    let mut spent = Duration::ZERO;
    let mut left = rounds;
    while left > 0 {
        let batch = left.min(ROUND);
        let mut operations: Vec<T> = (0..batch).map(|_| set_up()).collect();
        let began = Instant::now();
        operations.iter_mut().for_each(&mut part);
        spent += began.elapsed();
        drop(operations);
        bench.forget();
        left -= batch;
    }
    spent
}

fn parts(criterion: &mut Criterion) {
    let bench = Bench::new(1_000);
    let changes = Changes::update(&bench.record).set("discount", 10);
    let mut group = criterion.benchmark_group("operation");

    group.bench_function("begin", |b| {
        b.iter_custom(|n| measure(&bench, n, || None, |op| *op = Some(begin(&bench))));
    });
    group.bench_function("read, borrowed", |b| {
        b.iter_custom(|n| {
            measure(
                &bench,
                n,
                || begin(&bench),
                |op| {
                    drop(black_box(
                        op.read(&bench.record).expect("the record is in reach"),
                    ));
                },
            )
        });
    });
    group.bench_function("read, owned", |b| {
        b.iter_custom(|n| {
            measure(
                &bench,
                n,
                || begin(&bench),
                |op| {
                    let view = op.read(&bench.record).expect("the record is in reach");
                    black_box(view.to_fields());
                },
            )
        });
    });
    group.bench_function("read, JSON", |b| {
        b.iter_custom(|n| {
            measure(
                &bench,
                n,
                || begin(&bench),
                |op| {
                    let view = op.read(&bench.record).expect("the record is in reach");
                    black_box(view.to_json());
                },
            )
        });
    });
    group.bench_function("propose under 1,000 rules", |b| {
        b.iter_custom(|n| {
            measure(
                &bench,
                n,
                || begin(&bench),
                |op| {
                    drop(black_box(
                        op.propose(&changes).expect("the change is decided"),
                    ));
                },
            )
        });
    });
    group.bench_function("complete", |b| {
        b.iter_custom(|n| {
            measure(
                &bench,
                n,
                || Some(begin(&bench)),
                |op| {
                    let op = op.take().expect("set up");
                    black_box(op.complete("drafted").expect("the outcome is recorded"));
                },
            )
        });
    });
    group.bench_function("whole", |b| {
        b.iter_custom(|n| {
            measure(
                &bench,
                n,
                || (),
                |()| {
                    let mut op = begin(&bench);
                    let view = op.read(&bench.record).expect("the record is in reach");
                    black_box(view.to_fields());
                    drop(black_box(
                        op.propose(&changes).expect("the change is decided"),
                    ));
                    black_box(op.complete("drafted").expect("the outcome is recorded"));
                },
            )
        });
    });
    group.finish();
}

/// Cost follows the rules that can match, not the rules that exist.
fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("propose, by number of rules");
    for number in [10, 100, 1_000, 10_000] {
        let bench = Bench::new(number);
        let changes = Changes::update(&bench.record).set("discount", 10);
        group.bench_function(number.to_string(), |b| {
            b.iter_custom(|n| {
                measure(
                    &bench,
                    n,
                    || begin(&bench),
                    |op| {
                        drop(black_box(
                            op.propose(&changes).expect("the change is decided"),
                        ));
                    },
                )
            });
        });
    }
    group.finish();
}

/// What explaining costs beside proposing: a decision is made, and then asked why.
fn explaining(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("explain, by number of rules");
    for number in [10, 100, 1_000, 10_000] {
        let bench = Bench::new(number);
        // The amount may be seen and not written.
        for (outcome, field) in [("allowed", "discount"), ("refused", "amount")] {
            let changes = Changes::update(&bench.record).set(field, 10);
            group.bench_function(format!("{number}, {outcome}"), |b| {
                b.iter_custom(|n| {
                    measure(
                        &bench,
                        n,
                        || {
                            begin(&bench)
                                .propose(&changes)
                                .expect("the change is decided")
                        },
                        |decision| {
                            black_box(decision.explain());
                        },
                    )
                });
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = parts, rules, explaining
}
criterion_main!(benches);
