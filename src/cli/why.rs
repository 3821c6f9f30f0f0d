//! `guard why`: why the guard would answer like this, and what would have to change.

use clap::Args;

use super::arguments::Format;
use super::ending::Ending;
use super::eval::Asked;
use super::output::Output;
use crate::OutcomeKind;
use crate::process::Marks;
use crate::{Result, explain};

/// Below `guard why --help`.
const AFTER: &str =
    "The request is one of `guard eval`; see `guard eval --help`. With `--suppose` something
in it is set otherwise before it is decided, to try what would have to change:
  guard why request.json --suppose changes.discount=10%
  guard why request.json --suppose record.stage=WON --suppose 'principal.roles=[\"MANAGER\"]'

Shown is what the principal of the request may see: of a condition on a hidden field neither its
outcome nor the constants beside it. `--format plain` says in words what a clause came to.

Ends as `guard eval` does: 0 when it is allowed, 10 when refused, 12 when it needs an approval.";

/// What to explain.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct WhyArgs {
    #[command(flatten)]
    asked: Asked,
}

pub(super) fn run(args: &WhyArgs, output: &mut Output) -> Result<Ending> {
    let (policy, request) = args.asked.read()?;
    let explanation = explain(policy, &request)?;
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
        OutcomeKind::Allow => Ending::Fine,
        OutcomeKind::NeedsApproval => Ending::NeedsApproval,
        OutcomeKind::Deny => Ending::Denied,
    })
}
