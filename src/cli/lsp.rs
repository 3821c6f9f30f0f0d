//! `guard lsp`: what an editor starts and talks to.

use clap::Args;

use super::ending::Ending;
use crate::{Error, ErrorKind, Result, lsp};

/// Editors' customary arguments.
#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Accepted for editors that say it; there is no other way
    #[arg(long)]
    stdio: bool,
}

pub(super) fn run(_args: &LspArgs) -> Result<Ending> {
    let ending = lsp::serve(&mut std::io::stdin().lock(), &mut std::io::stdout().lock());
    match ending {
        Ok(lsp::Ended::Orderly) => Ok(Ending::Fine),
        // The protocol's own rule: an exit that no shutdown announced is a failure.
        Ok(lsp::Ended::Abruptly) => Ok(Ending::Findings),
        Err(error) => {
            Err(Error::new(ErrorKind::Setup, "the editor cannot be talked to").with_source(error))
        }
    }
}
