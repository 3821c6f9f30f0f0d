//! What can be known about a policy without running it: whether a condition can ever hold, whether
//! two can hold together, which rules never change anything, what tables leave out, and who can ever
//! see a field.
//!
//! # What is decided exactly
//!
//! Conditions made with `and`, `or` and `not` of: one value compared with constants (equality, order,
//! `in` a list, `between`, `is missing`, `??` with a constant), `actor has ROLE`, and `changed(x)` of a
//! single value. Whole numbers, days and times are known to have gaps between them. Truths are
//! three-valued, as the evaluator has them. On such conditions the answer is always a proof
//! ([`Answer::Never`]) or an example that the evaluator confirms ([`Answer::Example`]).
//!
//! # What is "cannot tell"
//!
//! Two values compared with each other, arithmetic, texts by their parts, patterns, functions and
//! quantifiers may come out any way as far as the proof goes, so "never" remains a proof there too, and
//! an example is looked for (of two values that are compared, with values in that order) and confirmed by
//! the evaluator; where neither is found, the answer is
//! [`Answer::CannotTell`]. Lists of more than 2,000 constants are treated so, and each question takes
//! at most 20,000 steps (`analysis_steps`) and looks at 256 examples (`analysis_examples`).
//!
//! # What it does not do
//!
//! It decides no operation and has no solver beside it: the meaning of a condition is the evaluator's.

mod answer;
mod atom;
mod bounds;
mod chains;
mod codes;
mod compare;
mod conflict;
mod example;
mod formula;
mod grants;
mod guesses;
mod link;
mod lint;
mod looking;
mod never;
mod ordered;
mod partition;
mod problem;
mod region;
mod regranted;
mod sample;
mod scene;
mod shadow;
mod sight;
mod solve;
mod style;
mod supposed;
mod tables;
mod truths;
mod unwritten;
mod variable;
mod work;
mod writers;

pub(crate) use codes::CODES;

pub use answer::{Answer, Reading, Unclear, difference, overlap, satisfiable, without};
pub use compare::{
    Change, Direction, Subject, compare, compare_access, compare_approvals, say_access,
};
pub use conflict::{Conflict, conflict};
pub use example::Example;
pub use lint::{Depth, Survey, findings, survey};
pub use scene::{Data, Scene};
pub use sight::{Context, Sight, Sights, who_can_see};
pub(crate) use writers::who_can_write_within;
pub use writers::{Writer, who_can_write};
