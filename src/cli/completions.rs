//! `guard completions`: what a shell needs to complete our commands and options.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Command;
use super::ending::Ending;
use super::output::Output;
use crate::Result;

/// For which shell.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell to write for
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, output: &Output) -> Result<Ending> {
    let mut script = Vec::new();
    generate(args.shell, &mut Command::command(), "guard", &mut script);
    output.text(String::from_utf8_lossy(&script));
    Ok(Ending::Fine)
}
