//! `guard audit`: verify the whole of it, or explain one operation.

use clap::{Args, Subcommand};

use super::Ending;
use super::output::Output;
use super::store::Store;
use crate::audit::{trace, verify};
use crate::{Error, ErrorKind, OperationId, Result};

/// What to do with the audit.
#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Check every event against its hash, its tree and its signed checkpoints
    Verify(Store),
    /// Print one operation from intent to outcome
    Trace(TraceArgs),
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
    store: Store,
}

pub(super) fn run(command: &AuditCommand, output: &mut Output) -> Result<Ending> {
    match command {
        AuditCommand::Verify(store) => run_verify(store, output),
        AuditCommand::Trace(args) => run_trace(args, output),
    }
}

fn run_verify(store: &Store, output: &Output) -> Result<Ending> {
    let (database, keys) = store.inspect()?;
    let report = verify(&*database, &keys.verifier())?;
    print(output, &report, &report)?;
    Ok(if report.findings.is_empty() {
        Ending::Fine
    } else {
        Ending::Findings
    })
}

fn run_trace(args: &TraceArgs, output: &Output) -> Result<Ending> {
    let operation: OperationId = args.operation.parse()?;
    let (database, _) = args.store.inspect()?;
    let trace = trace(&*database, &args.tenant, operation)?;
    print(output, &trace, &trace)?;
    Ok(Ending::Fine)
}

fn print(
    output: &Output,
    text: &dyn std::fmt::Display,
    data: &impl serde::Serialize,
) -> Result<()> {
    if !output.is_json() {
        output.line(text.to_string().trim_end());
        return Ok(());
    }
    let json = serde_json::to_string(data).map_err(|error| {
        Error::new(ErrorKind::Setup, "the result cannot be written as JSON").with_source(error)
    })?;
    output.line(json);
    Ok(())
}
