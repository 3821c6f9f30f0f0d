//! A bundle: the files that make one policy, in path order, under one digest.
//!
//! This room decides what may enter the compiler: sizes, encoding, paths. It does not look at what
//! the text means. A file the compiler never asks for is never read.

mod fault;
mod folder;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use guardrails_core::policy::Digest;
use guardrails_core::{Diagnostic, Error, ErrorKind, Name, Place, Result, Value, phrase};
use sha2::{Digest as _, Sha256};

use crate::ast::Span;
use crate::codes;
use crate::source::SourceFile;

/// Bytes of one file (`file_bytes`), 1 MiB. Word lists are held by the bundle's limit alone.
pub const FILE_BYTES: usize = 1 << 20;
/// Bytes of all files together (`bundle_bytes`), 64 MiB.
pub const BUNDLE_BYTES: usize = 64 << 20;

/// The ending of policy files; anything else in a bundle is a word list.
const POLICY_ENDING: &str = ".guard";

/// The files of one policy.
///
/// Files are kept in path order, so that the digest and everything derived from it do not depend on
/// the order in which a file system lists them.
#[derive(Debug, Clone)]
pub struct Bundle {
    sources: Vec<SourceFile>,
    words: BTreeMap<Arc<str>, SourceFile>,
    digest: Digest,
    parameters: Parameters,
}

/// What a host sets of a policy's parameters, by name.
pub type Parameters = BTreeMap<Name, Value>;

impl Bundle {
    /// Reads a folder, with its `.guard` files at any depth, or one `.guard` file; and the word
    /// lists that they name, which are looked up from that folder and never outside it. Names that
    /// begin with a dot are passed over, as are linked folders.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the path does not exist or holds no `.guard` file,
    /// [`ErrorKind::Setup`] when it cannot be read, and [`ErrorKind::Policy`] with one diagnostic
    /// per file that is too large, is not UTF-8, or holds a NUL byte.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_files(folder::read(path.as_ref())?)
    }

    /// A bundle from texts that are already in memory. Paths ending in `.guard` are policy, all
    /// others are word lists.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without any `.guard` file, and [`ErrorKind::Policy`] for a path that
    /// appears twice, is absolute or climbs out of the bundle, and for the limits
    /// [`FILE_BYTES`] and [`BUNDLE_BYTES`].
    pub fn from_files(mut files: Vec<SourceFile>) -> Result<Self> {
        files.sort_by(|a, b| a.path().cmp(b.path()));
        let findings = faults(&files);
        if !findings.is_empty() {
            return Err(Error::policy(findings));
        }
        let digest = digest(&files);
        let (sources, words): (Vec<_>, Vec<_>) = files
            .into_iter()
            .partition(|file| file.path().ends_with(POLICY_ENDING));
        if sources.is_empty() {
            return Err(no_policy());
        }
        let words = words
            .into_iter()
            .map(|file| (file.path().clone(), file))
            .collect();
        Ok(Self {
            sources,
            words,
            digest,
            parameters: Parameters::new(),
        })
    }

    /// Sets parameters of the policy (`param`). Values are read as their declared types when the
    /// bundle is compiled; one that no file declares, or that does not fit, is then an error.
    #[must_use]
    pub fn with_parameters(mut self, parameters: Parameters) -> Self {
        self.parameters = parameters;
        self
    }

    pub(crate) fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// SHA-256 over the paths and bytes of all files, in path order.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The same, and over the parameters that the host set, if it set any: name and value of each.
    pub(crate) fn digest_with(&self, set: &[(Name, String)]) -> Digest {
        if set.is_empty() {
            return self.digest;
        }
        let mut hash = Sha256::new();
        hash.update(self.digest.0);
        for part in set.iter().flat_map(|(name, value)| [&**name, value]) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Digest(hash.finalize().into())
    }

    /// The policy files, in path order.
    #[must_use]
    pub fn sources(&self) -> &[SourceFile] {
        &self.sources
    }

    /// The file of this path, policy or word list.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        self.words.get(path).or_else(|| {
            let sources = &self.sources;
            let at = sources.binary_search_by(|file| (**file.path()).cmp(path));
            sources.get(at.ok()?)
        })
    }

    /// All files, policies and word lists.
    #[must_use = "an iterator does nothing on its own"]
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.sources.iter().chain(self.words.values())
    }

    /// The word list of this path.
    pub(crate) fn words(&self, path: &str) -> Option<&SourceFile> {
        self.words.get(path)
    }

    /// The place of a span, for people.
    pub(crate) fn place(&self, span: Span) -> Place {
        usize::try_from(span.file)
            .ok()
            .and_then(|at| self.sources.get(at))
            .map_or_else(Place::default, |file| file.place(span.start, span.end))
    }
}

fn no_policy() -> Error {
    Error::new(ErrorKind::NotFound, "there is no `.guard` file here")
        .with_help("name a folder that holds `.guard` files, or one such file")
}

fn faults(files: &[SourceFile]) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = files.iter().filter_map(fault::fault).collect();
    let twice = files.iter().zip(files.iter().skip(1));
    findings.extend(
        twice
            .filter(|(a, b)| a.path() == b.path())
            .map(|(_, file)| {
                let message = phrase!(
                    "the path `{path}` is in the bundle twice"
                        | "路径 `{path}` 在策略包里出现了两次",
                    path = file.path()
                );
                Diagnostic::error(codes::BAD_PATH, file.whole(), message).help(phrase!(
                    "give each file its own path" | "给每个文件各自的路径"
                ))
            }),
    );
    let bytes: usize = files.iter().map(|file| file.text().len()).sum();
    if bytes > BUNDLE_BYTES {
        findings.push(too_large_together(bytes));
    }
    findings
}

fn too_large_together(bytes: usize) -> Diagnostic {
    let message = phrase!(
        "the bundle has {bytes} bytes, over the limit `bundle_bytes` of {most}"
            | "策略包有 {bytes} 字节，超过上限 `bundle_bytes`（{most}）",
        bytes,
        most = BUNDLE_BYTES
    );
    let help = phrase!(
        "split the policy, or move long word lists out of it" | "拆分策略，或者把很长的词表移出去"
    );
    Diagnostic::error(codes::BUNDLE_TOO_LARGE, Place::default(), message).help(help)
}

/// Lengths go in as well, so that no two bundles share their bytes by moving a boundary.
fn digest(files: &[SourceFile]) -> Digest {
    let mut hash = Sha256::new();
    for file in files {
        for part in [file.path().as_bytes(), &file.bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    Digest(hash.finalize().into())
}
