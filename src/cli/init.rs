//! `guard init`: a folder with a first policy, small enough to read and complete enough to run.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::ending::Ending;
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
    fs::create_dir_all(&args.folder)
        .and_then(|()| fs::File::create_new(&path))
        .and_then(|mut file| file.write_all(FIRST_POLICY.as_bytes()))
        .map_err(|error| unwritten(&args.folder, &path, error))?;
    if output.is_json() {
        output.json_text(&Fields::from_iter([("wrote", path.display().to_string())]).to_json());
        return Ok(Ending::Fine);
    }
    let folder = args.folder.display();
    output.line(format!("wrote {}", path.display()));
    output.line(format!("next: guard check {folder}, guard test {folder}"));
    Ok(Ending::Fine)
}

fn unwritten(folder: &Path, path: &Path, error: io::Error) -> Error {
    if path.exists() {
        let message = format!("`{}` is there already", path.display());
        return Error::new(ErrorKind::Setup, message)
            .with_help("name another folder; nothing was changed");
    }
    let message = format!("the folder `{}` cannot be used", folder.display());
    Error::new(ErrorKind::Setup, message)
        .with_help("name a folder that this user may write to")
        .with_source(error)
}
