//! `guard init`: a folder with a first policy, small enough to read and complete enough to run.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::Ending;
use super::output::Output;
use crate::{Error, ErrorKind, Fields, Result};

const FIRST_POLICY: &str = include_str!("first_policy.guard");

/// Where.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder to make
    #[arg(default_value = "policies")]
    folder: PathBuf,
}

pub(super) fn run(args: &InitArgs, output: &mut Output) -> Result<Ending> {
    let path = args.folder.join("sales.guard");
    let unusable = |error: std::io::Error| {
        Error::new(
            ErrorKind::Setup,
            format!("`{}` cannot be written", path.display()),
        )
        .with_help("name a folder that does not have this file yet")
        .with_source(error)
    };
    fs::create_dir_all(&args.folder).map_err(unusable)?;
    fs::File::create_new(&path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, FIRST_POLICY.as_bytes()))
        .map_err(unusable)?;
    if output.is_json() {
        output.line(Fields::from_iter([("wrote", path.display().to_string())]).to_json());
        return Ok(Ending::Fine);
    }
    let folder = args.folder.display();
    output.line(format!("wrote {}", path.display()));
    output.line(format!("next: guard check {folder}, guard test {folder}"));
    Ok(Ending::Fine)
}
