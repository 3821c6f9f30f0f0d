//! Measures two contenders in turns, so that whatever else the machine does meets both alike.

use std::time::{Duration, Instant};

/// Rounds that each contender gets, unless they take too long.
const ROUNDS: usize = 101;
/// Rounds that even the slowest gets.
const FEWEST_ROUNDS: usize = 11;
/// How long the rounds of one comparison may take altogether.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long one round is to take at least: short beside the time slice of a busy machine, so that
/// most rounds are undisturbed and the median is of those.
const ROUND: Duration = Duration::from_millis(1);
/// More runs than this at once would keep more in memory than one operation after another does.
const MOST_RUNS: u32 = 200;

/// One side of a comparison: runs as often as told, and tells how long the runs took, without what
/// it prepares or tidies.
pub trait Contender {
    fn run(&mut self, times: u32) -> Duration;
}

/// A contender that needs no preparation.
impl<F: FnMut()> Contender for F {
    fn run(&mut self, times: u32) -> Duration {
        let began = Instant::now();
        for _ in 0..times {
            self();
        }
        began.elapsed()
    }
}

/// The median time of one run, in nanoseconds.
pub fn alone(contender: &mut dyn Contender) -> f64 {
    let times = calibrate(contender);
    median(rounds().map(|()| once(contender, times)).collect())
}

/// The median times of one run each, in nanoseconds; the two take turns.
pub fn both(ours: &mut dyn Contender, theirs: &mut dyn Contender) -> (f64, f64) {
    let (our_times, their_times) = (calibrate(ours), calibrate(theirs));
    let turns = rounds().map(|()| (once(ours, our_times), once(theirs, their_times)));
    let (a, b) = turns.unzip();
    (median(a), median(b))
}

/// One item for each round that there is time for.
fn rounds() -> impl Iterator<Item = ()> {
    let began = Instant::now();
    let in_time = move |round: &usize| *round < FEWEST_ROUNDS || began.elapsed() < PATIENCE;
    (0..ROUNDS).take_while(in_time).map(|_| ())
}

/// How many runs fill a round; finding out warms the contender up.
fn calibrate(contender: &mut dyn Contender) -> u32 {
    let mut times = 1;
    while contender.run(times) < ROUND && times < MOST_RUNS {
        times = (times * 2).min(MOST_RUNS);
    }
    times
}

fn once(contender: &mut dyn Contender, times: u32) -> f64 {
    contender.run(times).as_secs_f64() * 1e9 / f64::from(times)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
