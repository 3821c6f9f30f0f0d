//! The `guard` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    crm_guardrails::guard_command()
}
