//! What went wrong in a database, in words that carry no value.
//!
//! Drivers put keys, values and addresses into their messages ("Duplicate entry 'acme-…'"), so none
//! of their text passes: a fault is a cause from a closed list and the driver's code. Nothing else
//! in this crate turns a driver's error into an [`Error`].

use guardrails_core::{Error, ErrorKind};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use crate::address::{Address, Engine};

/// A failed piece of work: the database's fault, or an error that is typed already.
pub(crate) enum Failure {
    Database(DbErr),
    Typed(Error),
}

impl Failure {
    /// As an error about what was being done.
    pub(crate) fn while_doing(self, doing: &str) -> Error {
        match self {
            Self::Database(error) => Fault::of(&error).store(doing),
            Self::Typed(error) => error,
        }
    }

    /// Whether the same work may go through when done again from its start.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => Fault::of(error).cause.is_transient(),
            Self::Typed(_) => false,
        }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Typed(error)
    }
}

/// Why a database did not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Somebody else holds the lock, longer than the busy timeout.
    Locked,
    /// Two transactions stood in each other's way and one was sent back.
    Collision,
    /// Nothing may be written.
    ReadOnly,
    /// No space left.
    Full,
    /// The disk reports an error.
    Disk,
    /// The file cannot be opened.
    CannotOpen,
    /// The file is not a database, or is damaged.
    Damaged,
    /// The server does not answer.
    Unreachable,
    /// The connection cannot be encrypted as the address asks.
    Handshake,
    /// The server refuses the user or the password.
    Refused,
    /// The server has no such database.
    NoDatabase,
    /// A table is not there.
    NoTable,
    /// The user may not do this.
    Forbidden,
    /// A row with this key is there already.
    Duplicate,
    /// A value is longer than its column.
    TooLong,
    /// A column does not hold what it should.
    Unreadable,
    /// Anything else.
    Other,
}

impl Cause {
    /// A row that is there already was made by another transaction a moment ago: done again, the
    /// work finds it. Where a duplicate is the caller's mistake, the caller says so itself.
    fn is_transient(self) -> bool {
        matches!(self, Self::Collision | Self::Duplicate)
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Locked => "the database is locked by somebody else",
            Self::Collision => "another transaction stood in the way",
            Self::ReadOnly => "the database is read-only",
            Self::Full => "the database has no space left",
            Self::Disk => "the disk reports an error, or takes no more",
            Self::CannotOpen => "the database file cannot be opened",
            Self::Damaged => "the file is damaged, or not a database",
            Self::Unreachable => "the database server does not answer",
            Self::Handshake => "the connection cannot be encrypted as the address asks",
            Self::Refused => "the database server refuses this user",
            Self::NoDatabase => "the server has no such database",
            Self::NoTable => "a table or column of the guard is not there",
            Self::Forbidden => "this database user may not do that",
            Self::Duplicate => "a row with this key is there already",
            Self::TooLong => "a value is longer than its column",
            Self::Unreadable => "a column does not hold what it should",
            Self::Other => "the database reported an error",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Locked => {
                "end the other program's transaction, or raise `busy_timeout` when opening"
            }
            Self::Collision => {
                "try again; if it lasts, look for long transactions of other programs"
            }
            Self::ReadOnly => {
                "make the file and its directory writable, and use `mode=rwc`; for reading alone, open to inspect"
            }
            Self::Full => "free space on the database's disk, or raise its quota",
            Self::Disk => "check the disk, its free space and the process's limits",
            Self::CannotOpen => {
                "check the path and its permissions; add `?mode=rwc` to make a new database"
            }
            Self::Damaged => "restore the database from a backup",
            Self::Unreachable => "check host and port of the address, and that the server runs",
            Self::Handshake => {
                "check `sslmode` of the address (`ssl-mode` of MariaDB), and that the server's certificate is for \
                 this host and of an authority that is known, or named by `sslrootcert` (`ssl-ca`)"
            }
            Self::Refused => "check user and password of the address",
            Self::NoDatabase => "create the database, or correct its name in the address",
            Self::NoTable => "run the migration: open the store once with `Schema::Migrate`",
            Self::Forbidden => "grant the user what the migration and the guard's tables need",
            Self::Duplicate => "use another key",
            Self::TooLong => "use a shorter name",
            Self::Unreadable => "correct the row; see the documentation of the tables",
            Self::Other => "look the code up in the database's manual",
        }
    }
}

/// A cause, and the driver's code for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) cause: Cause,
    code: String,
}

impl Fault {
    pub(crate) fn of(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::plain(Cause::Unreachable),
            DbErr::Conn(inner) | DbErr::Exec(inner) | DbErr::Query(inner) => Self::of_driver(inner),
            DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => {
                Self::plain(Cause::Unreadable)
            }
            _ => Self::plain(Cause::Other),
        }
    }

    fn of_driver(error: &RuntimeErr) -> Self {
        match error {
            RuntimeErr::SqlxError(error) => driver::fault(error),
            _ => Self::plain(Cause::Other),
        }
    }

    /// A cause that no driver reported.
    pub(crate) fn plain(cause: Cause) -> Self {
        let code = String::new();
        Self { cause, code }
    }

    /// As an error of the store, about what was being done.
    pub(crate) fn store(&self, doing: &str) -> Error {
        self.error(ErrorKind::Store, &format!("could not {doing}"))
    }

    /// As an error of opening the database at `address`.
    pub(crate) fn opening(&self, address: &Address) -> Error {
        if self.cause == Cause::Unreachable && address.engine() == Engine::Sqlite {
            // No server stands behind a file: who waited too long for it waited for its lock.
            return Self::plain(Cause::Locked).opening(address);
        }
        let kind = match self.cause {
            Cause::Locked | Cause::Unreachable | Cause::Full | Cause::Disk => ErrorKind::Store,
            _ => ErrorKind::Setup,
        };
        self.error(kind, &format!("could not open {address}"))
    }

    fn error(&self, kind: ErrorKind, start: &str) -> Error {
        let sentence = self.cause.sentence();
        let message = if self.code.is_empty() {
            format!("{start}: {sentence}")
        } else {
            format!("{start}: {sentence} ({})", self.code)
        };
        Error::new(kind, message).with_help(self.cause.help())
    }
}

/// Reading the drivers' codes.
mod driver {
    use std::io::ErrorKind;

    use sea_orm::sqlx::Error;
    use sea_orm::sqlx::error::DatabaseError;

    use super::{Cause, Fault};

    pub(super) fn fault(error: &Error) -> Fault {
        match error {
            Error::Database(error) => of_database(error.as_ref()),
            // How the driver's rustls reports a certificate that it does not trust.
            Error::Io(error) if error.kind() == ErrorKind::InvalidData => {
                Fault::plain(Cause::Handshake)
            }
            Error::Io(error) => Fault {
                cause: Cause::Unreachable,
                code: error.kind().to_string(),
            },
            Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => {
                Fault::plain(Cause::Unreachable)
            }
            Error::Tls(_) => Fault::plain(Cause::Handshake),
            Error::ColumnDecode { index, .. } => Fault {
                cause: Cause::Unreadable,
                code: format!("column {index}"),
            },
            Error::ColumnNotFound(_) => Fault::plain(Cause::NoTable),
            _ => Fault::plain(Cause::Other),
        }
    }

    fn of_database(error: &dyn DatabaseError) -> Fault {
        #[cfg(feature = "sqlite")]
        if error
            .try_downcast_ref::<sea_orm::SqlxSqliteError>()
            .is_some()
        {
            return of_sqlite(error);
        }
        #[cfg(feature = "mysql")]
        if let Some(error) = error.try_downcast_ref::<sea_orm::SqlxMySqlError>() {
            return of_mysql(error.number());
        }
        of_sqlstate(error)
    }

    /// Result codes: <https://www.sqlite.org/rescode.html>.
    #[cfg(feature = "sqlite")]
    fn of_sqlite(error: &dyn DatabaseError) -> Fault {
        let extended: i32 = error.code().and_then(|code| code.parse().ok()).unwrap_or(1);
        let cause = match extended {
            1555 | 2067 => Cause::Duplicate,
            _ => match extended & 0xff {
                5 | 6 => Cause::Locked,
                8 => Cause::ReadOnly,
                10 => Cause::Disk,
                13 => Cause::Full,
                14 => Cause::CannotOpen,
                11 | 26 => Cause::Damaged,
                1 if error.message().starts_with("no such") => Cause::NoTable,
                3 | 23 => Cause::Forbidden,
                18 => Cause::TooLong,
                _ => Cause::Other,
            },
        };
        Fault {
            cause,
            code: format!("SQLite {extended}"),
        }
    }

    /// Error numbers: <https://mariadb.com/kb/en/mariadb-error-code-reference/>.
    #[cfg(feature = "mysql")]
    fn of_mysql(number: u16) -> Fault {
        let cause = match number {
            1205 => Cause::Locked,
            1020 | 1213 => Cause::Collision,
            1036 | 1290 | 1792 | 1836 => Cause::ReadOnly,
            1021 | 1114 => Cause::Full,
            1040 | 1053 | 1152..=1161 | 1203 | 1927 => Cause::Unreachable,
            1045 | 1698 => Cause::Refused,
            1049 => Cause::NoDatabase,
            1054 | 1146 => Cause::NoTable,
            1044 | 1142 | 1143 | 1227 | 1419 => Cause::Forbidden,
            1022 | 1062 | 1169 | 1586 => Cause::Duplicate,
            1406 => Cause::TooLong,
            _ => Cause::Other,
        };
        Fault {
            cause,
            code: format!("MariaDB {number}"),
        }
    }

    /// SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    fn of_sqlstate(error: &dyn DatabaseError) -> Fault {
        let code = error.code().unwrap_or_default();
        let cause = match code.as_ref() {
            "55P03" => Cause::Locked,
            "40001" | "40P01" => Cause::Collision,
            "25006" => Cause::ReadOnly,
            "53100" | "53200" => Cause::Full,
            "58030" => Cause::Disk,
            "28000" | "28P01" => Cause::Refused,
            "3D000" => Cause::NoDatabase,
            "42P01" | "42703" => Cause::NoTable,
            "42501" => Cause::Forbidden,
            "23505" => Cause::Duplicate,
            "22001" => Cause::TooLong,
            "53300" | "57014" | "57P01" | "57P02" | "57P03" => Cause::Unreachable,
            code if code.starts_with("08") => Cause::Unreachable,
            _ => Cause::Other,
        };
        Fault {
            cause,
            code: format!("SQLSTATE {code}"),
        }
    }
}

#[cfg(all(test, feature = "sqlite"))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::io;
    use std::sync::Arc;

    use sea_orm::sqlx;

    use super::*;

    fn opening(error: sqlx::Error) -> Error {
        let address = Address::parse("sqlite://guard.db").unwrap();
        let error = DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)));
        Fault::of(&error).opening(&address)
    }

    /// The driver reports a certificate that it does not trust as data that is not valid.
    #[test]
    fn a_failed_handshake_is_not_a_server_that_does_not_answer() {
        let untrusted = io::Error::new(io::ErrorKind::InvalidData, "invalid peer certificate");
        let handshakes = [
            sqlx::Error::Io(untrusted),
            sqlx::Error::Tls("server does not support TLS".into()),
        ];
        for error in handshakes.map(opening) {
            assert_eq!(error.kind(), ErrorKind::Setup);
            assert!(error.help().contains("sslmode"), "{error:?}");
        }
        let gone = io::Error::from(io::ErrorKind::ConnectionRefused);
        let error = opening(sqlx::Error::Io(gone));
        assert!(!error.help().contains("sslmode"), "{error:?}");
    }
}
