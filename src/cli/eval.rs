//! `guard eval`: what the guard would answer to one request.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Ending;
use super::output::Output;
use crate::guard::load_policy;
use crate::{Error, ErrorKind, Evaluation, JsonLimits, Result, evaluate};

/// What to decide.
#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// The request as JSON; `-` for standard input
    request: PathBuf,
    /// The folder of `.guard` files, or one file
    #[arg(long, default_value = "policies")]
    policies: PathBuf,
}

pub(super) fn run(args: &EvalArgs, output: &mut Output) -> Result<Ending> {
    let policy = load_policy(&args.policies)?;
    let answer = evaluate(policy, &read(&args.request)?)?;
    if output.is_json() {
        output.line(answer.to_json());
    } else {
        print(&answer, output);
    }
    Ok(match answer.outcome {
        "allow" => Ending::Fine,
        "needs_approval" => Ending::NeedsApproval,
        _ => Ending::Denied,
    })
}

fn print(answer: &Evaluation, output: &Output) {
    let chain = match answer.approval.as_str() {
        "" => String::new(),
        chain => format!(" by {chain}"),
    };
    output.line(format!("{}{chain}", answer.outcome.replace('_', " ")));
    for reason in &answer.reasons {
        output.line(format!("  because {reason}"));
    }
    for reason in &answer.shadows {
        output.line(format!("  in shadow, without effect: {reason}"));
    }
    if let Some(risk) = &answer.risk {
        let share = |(name, share): &(crate::Name, rust_decimal::Decimal)| {
            format!("{name} {}", share.normalize())
        };
        let shares: Vec<_> = risk.factors.iter().map(share).collect();
        output.line(format!(
            "  risk {} {} ({})",
            risk.score.normalize(),
            risk.level,
            shares.join(", ")
        ));
    }
    if let Some(view) = &answer.view {
        output.line("  the AI sees");
        for (name, value) in view {
            let mut text = String::new();
            value.write_json(&mut text);
            output.line(format!("    {name}: {text}"));
        }
    }
    if !answer.hidden.is_empty() {
        output.line(format!("  hidden: {}", answer.hidden.join(", ")));
    }
    output.line(format!("  policy {}", answer.policy));
}

fn read(path: &Path) -> Result<String> {
    let most = JsonLimits::default().bytes;
    let unreadable = |error: std::io::Error| {
        Error::new(
            ErrorKind::Input,
            format!("the request `{}` cannot be read", path.display()),
        )
        .with_help("name a JSON file, or `-` for standard input")
        .with_source(error)
    };
    let source: Box<dyn std::io::Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(unreadable)?)
    };
    // One byte more than allowed is enough for the reader of JSON to name the limit.
    let mut text = String::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    source
        .take(limit)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok(text)
}
