//! `guard why`: why the guard would answer like this, and what would have to change.

use std::path::PathBuf;

use clap::Args;

use super::eval::read;
use super::output::Output;
use super::{Ending, Format};
use crate::process::Marks;
use crate::reload::load_policy;
use crate::{Result, explain};

/// Below `guard why --help`.
const AFTER: &str = "The request is one of `guard eval`; see `guard eval --help`.

Shown is what the principal of the request may see: of a condition on a hidden field neither its
outcome nor the constants beside it. `--format plain` says in words what a clause came to.

Ends as `guard eval` does: 0 when it is allowed, 10 when refused, 12 when it needs an approval.";

/// What to explain.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct WhyArgs {
    /// The request as JSON; `-` for standard input
    request: PathBuf,
    /// The folder of `.guard` files, or one file
    #[arg(long, default_value = "policies")]
    policies: PathBuf,
}

pub(super) fn run(args: &WhyArgs, output: &mut Output) -> Result<Ending> {
    let policy = load_policy(&args.policies)?;
    let explanation = explain(policy, &read(&args.request)?)?;
    if output.is_json() {
        output.json_text(&explanation.to_json());
    } else {
        let marks = match output.format() {
            Format::Plain => Marks::Words,
            _ => Marks::Symbols,
        };
        output.lines(explanation.to_text(output.language(), marks));
    }
    Ok(match explanation.outcome {
        "allow" => Ending::Fine,
        "needs_approval" => Ending::NeedsApproval,
        _ => Ending::Denied,
    })
}
