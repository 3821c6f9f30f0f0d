//! `guard fmt`: policies in the one style of the language.
//!
//! A file with mistakes of form stays as it is, and so does one whose new text cannot be written in
//! whole: the new text is a file of its own until it takes the old one's place.

use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use guardrails_rules::{Bundle, SourceFile, format, render};
use serde::Serialize;

use super::arguments::Format;
use super::check::count;
use super::ending::Ending;
use super::line_diff::line_diff;
use super::output::Output;
use crate::{Diagnostic, Error, ErrorKind, Phrase, Result, phrase};

/// What to format.
#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Folders of `.guard` files, or files; `-` reads standard input and writes standard output
    #[arg(default_value = "policies")]
    paths: Vec<PathBuf>,
    /// Change nothing; show what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &FmtArgs, output: &mut Output) -> Result<Ending> {
    let mut work = Work::default();
    for path in &args.paths {
        if path.as_os_str() == "-" {
            if !args.check {
                return stream(output);
            }
            work.file(None, &standard_input()?);
            continue;
        }
        match Bundle::read(path) {
            Ok(bundle) => bundle
                .sources()
                .iter()
                .for_each(|source| work.file(Some(home(path, source)), source)),
            // A file that is too large, or no text at all, is a finding.
            Err(error) if !error.diagnostics().is_empty() => {
                work.refused(None, error.diagnostics())
            }
            Err(error) => return Err(error),
        }
    }
    if !args.check {
        for changed in &work.changed {
            if let Some(path) = &changed.path {
                replace(path, &changed.text)?;
            }
        }
    }
    work.tell(args.check, output)
}

/// From standard input to standard output, for editors: nothing is written when there are mistakes.
fn stream(output: &Output) -> Result<Ending> {
    let source = standard_input()?;
    match format(&source) {
        Ok(text) => {
            output.text(&text);
            Ok(Ending::Fine)
        }
        Err(found) => {
            found.iter().for_each(|finding| output.finding(finding));
            Ok(Ending::Findings)
        }
    }
}

fn standard_input() -> Result<SourceFile> {
    let mut bytes = Vec::new();
    // One byte more than fits tells that there is more.
    let most = u64::try_from(guardrails_rules::FILE_BYTES).unwrap_or(u64::MAX) + 1;
    let read = io::stdin().lock().take(most).read_to_end(&mut bytes);
    let failed = |why: &str| Error::new(ErrorKind::Setup, format!("standard input {why}"));
    read.map_err(|error| failed("cannot be read").with_source(error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        failed("is not UTF-8 text")
            .with_help("save the text as UTF-8")
            .with_source(error)
    })?;
    Ok(SourceFile::new("stdin.guard", text))
}

/// Where a file of a bundle is on disk.
fn home(path: &Path, source: &SourceFile) -> PathBuf {
    if path.is_dir() {
        path.join(&**source.path())
    } else {
        path.to_path_buf()
    }
}

/// A file that is not in style.
struct Changed {
    path: Option<PathBuf>,
    before: String,
    text: String,
}

/// What was found, file by file.
#[derive(Default)]
struct Work {
    files: usize,
    changed: Vec<Changed>,
    refused: Vec<(Option<Bundle>, Vec<Diagnostic>)>,
}

impl Work {
    fn file(&mut self, path: Option<PathBuf>, source: &SourceFile) {
        self.files += 1;
        match format(source) {
            Ok(text) if text.trim_start_matches('\u{FEFF}') == &**source.text() => {}
            Ok(text) => self.changed.push(Changed {
                path,
                before: source.text().to_string(),
                text,
            }),
            Err(found) => self.refused(Bundle::from_files(vec![source.clone()]).ok(), &found),
        }
    }

    fn refused(&mut self, bundle: Option<Bundle>, found: &[Diagnostic]) {
        self.refused.push((bundle, found.to_vec()));
    }

    fn tell(&self, check: bool, output: &Output) -> Result<Ending> {
        match output.format() {
            Format::Json => output.json(&Told::of(self))?,
            _ => self.tell_people(check, output),
        }
        let unsettled = check && !self.changed.is_empty();
        Ok(if unsettled || !self.refused.is_empty() {
            Ending::Findings
        } else {
            Ending::Fine
        })
    }

    fn tell_people(&self, check: bool, output: &Output) {
        for (bundle, found) in &self.refused {
            match bundle {
                Some(bundle) => {
                    let (style, language) = (output.style(), output.language());
                    output.styled(render(found, bundle, style, language));
                }
                None => output
                    .said(found)
                    .iter()
                    .for_each(|finding| output.line(finding.to_string())),
            }
        }
        for changed in &self.changed {
            if check {
                output.line(format!("--- {}", name(changed)));
                output.line(format!("+++ {}, formatted", name(changed)));
                output.lines(line_diff(&changed.before, &changed.text).trim_end_matches('\n'));
            } else {
                output.line(format!("formatted {}", name(changed)));
            }
        }
        let done = if check {
            phrase!("not in style" | "不合格式")
        } else {
            phrase!("formatted" | "已整理")
        };
        let left = match self.refused.len() {
            0 => Phrase::default(),
            refused => phrase!(
                ", {refused} with mistakes left as they are" | "，{refused} 个有错误，没有改动",
                refused
            ),
        };
        output.say(&phrase!(
            "{changed} of {files} {done}{left}" | "{files}中有 {changed} 个{done}{left}",
            changed = self.changed.len(),
            files = count(self.files, "file", "个文件"),
            done,
            left
        ));
    }
}

fn name(changed: &Changed) -> String {
    let path = changed.path.as_deref().unwrap_or(Path::new("stdin.guard"));
    path.display().to_string()
}

/// The outcome, for machines.
#[derive(Serialize)]
struct Told<'a> {
    files: usize,
    changed: Vec<String>,
    findings: Vec<&'a Diagnostic>,
}

impl<'a> Told<'a> {
    fn of(work: &'a Work) -> Self {
        Self {
            files: work.files,
            changed: work.changed.iter().map(name).collect(),
            findings: work.refused.iter().flat_map(|(_, found)| found).collect(),
        }
    }
}

/// Puts the new text in the place of the old one, whole or not at all, with its permissions. A link
/// stays a link.
fn replace(path: &Path, text: &str) -> Result<()> {
    let failed = |error: io::Error| {
        let message = format!("`{}` cannot be written: {}", path.display(), error.kind());
        Error::new(ErrorKind::Setup, message)
            .with_help("check its permissions and those of its folder")
            .with_source(error)
    };
    let target = path.canonicalize().map_err(failed)?;
    let permissions = fs::metadata(&target).map_err(failed)?.permissions();
    if permissions.readonly() {
        return Err(failed(io::ErrorKind::PermissionDenied.into()));
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = write(&beside, text, permissions).and_then(|()| fs::rename(&beside, &target));
    written.map_err(|error| {
        // What is left of the attempt is of no use; the error that counts is the first.
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}

fn write(path: &Path, text: &str, permissions: Permissions) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()
}
