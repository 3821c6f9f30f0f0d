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
mod audit;
mod check;
mod completions;
mod diff;
mod doc;
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

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use guardrails_rules::{Bundle, Parameters};

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

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people; colour only on a terminal
    #[value(alias = "text")]
    Human,
    /// One finding per line: `file:line:column: severity[CODE]: message`; never coloured
    Plain,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// JUnit's XML, for build servers
    Junit,
    /// Workflow commands of GitHub Actions
    Github,
}

impl Format {
    /// The formats of a command that finds things.
    const FINDINGS: &'static [Self] = &[
        Self::Human,
        Self::Plain,
        Self::Json,
        Self::Sarif,
        Self::Junit,
        Self::Github,
    ];
    /// The formats of all others.
    const ANSWERS: &'static [Self] = &[Self::Human, Self::Plain, Self::Json];

    /// The word of the option.
    fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
        }
    }
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

/// Which policies.
#[derive(Debug, Clone, Args)]
struct Policies {
    /// The folder of `.guard` files, or one file
    #[arg(default_value = "policies")]
    policies: PathBuf,
    #[command(flatten)]
    set: Set,
}

impl Policies {
    /// The bundle, with what was set.
    fn bundle(&self) -> crate::Result<Bundle> {
        Ok(Bundle::read(&self.policies)?.with_parameters(self.set.parameters()?))
    }
}

/// What is set of the policies' parameters.
#[derive(Debug, Clone, Default, Args)]
struct Set {
    /// Set a parameter of the policies, such as `--set REP_LIMIT=20%`
    #[arg(long = "set", value_name = "NAME=VALUE")]
    set: Vec<String>,
}

impl Set {
    fn parameters(&self) -> crate::Result<Parameters> {
        let mut parameters = Parameters::new();
        for set in &self.set {
            let (name, value) = set.split_once('=').ok_or_else(|| {
                crate::Error::new(
                    crate::ErrorKind::Input,
                    format!("`--set {set}` does not name a value"),
                )
                .with_help("write `--set NAME=VALUE`, such as `--set REP_LIMIT=20%`")
            })?;
            parameters.insert(name.trim().into(), crate::Value::from(value.trim()));
        }
        Ok(parameters)
    }
}

/// How a command came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Fine,
    Findings,
    NotProven,
    Denied,
    NeedsApproval,
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
        Ok(ending) => ExitCode::from(match ending {
            Ending::Fine => 0,
            Ending::Findings => 1,
            Ending::NotProven => 3,
            Ending::Denied => 10,
            Ending::NeedsApproval => 12,
        }),
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
