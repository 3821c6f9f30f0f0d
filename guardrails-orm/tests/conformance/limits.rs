//! Limit counters.

use std::time::Duration;

use chrono::{DateTime, Utc};
use guardrails_core::{LimitStore, Take, Taken};

use super::place::Home;
use super::samples::moment;

const MINUTE: Duration = Duration::from_secs(60);

fn take(key: &str, amount: u64, most: u64) -> Take<'_> {
    Take {
        key,
        amount,
        most,
        window: MINUTE,
    }
}

fn after(seconds: i64) -> DateTime<Utc> {
    moment() + chrono::Duration::seconds(seconds)
}

pub fn a_window_slides(home: &impl Home) {
    let store = home.open();
    let ask = |second| store.take(&take("k", 1, 2), after(second)).unwrap();
    let wait = |seconds| Taken::Exceeded {
        retry_after: Duration::from_secs(seconds),
    };
    assert_eq!(ask(0), Taken::Granted);
    assert_eq!(ask(10), Taken::Granted);
    assert_eq!(ask(20), wait(40));
    assert_eq!(ask(59), wait(1));
    assert_eq!(ask(60), Taken::Granted, "the first has left");
    assert_eq!(ask(61), wait(9), "the second has not");
    assert_eq!(ask(70), Taken::Granted);
}

pub fn a_take_is_all_or_nothing(home: &impl Home) {
    let store = home.open();
    let ask = |amount, second| store.take(&take("k", amount, 10), after(second)).unwrap();
    assert_eq!(ask(4, 0), Taken::Granted);
    assert_eq!(ask(4, 1), Taken::Granted);
    let refused = ask(5, 2);
    let retry_after = Duration::from_secs(58);
    assert_eq!(refused, Taken::Exceeded { retry_after });
    assert_eq!(ask(2, 3), Taken::Granted, "the refused take took nothing");
    assert_eq!(ask(0, 4), Taken::Granted, "nothing is always to be had");
    let retry_after = MINUTE;
    assert_eq!(
        ask(11, 999),
        Taken::Exceeded { retry_after },
        "never to be had"
    );
    assert_eq!(ask(10, 999), Taken::Granted);
}

pub fn eight_threads_take_no_more_than_there_is(home: &impl Home) {
    let stores = [home.open(), home.open()];
    let granted: usize = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|i| {
                let store = &stores[i % 2];
                scope.spawn(move || {
                    let ask = |n| store.take(&take("hammered", 1, 50), after(n)).unwrap();
                    (0..12).filter(|n| ask(*n) == Taken::Granted).count()
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(granted, 50);
    if let Some(place) = home.place() {
        assert_eq!(place.count("guard_limit_usage"), 50);
        assert_eq!(place.count("guard_limit_total"), 1);
    }
}

pub fn keys_are_counted_apart(home: &impl Home) {
    let store = home.open();
    for key in ["acme/u-1", "ACME/u-1", "acme/u-1 ", "客户"] {
        assert_eq!(
            store.take(&take(key, 1, 1), after(0)).unwrap(),
            Taken::Granted
        );
    }
    for bad in ["k".repeat(513), "a\0b".to_owned()] {
        let error = store.take(&take(&bad, 1, 1), after(0)).unwrap_err();
        assert_eq!(error.kind(), guardrails_core::ErrorKind::Input);
    }
}

pub fn a_clock_that_ran_ahead_locks_nobody_out(home: &impl Home) {
    const DAY: i64 = 86_400;
    let store = home.open();
    let ask = |second| store.take(&take("k", 1, 2), after(second)).unwrap();
    let wait = |seconds| Taken::Exceeded {
        retry_after: Duration::from_secs(seconds),
    };
    assert_eq!(ask(DAY), Taken::Granted);
    assert_eq!(ask(DAY + 1), Taken::Granted);
    // The clock is put right: what was taken counts, for one window and no longer.
    assert_eq!(ask(0), wait(60));
    assert_eq!(ask(59), wait(1));
    assert_eq!(ask(60), Taken::Granted);
    assert_eq!(ask(61), Taken::Granted);
}
