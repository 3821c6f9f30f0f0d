//! The secret that signs the audit: where it is kept, and how a first one is made.
//!
//! The file holds 32 random bytes as 64 hexadecimal digits, readable by its owner only. Whoever has
//! it can sign an audit; keep it apart from the database where that matters. After a rotation it has
//! a line for each key: the first signs, and the others verify what they signed.

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
    /// The same after rotations: the secret in force first, then the earlier ones, newest first.
    Seeds(Vec<[u8; 32]>),
}

/// Keys in one file, or of one source, at most.
const MAX_KEYS: usize = 64;
/// Digits of one key.
const DIGITS: usize = 64;

impl std::fmt::Debug for KeySource {
    /// Never the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Seed(_) => f.write_str("Seed"),
            Self::Seeds(_) => f.write_str("Seeds"),
        }
    }
}

impl KeySource {
    /// The keys of the guard and of its store; a missing file is made, with a secret from `entropy`.
    ///
    /// # Errors
    /// [`ErrorKind::Setup`] when the file cannot be read or made, or holds no keys.
    pub fn keys(&self, entropy: &dyn Entropy) -> Result<Keys> {
        match self {
            Self::Seed(seed) => Ok(Keys::from_seed(*seed)),
            Self::Seeds(seeds) => keys_of(seeds).ok_or_else(|| {
                let message = format!("an audit key has 1 to {MAX_KEYS} secrets");
                Error::new(ErrorKind::Setup, message).with_help("give the one in force first")
            }),
            Self::File(path) => match fs::read_to_string(path) {
                Ok(text) => parse(&text)
                    .and_then(|seeds| keys_of(&seeds))
                    .ok_or_else(|| not_a_key(path)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path, entropy),
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

/// Puts a new secret in force in a key file that exists. The secrets before it stay in the file and
/// verify what they signed. A guard that runs signs with the one that it was opened with until it is
/// opened again.
///
/// # Errors
/// [`ErrorKind::Setup`] when there is no such file, it is no key file, it has as many secrets as there
/// may be, another rotation is under way, or it cannot be written.
pub fn rotate_audit_key(path: &Path, entropy: &dyn Entropy) -> Result<()> {
    let text = fs::read_to_string(path).map_err(|error| unusable(path, "read", error))?;
    let seeds = parse(&text).ok_or_else(|| not_a_key(path))?;
    if seeds.len() >= MAX_KEYS {
        let message = format!("`{}` holds {MAX_KEYS} keys already", path.display());
        return Err(Error::new(ErrorKind::Setup, message)
            .with_help("take out keys that signed nothing that is still kept"));
    }
    let mut seed = [0_u8; 32];
    entropy.fill(&mut seed)?;
    let lines: String = std::iter::once(seed)
        .chain(seeds)
        .map(|seed| line(&seed))
        .collect();
    let mut next = path.as_os_str().to_owned();
    next.push(".new");
    let next = PathBuf::from(next);
    // The file is replaced as a whole: at no time is there one without a key.
    let replaced = write_new(&next, &lines).and_then(|()| fs::rename(&next, path));
    replaced.map_err(|error| unusable(&next, "written", error))
}

/// Writes a file that nobody but its owner reads, and that was not there before.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn line(seed: &[u8; 32]) -> String {
    let digits: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    digits + "\n"
}

fn make(path: &Path, entropy: &dyn Entropy) -> Result<Keys> {
    let mut seed = [0_u8; 32];
    entropy.fill(&mut seed)?;
    match write_new(path, &line(&seed)) {
        Ok(()) => Ok(Keys::from_seed(seed)),
        // Another process made it between our look and our try: its key is the key.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => fs::read_to_string(path)
            .ok()
            .and_then(|text| keys_of(&parse(&text)?))
            .ok_or_else(|| not_a_key(path)),
        Err(error) => Err(unusable(path, "written", error)),
    }
}

fn keys_of(seeds: &[[u8; 32]]) -> Option<Keys> {
    let (current, previous) = seeds.split_first()?;
    if previous.len() >= MAX_KEYS {
        return None;
    }
    let keys = Keys::from_seed(*current);
    Some(
        previous
            .iter()
            .fold(keys, |keys, seed| keys.with_previous(*seed)),
    )
}

/// The secrets of a file, one a line.
fn parse(text: &str) -> Option<Vec<[u8; 32]>> {
    text.split_whitespace().map(parse_seed).collect()
}

fn parse_seed(digits: &str) -> Option<[u8; 32]> {
    if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut seed = [0_u8; 32];
    for (i, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(seed)
}

fn not_a_key(path: &Path) -> Error {
    Error::new(
        ErrorKind::Setup,
        format!("`{}` is not an audit key", path.display()),
    )
    .with_help(
        "a key file holds 64 hexadecimal digits, a line for each key; restore it from your backup",
    )
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
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
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
    fn a_rotated_file_signs_with_the_new_key_and_verifies_with_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        let source = KeySource::File(path.clone());
        let mut before = vec![source.keys(&OsEntropy).unwrap()];
        for _ in 0..3 {
            rotate_audit_key(&path, &OsEntropy).unwrap();
            let keys = source.keys(&OsEntropy).unwrap();
            let digest = |keys: &Keys| keys.value_mac("acme", b"42");
            for old in &before {
                assert_ne!(keys.id(), old.id());
                let check = keys.verify_mac("acme", b"42", &digest(old));
                assert_eq!(check, guardrails_core::audit::MacCheck::Valid);
            }
            before.push(keys);
        }
        let text = fs::read_to_string(&path).unwrap();
        let seeds: Vec<[u8; 32]> = parse(&text).unwrap();
        assert_eq!(seeds.len(), 4);
        let same = KeySource::Seeds(seeds).keys(&OsEntropy).unwrap();
        assert_eq!(same.verifier(), before[3].verifier());
        assert!(KeySource::Seeds(Vec::new()).keys(&OsEntropy).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_rotation_that_fails_leaves_the_key_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        assert!(
            rotate_audit_key(&path, &OsEntropy).is_err(),
            "there is no key"
        );
        assert!(!path.exists());
        fs::write(&path, "not a key").unwrap();
        assert!(rotate_audit_key(&path, &OsEntropy).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "not a key");
        fs::write(&path, line(&[7; 32])).unwrap();
        fs::write(folder.path().join("audit.key.new"), "").unwrap();
        let error = rotate_audit_key(&path, &OsEntropy).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setup);
        assert_eq!(fs::read_to_string(&path).unwrap(), line(&[7; 32]));
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
