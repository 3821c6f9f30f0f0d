//! The secret that signs the audit: where it is kept, and how a first one is made.
//!
//! The file holds 32 random bytes as 64 hexadecimal digits, readable by its owner only. Whoever has
//! it can sign an audit; keep it apart from the database where that matters.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use guardrails_core::audit::Keys;
use guardrails_core::{Entropy, Error, ErrorKind, Result};

/// Where the audit's secret comes from.
#[derive(Clone)]
pub enum KeySource {
    /// A file, made with a new secret if it does not exist.
    File(PathBuf),
    /// 32 bytes from the host's own secret store.
    Seed([u8; 32]),
}

impl std::fmt::Debug for KeySource {
    /// Never the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Seed(_) => f.write_str("Seed"),
        }
    }
}

impl KeySource {
    /// The keys; a missing file is made.
    pub(crate) fn keys(&self, entropy: &dyn Entropy) -> Result<Keys> {
        match self {
            Self::Seed(seed) => Ok(Keys::from_seed(*seed)),
            Self::File(path) => match fs::read_to_string(path) {
                Ok(text) => parse(&text)
                    .map(Keys::from_seed)
                    .ok_or_else(|| not_a_key(path)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    make(path, entropy).map(Keys::from_seed)
                }
                Err(error) => Err(unusable(path, "read", error)),
            },
        }
    }

    /// The keys; a missing file is an error.
    #[cfg(feature = "cli")]
    pub(crate) fn existing_keys(&self, entropy: &dyn Entropy) -> Result<Keys> {
        match self {
            Self::File(path) if !path.exists() => Err(Error::new(
                ErrorKind::Setup,
                format!("there is no audit key at `{}`", path.display()),
            )
            .with_help("name the key file that the guard signs with")),
            _ => self.keys(entropy),
        }
    }
}

fn make(path: &Path, entropy: &dyn Entropy) -> Result<[u8; 32]> {
    let mut seed = [0_u8; 32];
    entropy.fill(&mut seed)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    match written {
        Ok(()) => Ok(seed),
        // Another process made it between our look and our try: its key is the key.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => fs::read_to_string(path)
            .ok()
            .and_then(|text| parse(&text))
            .ok_or_else(|| not_a_key(path)),
        Err(error) => Err(unusable(path, "written", error)),
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut seed = [0_u8; 32];
    for (i, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(seed)
}

fn not_a_key(path: &Path) -> Error {
    Error::new(
        ErrorKind::Setup,
        format!("`{}` is not an audit key", path.display()),
    )
    .with_help("a key file holds 64 hexadecimal digits; restore it from your backup")
}

fn unusable(path: &Path, what: &str, error: std::io::Error) -> Error {
    Error::new(
        ErrorKind::Setup,
        format!("the audit key `{}` cannot be {what}", path.display()),
    )
    .with_help("check that the folder exists and that this user may use it")
    .with_source(error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::OsEntropy;

    #[test]
    fn a_key_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let source = KeySource::File(folder.path().join("audit.key"));
        let first = source.keys(&OsEntropy).unwrap().verifier().to_string();
        let second = source.keys(&OsEntropy).unwrap().verifier().to_string();
        assert_eq!(first, second);
    }

    #[test]
    fn a_broken_key_is_refused_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        fs::write(&path, "not a key").unwrap();
        let error = KeySource::File(path.clone()).keys(&OsEntropy).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setup);
        assert_eq!(fs::read_to_string(&path).unwrap(), "not a key");
    }
}
