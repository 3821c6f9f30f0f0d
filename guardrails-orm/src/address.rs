//! Where a database is: reads the address, and shows it without its secrets.
//!
//! The address itself goes to the driver and nowhere else. INVARIANT: `Display` and `Debug` show no
//! user, no password and no query parameter.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use guardrails_core::{Error, ErrorKind, Result};

/// Which database stands behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
    Mysql,
}

impl Engine {
    /// The engine a scheme names, and the feature of this crate that brings its driver.
    const SCHEMES: &'static [(&'static str, Self)] = &[
        ("sqlite", Self::Sqlite),
        ("postgres", Self::Postgres),
        ("postgresql", Self::Postgres),
        ("mysql", Self::Mysql),
        ("mariadb", Self::Mysql),
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MariaDB",
        }
    }

    fn feature(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    fn is_built_in(self) -> bool {
        match self {
            Self::Sqlite => cfg!(feature = "sqlite"),
            Self::Postgres => cfg!(feature = "postgres"),
            Self::Mysql => cfg!(feature = "mysql"),
        }
    }
}

/// Whether `url` is the address of a database that this build reaches; asks no database.
///
/// # Errors
/// [`ErrorKind::Setup`], without the address's user or password in the message.
pub fn check_address(url: &str) -> Result<()> {
    Address::parse(url).map(drop)
}

/// A database's address.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    engine: Engine,
    /// As the driver takes it; may hold a password.
    url: String,
    /// Host, port and database, or the file.
    shown: String,
    /// The schema of PostgreSQL that has the tables, once a connection has found it.
    schema: Arc<OnceLock<String>>,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let (scheme, rest) = url.split_once(':').ok_or_else(|| unknown_scheme(None))?;
        let engine = Engine::SCHEMES
            .iter()
            .find_map(|(word, engine)| word.eq_ignore_ascii_case(scheme).then_some(*engine))
            .ok_or_else(|| unknown_scheme(Some(scheme)))?;
        if !engine.is_built_in() {
            return Err(not_built_in(engine));
        }
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let address = Self {
            engine,
            url: format!("{}://{rest}", driver_scheme(engine)),
            shown: shown(engine, rest),
            schema: Arc::default(),
        };
        address.refuse_memory()?;
        Ok(address)
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    /// The address for the driver. INVARIANT: never printed.
    pub(crate) fn secret_url(&self) -> &str {
        &self.url
    }

    /// An address of the same engine that names nothing: what the driver's own tracing may see.
    pub(crate) fn blank_url(&self) -> String {
        match self.engine {
            Engine::Sqlite => "sqlite://".to_owned(),
            _ => format!("{}://localhost/hidden", driver_scheme(self.engine)),
        }
    }

    /// The schema of this address and its copies.
    #[cfg(feature = "postgres")]
    pub(crate) fn schema(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.schema)
    }

    /// The file of an SQLite database.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        (self.engine == Engine::Sqlite).then(|| PathBuf::from(percent_decoded(&self.shown)))
    }

    /// The directory an SQLite file would be in.
    pub(crate) fn directory(&self) -> Option<PathBuf> {
        let file = self.file()?;
        let parent = file.parent()?;
        let here = Path::new(".");
        Some(
            if parent.as_os_str().is_empty() {
                here
            } else {
                parent
            }
            .to_path_buf(),
        )
    }

    /// The audit would be gone with the process, and each connection would see its own database.
    fn refuse_memory(&self) -> Result<()> {
        let (_, query) = self.url.split_once('?').unwrap_or_default();
        let in_memory = matches!(self.shown.as_str(), "" | ":memory:")
            || query.split('&').any(|parameter| parameter == "mode=memory");
        if self.engine == Engine::Sqlite && in_memory {
            return Err(Error::new(
                ErrorKind::Setup,
                "an SQLite database in memory keeps nothing when the process ends",
            )
            .with_help("name a file, such as `sqlite://guard.db?mode=rwc`"));
        }
        Ok(())
    }
}

/// What the driver does to a file's name. Bytes that are no text are left to its own error.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let code = after
            .split_at_checked(2)
            .and_then(|(code, rest)| Some((u8::from_str_radix(code, 16).ok()?, rest)));
        let (byte, after) = code.unwrap_or((b'%', after));
        bytes.push(byte);
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn driver_scheme(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
        Engine::Mysql => "mysql",
    }
}

/// What may be shown of an address: nothing before an `@`, nothing after a `?`. Where an unescaped
/// password makes it unclear which is which, nothing at all.
fn shown(engine: Engine, rest: &str) -> String {
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    if engine == Engine::Sqlite {
        return before.to_owned();
    }
    match before.rsplit_once('@') {
        Some((_, place)) if !query.contains('@') => place.to_owned(),
        None if !query.contains('@') => before.to_owned(),
        _ => "(address hidden)".to_owned(),
    }
}

fn unknown_scheme(scheme: Option<&str>) -> Error {
    let message = match scheme {
        // A text with an `@` before its first colon is no scheme and may hold a password.
        Some(word) if word.len() <= 16 && word.chars().all(|c| c.is_ascii_alphanumeric()) => {
            format!("`{word}:` is not a database address this build knows")
        }
        _ => "this is not a database address".to_owned(),
    };
    Error::new(ErrorKind::Setup, message).with_help(
        "give `sqlite://FILE?mode=rwc`, `postgres://USER@HOST/DATABASE` or `mysql://USER@HOST/DATABASE`",
    )
}

fn not_built_in(engine: Engine) -> Error {
    Error::new(
        ErrorKind::Setup,
        format!("this build has no driver for {}", engine.name()),
    )
    .with_help(format!("build with the feature `{}`", engine.feature()))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.engine.name(), self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_secret() {
        for rest in [
            "u:s3cret@h:1/db",
            "u:s3/cret@h/db",
            "u:s3?cret@h/db",
            "u:s3@cret@h/db?password=s3cret@x",
            "h/db?password=s3cret",
        ] {
            let text = shown(Engine::Postgres, rest);
            assert!(
                !text.contains("s3") && !text.contains("cret"),
                "{rest} -> {text}"
            );
        }
        assert_eq!(shown(Engine::Postgres, "u:p@h:1/db?a=b"), "h:1/db");
        assert_eq!(shown(Engine::Sqlite, "a@b.db?mode=rwc"), "a@b.db");
    }

    #[test]
    fn a_files_name_may_be_encoded() {
        for (text, name) in [
            ("a%20b.db", "a b.db"),
            ("50%", "50%"),
            ("50%.db", "50%.db"),
            ("é%e9", "é%e9"),
        ] {
            assert_eq!(percent_decoded(text), name);
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for (url, says) in [
            ("oracle://u:s3cret@h/db", "`oracle:`"),
            ("guard.db", "not a database address"),
            ("u@s3cret:x", "not a database address"),
            ("", "not a database address"),
            ("sqlite::memory:", "in memory"),
            ("sqlite://x?mode=memory", "in memory"),
            ("sqlite://", "in memory"),
        ] {
            let error = Address::parse(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Setup);
            assert!(error.to_string().contains(says), "{url}: {error}");
            assert!(!error.help().is_empty() && !format!("{error:?}").contains("s3cret"));
        }
    }
}
