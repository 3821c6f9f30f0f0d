//! The parts of one operation, and the whole of it: nobody else does the same.

use std::hint::black_box;
use std::time::{Duration, Instant};

use guardrails_core::{Changes, Operation, Request};

use crate::fixture::Bench;
use crate::measure::{self, Contender};
use crate::report::{Figure, Row};

const RULES: usize = 1_000;

/// A part of an operation, measured on as many operations as it is run.
struct Part<'b, R> {
    bench: &'b Bench,
    /// What has happened before.
    from: From,
    run: R,
}

#[derive(Clone, Copy)]
enum From {
    Nothing,
    Begun,
}

impl<R: FnMut(&mut Option<Operation>)> Contender for Part<'_, R> {
    /// What is left is dropped, and the audit forgotten, outside the measured time.
    fn run(&mut self, times: u32) -> Duration {
        let ready = |_| match self.from {
            From::Nothing => None,
            From::Begun => Some(begin(self.bench)),
        };
        let mut operations: Vec<_> = (0..times).map(ready).collect();
        let began = Instant::now();
        operations.iter_mut().for_each(&mut self.run);
        let time = began.elapsed();
        drop(operations);
        self.bench.forget();
        time
    }
}

pub fn rows() -> Vec<Row> {
    let bench = Bench::new(RULES);
    let changes = Changes::update(&bench.record).set("discount", 10);
    let row = |name: &str, from, run: &mut dyn FnMut(&mut Option<Operation>)| Row {
        name: name.to_owned(),
        n: RULES,
        ours: Figure::Nanos(measure::alone(&mut Part {
            bench: &bench,
            from,
            run,
        })),
        theirs: None,
    };
    let read = |op: &mut Operation| black_box(op.read(&bench.record).expect("in reach").len());
    let own = |op: &mut Operation| {
        black_box(op.read(&bench.record).expect("in reach").to_fields());
    };
    let write = |op: &mut Operation| {
        black_box(op.read(&bench.record).expect("in reach").to_json());
    };
    let propose = |op: &mut Operation| {
        drop(black_box(op.propose(&changes).expect("decided")));
    };
    let complete = |op: Operation| {
        black_box(op.complete("drafted").expect("recorded"));
    };
    vec![
        row("begin", From::Nothing, &mut |op| *op = Some(begin(&bench))),
        row("read, borrowed", From::Begun, &mut |op| {
            _ = op.as_mut().map(read)
        }),
        row("read, owned", From::Begun, &mut |op| {
            _ = op.as_mut().map(own)
        }),
        row("read, JSON", From::Begun, &mut |op| {
            _ = op.as_mut().map(write)
        }),
        row("propose", From::Begun, &mut |op| {
            _ = op.as_mut().map(propose)
        }),
        row("complete", From::Begun, &mut |op| {
            _ = op.take().map(complete)
        }),
        row("whole operation", From::Nothing, &mut |_| {
            let mut op = begin(&bench);
            own(&mut op);
            propose(&mut op);
            complete(op);
        }),
    ]
}

fn begin(bench: &Bench) -> Operation {
    let request = Request::new(&bench.principal, "quote.draft")
        .entity("Quote")
        .context("sales_copilot");
    bench.guard.begin(request).expect("the operation begins")
}
