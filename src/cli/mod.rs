//! The `guard` command: for rule authors, auditors and administrators.
//!
//! One file per command. What a command has to say goes to standard output, what went wrong to
//! standard error; with `--format json`, both go to standard output as one JSON document. Findings
//! have formats for programs besides, one file each in `report`. Exit codes: 0 fine, 1 findings or
//! failing tests, 2 usage or input/output error, 3 nothing wrong found and not all proven; `eval`
//! answers 0 allow, 10 deny, 12 needs approval, and whatever else the guard refuses ends with 10 too.
//!
//! Findings, their summary and explanations of codes are told in the language of `--lang` or of the
//! locale; errors of the command itself and its help are English.

mod approvals;
mod arguments;
mod audit;
mod check;
mod completions;
mod diff;
mod doc;
mod ending;
mod eval;
mod explain;
mod fmt;
mod init;
mod language;
mod line_diff;
mod lint;
mod lsp;
mod migrate;
mod output;
mod reasons;
mod report;
mod store;
mod test;
mod why;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::arguments::Format;
use self::ending::Ending;
use self::output::Output;
use crate::{Error, ErrorKind};

/// Guardrails between AI agents and a company's CRM.
#[derive(Debug, Parser)]
#[command(name = "guard", version, about, disable_help_subcommand = true)]
struct Command {
    #[command(subcommand)]
    what: What,
    /// How to print: for people or for machines
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The language of findings and explanations; without it that of the locale
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    lang: Option<language::Lang>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a folder with a first policy in it
    Init(init::InitArgs),
    /// Check policies, and say what is wrong and how to mend it
    Check(check::CheckArgs),
    /// Tell what deserves a second look: rules that never apply, overlap or lack a test
    Lint(lint::LintArgs),
    /// Run the tests that policies bring along
    Test(test::TestArgs),
    /// Tell which decisions differ between two policies; fails where the new one allows or shows more
    Diff(diff::DiffArgs),
    /// Put policies into the one style of the language
    Fmt(fmt::FmtArgs),
    /// Decide one request from a JSON file, without a database
    Eval(eval::EvalArgs),
    /// Write the policy as one page for people: an HTML file that needs nothing else
    Doc(doc::DocArgs),
    /// Say why one request comes out as it does, and what would have to change
    Why(why::WhyArgs),
    /// Explain a code, such as G0201 or OUT_OF_SCOPE
    Explain(explain::ExplainArgs),
    /// Verify the audit, or explain one operation
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// See and decide approval tickets
    #[command(subcommand)]
    Approvals(approvals::ApprovalsCommand),
    /// Make or bring up to date the guard's tables in a database
    Migrate(store::Store),
    /// Speak the Language Server Protocol over standard input and output, for editors
    Lsp(lsp::LspArgs),
    /// Write the completions of commands and options for a shell
    Completions(completions::CompletionsArgs),
}

impl What {
    /// How the command can print.
    fn formats(&self) -> &'static [Format] {
        match self {
            Self::Check(_) | Self::Lint(_) | Self::Test(_) | Self::Diff(_) => Format::FINDINGS,
            _ => Format::ANSWERS,
        }
    }
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(error) => {
            // `--help` and `--version` come this way too, and are no failure. A closed pipe on the
            // way out leaves nobody to tell.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let mut output = Output::new(command.format, language::chosen(command.lang));
    let ending = run(command.what, &mut output).and_then(|ending| {
        output.finish()?;
        Ok(ending)
    });
    match ending {
        Ok(ending) => ExitCode::from(ending.code()),
        Err(error) => {
            output.error(&error);
            ExitCode::from(if error.reasons().is_empty() { 2 } else { 10 })
        }
    }
}

fn run(what: What, output: &mut Output) -> crate::Result<Ending> {
    expect_format(&what, output.format())?;
    match what {
        What::Init(args) => init::run(&args, output),
        What::Check(args) => check::run(&args, output),
        What::Lint(args) => lint::run(&args, output),
        What::Test(args) => test::run(&args, output),
        What::Diff(args) => diff::run(&args, output),
        What::Fmt(args) => fmt::run(&args, output),
        What::Lsp(args) => lsp::run(&args),
        What::Completions(args) => completions::run(&args, output),
        What::Eval(args) => eval::run(&args, output),
        What::Doc(args) => doc::run(&args, output),
        What::Why(args) => why::run(&args, output),
        What::Explain(args) => explain::run(&args, output),
        What::Audit(command) => audit::run(&command, output),
        What::Approvals(command) => approvals::run(&command, output),
        What::Migrate(store) => migrate::run(&store, output),
    }
}

/// A format that a command does not have is a mistake in how it was called.
fn expect_format(what: &What, asked: Format) -> crate::Result<()> {
    let formats = what.formats();
    if formats.contains(&asked) {
        return Ok(());
    }
    let names: Vec<&str> = formats.iter().map(|format| format.as_str()).collect();
    let message = format!("this command has no format `{}`", asked.as_str());
    Err(Error::new(ErrorKind::Input, message).with_help(format!("use one of {}", names.join(", "))))
}
