//! Files of a bundle from disk: which are read, and what is said of one that cannot be.
//!
//! Word lists are read only when a policy file names them, and only from inside the folder: links
//! are resolved before that is judged.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use guardrails_core::{Diagnostic, Error, ErrorKind, Place, Result, phrase};

use super::fault::too_large;
use super::{BUNDLE_BYTES, FILE_BYTES, POLICY_ENDING};
use crate::source::SourceFile;
use crate::{codes, parse};

/// Folders inside each other (`folder_depth`); more is most likely a mistake in the path.
const FOLDER_DEPTH: usize = 16;
/// Files in a bundle (`bundle_files`).
const BUNDLE_FILES: usize = 10_000;

/// The policy files at `path` and the word lists they name.
pub(super) fn read(path: &Path) -> Result<Vec<SourceFile>> {
    let about = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    let (root, found) = if about.is_dir() {
        let mut found = Vec::new();
        walk(path, "", 0, &mut found)?;
        (path.to_path_buf(), found)
    } else {
        one_file(path)?
    };
    let mut loader = Loader::default();
    found.iter().for_each(|file| loader.load(file));
    for name in loader.words_named() {
        if let Some(file) = inside(&root, &name) {
            loader.load(&file);
        }
    }
    loader.finish()
}

/// A file of the bundle that is on disk.
struct Found {
    name: String,
    path: PathBuf,
}

fn one_file(path: &Path) -> Result<(PathBuf, Vec<Found>)> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.filter(|name| name.ends_with(POLICY_ENDING));
    let name = name.ok_or_else(super::no_policy)?.to_owned();
    let root = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let path = path.to_path_buf();
    Ok((root, vec![Found { name, path }]))
}

fn walk(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<Found>) -> Result<()> {
    if depth > FOLDER_DEPTH {
        return Err(over("folder_depth", FOLDER_DEPTH, folder));
    }
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        let kind = entry
            .file_type()
            .map_err(|error| unreadable(folder, error))?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        if kind.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), depth + 1, found)?;
        } else if name.ends_with(POLICY_ENDING) {
            found.push(Found {
                name: format!("{prefix}{name}"),
                path,
            });
        }
        if found.len() > BUNDLE_FILES {
            return Err(over("bundle_files", BUNDLE_FILES, folder));
        }
    }
    Ok(())
}

/// Where a named word list is, when that is a file inside the folder.
fn inside(root: &Path, name: &str) -> Option<Found> {
    let here = if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    };
    let home = here.canonicalize().ok()?;
    let path = home.join(name).canonicalize().ok()?;
    (path.starts_with(&home) && path.is_file()).then(|| Found {
        name: name.to_owned(),
        path,
    })
}

#[derive(Default)]
struct Loader {
    files: Vec<SourceFile>,
    findings: Vec<Diagnostic>,
    failed: Option<Error>,
    bytes: usize,
}

impl Loader {
    fn load(&mut self, found: &Found) {
        if self.bytes > BUNDLE_BYTES {
            return;
        }
        let name: Arc<str> = found.name.as_str().into();
        match bytes(&found.path, &name) {
            Ok(bytes) => self.accept(&name, bytes),
            Err(Fault::Finding(finding)) => self.findings.push(*finding),
            Err(Fault::Io(error)) => {
                self.failed.get_or_insert(unreadable(&found.path, error));
            }
        }
    }

    fn accept(&mut self, name: &Arc<str>, bytes: Vec<u8>) {
        self.bytes += bytes.len();
        match String::from_utf8(bytes) {
            Ok(text) => self.files.push(SourceFile::new(name.clone(), text)),
            Err(error) => self.findings.push(not_utf8(name, &error)),
        }
    }

    fn words_named(&self) -> BTreeSet<String> {
        self.files.iter().flat_map(parse::word_lists).collect()
    }

    fn finish(self) -> Result<Vec<SourceFile>> {
        if self.bytes > BUNDLE_BYTES {
            return Err(Error::policy(vec![super::too_large_together(self.bytes)]));
        }
        match self.failed {
            Some(error) => Err(error),
            None if self.findings.is_empty() => Ok(self.files),
            None => Err(Error::policy(self.findings)),
        }
    }
}

enum Fault {
    Io(io::Error),
    Finding(Box<Diagnostic>),
}

/// Looks at kind and size first: what is not a regular file is never opened, since opening or reading
/// a pipe waits for whoever writes to it, and a file that is too large is never read.
fn bytes(path: &Path, name: &Arc<str>) -> std::result::Result<Vec<u8>, Fault> {
    let about = fs::metadata(path).map_err(Fault::Io)?;
    if !about.is_file() {
        return Err(Fault::Finding(Box::new(not_a_file(name))));
    }
    let size = usize::try_from(about.len()).unwrap_or(usize::MAX);
    let over = if name.ends_with(POLICY_ENDING) {
        (size > FILE_BYTES).then(|| too_large(name, size))
    } else {
        (size > BUNDLE_BYTES).then(|| super::too_large_together(size))
    };
    if let Some(finding) = over {
        return Err(Fault::Finding(Box::new(finding)));
    }
    fs::read(path).map_err(Fault::Io)
}

fn not_a_file(name: &Arc<str>) -> Diagnostic {
    let place = Place {
        file: name.clone(),
        ..Place::default()
    };
    Diagnostic::error(
        codes::NOT_A_FILE,
        place,
        phrase!(
            "`{name}` is a pipe, a device or a folder, not a regular file"
                | "`{name}` 是管道、设备或文件夹，不是普通文件",
            name
        ),
    )
    .help(phrase!(
        "remove it from the bundle, or put a regular file in its place"
            | "把它移出策略包，或者换成普通文件"
    ))
}

fn not_utf8(name: &Arc<str>, error: &std::string::FromUtf8Error) -> Diagnostic {
    let valid = error.utf8_error().valid_up_to();
    let good = error.as_bytes().get(..valid).unwrap_or_default();
    let good = SourceFile::new(name.clone(), String::from_utf8_lossy(good));
    let at = u32::try_from(good.text().len()).unwrap_or(u32::MAX);
    Diagnostic::error(
        codes::NOT_UTF8,
        good.place(at, at),
        phrase!("the file is not UTF-8 text" | "文件不是 UTF-8 文本"),
    )
    .help(phrase!("save the file as UTF-8" | "把文件保存为 UTF-8"))
}

fn over(name: &str, limit: usize, folder: &Path) -> Error {
    let message = format!(
        "`{}` is over the limit `{name}` of {limit}",
        folder.display()
    );
    Error::new(ErrorKind::Input, message).with_help("name the folder that holds the policy itself")
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let shown = path.display();
    if error.kind() == io::ErrorKind::NotFound {
        return Error::new(ErrorKind::NotFound, format!("`{shown}` does not exist"))
            .with_help("name a folder that holds `.guard` files, or one such file");
    }
    Error::new(
        ErrorKind::Setup,
        format!("`{shown}` cannot be read: {}", error.kind()),
    )
    .with_help("check the path and its permissions")
    .with_source(error)
}
