//! `guard audit`: verify the whole of it, or explain one operation.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::ending::Ending;
use super::output::Output;
use super::store::Store;
use crate::audit::{
    Conclusion, Finding, FindingKind, KeptCheckpoints, VerifyReport, VerifyingKey,
    latest_checkpoints, shadow_report, trace, verify_against, verify_tickets,
};
use crate::{Error, ErrorKind, KeySource, OperationId, OsEntropy, Result, rotate_audit_key};

/// A MAC is checked with the secret key alone.
const TICKETS_OUT_OF_SIGHT: &str = "an approval ticket's row that was altered: its MAC is checked with the key file, not with a public key";

/// What to do with the audit.
#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Check every event against its hash, its tree and its signed checkpoints
    Verify(VerifyArgs),
    /// Print the latest signed checkpoint of each log, to be kept outside of the database
    Checkpoint(CheckpointArgs),
    /// Print one operation from intent to outcome
    Trace(TraceArgs),
    /// Add up what shadow policies answered beside the policy in force
    Shadow(ShadowArgs),
    /// Put a new secret in force in the key file; the ones before it go on verifying
    RotateKey(RotateArgs),
}

/// Which audit, and what to compare it with.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// A copy of checkpoints, as an earlier `checkpoint` printed it: a database that was put back to an
    /// older state is behind it
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    checked: CheckedStore,
}

/// Which audit, and whose signature it must bear.
#[derive(Debug, Args)]
pub(super) struct CheckedStore {
    /// The public key to check with, as an earlier `verify` printed it; the key file's unless named
    #[arg(long, value_name = "KEY", conflicts_with = "key")]
    verifier: Option<String>,
    #[command(flatten)]
    store: Store,
}

/// Which operation.
#[derive(Debug, Args)]
pub(super) struct TraceArgs {
    /// The operation's identifier
    operation: String,
    /// The tenant it belongs to
    #[arg(long)]
    tenant: String,
    #[command(flatten)]
    checked: CheckedStore,
}

/// Of which audit.
#[derive(Debug, Args)]
pub(super) struct CheckpointArgs {
    #[command(flatten)]
    checked: CheckedStore,
}

/// Which key file.
#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// The file with the audit's secret
    #[arg(long, value_name = "FILE", env = "GUARD_KEY", hide_env_values = true)]
    key: PathBuf,
}

/// Whose operations.
#[derive(Debug, Args)]
pub(super) struct ShadowArgs {
    /// The tenant whose operations are added up
    #[arg(long)]
    tenant: String,
    #[command(flatten)]
    store: Store,
}

pub(super) fn run(command: &AuditCommand, output: &mut Output) -> Result<Ending> {
    match command {
        AuditCommand::Verify(args) => run_verify(args, output),
        AuditCommand::Checkpoint(args) => run_checkpoint(args, output),
        AuditCommand::Trace(args) => run_trace(args, output),
        AuditCommand::Shadow(args) => run_shadow(args, output),
        AuditCommand::RotateKey(args) => run_rotate(args, output),
    }
}

fn run_verify(args: &VerifyArgs, output: &Output) -> Result<Ending> {
    // The database first: a key is looked for beside it, and would be missed instead of it.
    let CheckedStore { verifier, store } = &args.checked;
    let database = store.inspect()?;
    let key = args.checked.verifier()?;
    let kept = match &args.against {
        Some(file) => KeptCheckpoints::read(&read_copy(file)?, &key)?,
        None => KeptCheckpoints::default(),
    };
    let mut report = verify_against(&*database, &key, &kept)?;
    match verifier {
        None => verify_tickets(&*database, &*store.keys()?, &mut report)?,
        Some(_) => report.out_of_sight.push(TICKETS_OUT_OF_SIGHT),
    }
    if output.is_json() {
        output.json(&report)?;
    } else {
        output.lines(report.to_string());
        if is_signed_by_another(&report) {
            output.line(
                "help: no checkpoint bears this key's signature; is it the key that the guard signs with?",
            );
        }
    }
    Ok(ending(report.conclusion()))
}

fn read_copy(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|error| {
        let message = format!(
            "the copy of checkpoints `{}` cannot be read",
            file.display()
        );
        Error::new(ErrorKind::Input, message)
            .with_help("name a file that `guard audit checkpoint` printed")
            .with_source(error)
    })
}

fn run_checkpoint(args: &CheckpointArgs, output: &Output) -> Result<Ending> {
    let database = args.checked.store.inspect()?;
    let notes = latest_checkpoints(&*database, &args.checked.verifier()?)?;
    if output.is_json() {
        output.json(&serde_json::json!({ "checkpoints": notes }))?;
    } else {
        output.lines(notes.trim_end());
    }
    Ok(Ending::Fine)
}

/// What is not proven is no success, and not the same as something that is wrong.
fn ending(conclusion: Conclusion) -> Ending {
    match conclusion {
        Conclusion::Proven => Ending::Fine,
        Conclusion::NotProven => Ending::NotProven,
        Conclusion::Findings => Ending::Findings,
    }
}

fn run_trace(args: &TraceArgs, output: &Output) -> Result<Ending> {
    let operation: OperationId = args.operation.parse()?;
    let database = args.checked.store.inspect()?;
    let verifier = args.checked.verifier();
    // Who only wants to look needs no key; nothing is then proven, and the trace says so.
    let verifier = match &args.checked.verifier {
        Some(_) => Some(verifier?),
        None => verifier.ok(),
    };
    let trace = trace(&*database, verifier.as_ref(), &args.tenant, operation)?;
    if output.is_json() {
        output.json(&trace)?;
    } else {
        output.lines(trace.to_string().trim_end());
        if verifier.is_none() {
            output.line(
                "help: nothing is proven without the key; name it with `--verifier` or `--key`",
            );
        }
    }
    Ok(ending(trace.conclusion()))
}

fn run_shadow(args: &ShadowArgs, output: &Output) -> Result<Ending> {
    let report = shadow_report(&*args.store.inspect()?, &args.tenant)?;
    if output.is_json() {
        output.json(&report)?;
    } else {
        output.lines(report.to_string());
    }
    Ok(match report.unreadable {
        0 => Ending::Fine,
        _ => Ending::NotProven,
    })
}

fn run_rotate(args: &RotateArgs, output: &Output) -> Result<Ending> {
    rotate_audit_key(&args.key, &OsEntropy)?;
    let verifier = KeySource::File(args.key.clone()).existing_keys(&OsEntropy)?;
    let verifier = verifier.verifier().to_string();
    if output.is_json() {
        output.json(&serde_json::json!({ "verifier": verifier }))?;
    } else {
        output.line("a new key is in force; open the guards again that sign with this file");
        output.line(format!("verifier {verifier}"));
    }
    Ok(Ending::Fine)
}

/// Whether nothing is wrong but the signatures, and that with all of them: then most likely the key
/// is another, and nobody touched the audit. The findings stand all the same.
fn is_signed_by_another(report: &VerifyReport) -> bool {
    let forged = |finding: &Finding| finding.kind == FindingKind::CheckpointForged;
    !report.findings.is_empty()
        && report.findings.iter().all(forged)
        && report.logs.iter().all(|log| log.checkpoints == 0)
}

impl CheckedStore {
    fn verifier(&self) -> Result<VerifyingKey> {
        match &self.verifier {
            Some(text) => text.parse(),
            None => Ok(self.store.keys()?.verifier()),
        }
    }
}
