//! `guard eval`: what the guard would answer to one request.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::Set;
use super::ending::Ending;
use super::output::Output;
use crate::OutcomeKind;
use crate::load::load_policy_with;
use crate::policy::Policy;
use crate::{
    Error, ErrorKind, Evaluation, JsonLimits, Result, Value, evaluate, parse_fields, suppose,
};

/// A request, for `guard eval --help`.
const EXAMPLE: &str = r#"A request:
  {
    "principal": {"tenant": "acme", "user": "u-17", "roles": ["SALES_REP"]},
    "skill": "quote.draft",
    "record": {"id": "q-1", "owner": "u-17", "discount": 5},
    "changes": {"discount": 20}
  }
A principal may also have attributes, agent, model and risk_score; a request entity, context,
purpose, at (a time) and verb. Without changes the request only reads.

Ends with 0 when it is allowed, 10 when refused, 12 when it needs an approval."#;

/// What to decide.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct EvalArgs {
    #[command(flatten)]
    asked: Asked,
}

/// One request, and the policy that it is decided under.
#[derive(Debug, Args)]
pub(super) struct Asked {
    /// The request as JSON; `-` for standard input
    request: PathBuf,
    /// The folder of `.guard` files, or one file
    #[arg(long, default_value = "policies")]
    policies: PathBuf,
    #[command(flatten)]
    set: Set,
    /// Suppose something else in the request, such as `--suppose changes.discount=10%`; the value
    /// is JSON, or else text
    #[arg(long, value_name = "PATH=VALUE")]
    suppose: Vec<String>,
}

impl Asked {
    /// The policy, and the request with what is supposed.
    pub(super) fn read(&self) -> Result<(Policy, String)> {
        let policy = load_policy_with(&self.policies, self.set.parameters()?)?;
        let request = read(&self.request)?;
        let supposed = self.suppose.iter().try_fold(request, |request, text| {
            let (path, value) = text.split_once('=').ok_or_else(|| no_value(text))?;
            suppose(&policy, &request, path.trim(), value_of(value.trim()))
        })?;
        Ok((policy, supposed))
    }
}

/// A value as JSON has it, or else the text itself.
fn value_of(text: &str) -> Value {
    let member = format!("{{\"value\":{text}}}");
    let read = parse_fields(&member, JsonLimits::default()).ok();
    let read = read.filter(|fields| fields.len() == 1);
    let value = read.and_then(|fields| fields.value("value").cloned());
    value.unwrap_or_else(|| Value::from(text))
}

fn no_value(text: &str) -> Error {
    Error::new(
        ErrorKind::Input,
        format!("`--suppose {text}` does not name a value"),
    )
    .with_help("write `--suppose PATH=VALUE`, such as `--suppose changes.discount=10%`")
}

pub(super) fn run(args: &EvalArgs, output: &mut Output) -> Result<Ending> {
    let (policy, request) = args.asked.read()?;
    let answer = evaluate(policy, &request)?;
    if output.is_json() {
        output.json_text(&answer.to_json());
    } else {
        print(&answer, output);
    }
    Ok(match answer.outcome {
        OutcomeKind::Allow => Ending::Fine,
        OutcomeKind::NeedsApproval => Ending::NeedsApproval,
        OutcomeKind::Deny => Ending::Denied,
    })
}

fn print(answer: &Evaluation, output: &Output) {
    let by = match answer.approval.is_empty() {
        true => String::new(),
        false => format!(" by {}", answer.approval),
    };
    output.line(format!("{}{by}", answer.outcome.words()));
    for reason in &answer.reasons {
        output.line(format!("  because {reason}"));
    }
    for reason in &answer.shadows {
        output.line(format!("  in shadow, without effect: {reason}"));
    }
    if let Some(risk) = &answer.risk {
        let told = |points: Option<rust_decimal::Decimal>| match points {
            Some(points) => points.normalize().to_string(),
            None => "not told".to_owned(),
        };
        let factors = risk.factors.iter();
        let shares: Vec<_> = factors
            .map(|(name, share)| format!("{name} {}", told(*share)))
            .collect();
        let level = risk
            .level
            .map_or("not told", crate::policy::RiskLevel::as_str);
        let score = told(risk.score);
        output.line(format!("  risk {score} {level} ({})", shares.join(", ")));
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
}

/// Reads no more than a request may have, from a file or standard input.
fn read(path: &Path) -> Result<String> {
    let most = JsonLimits::default().bytes;
    // One byte more than allowed is enough to know that there is more.
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    open(path)
        .and_then(|source| source.take(limit).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path).with_source(error))?;
    if bytes.len() > most {
        return Err(Error::new(
            ErrorKind::Input,
            format!(
                "the request `{}` is over the limit `record_bytes` of {most} bytes",
                path.display()
            ),
        )
        .with_help("send only the fields that the policy knows"));
    }
    String::from_utf8(bytes).map_err(|error| {
        Error::new(
            ErrorKind::Input,
            format!("the request `{}` is not UTF-8 text", path.display()),
        )
        .with_help("save the file as UTF-8")
        .with_source(error.utf8_error())
    })
}

fn open(path: &Path) -> std::io::Result<Box<dyn std::io::Read>> {
    Ok(if path.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path)?)
    })
}

fn unreadable(path: &Path) -> Error {
    Error::new(
        ErrorKind::Input,
        format!("the request `{}` cannot be read", path.display()),
    )
    .with_help("name a JSON file, or `-` for standard input")
}
