//! Whether the SQLite file that was opened is still the one at its path.
//!
//! A file that is deleted, or that another one is moved over, stays open: SQLite goes on reading and
//! writing what no other process sees and nobody finds after the end. INVARIANT: nothing is acknowledged
//! that went into such a file. A file that is overwritten in place is the same file; that its content went
//! back is for a checkpoint kept elsewhere to tell. Windows does not let an open file be replaced, and
//! nothing is looked at there.

use std::path::PathBuf;

use guardrails_core::{Error, ErrorKind, Result};

/// The file of a database, and which one it was when it was opened.
#[derive(Debug, Clone)]
pub(crate) struct OpenedFile {
    path: PathBuf,
    identity: Option<Identity>,
}

/// Device and inode: no two files on one machine have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl OpenedFile {
    /// The file at a path, which was opened just now.
    pub(crate) fn at(path: PathBuf) -> Self {
        let identity = identity_of(&path);
        Self { path, identity }
    }

    /// Whether it is still there.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] where the path leads to no file, or to another one.
    pub(crate) fn expect_in_place(&self) -> Result<()> {
        if !cfg!(unix) || self.identity.is_some() && self.identity == identity_of(&self.path) {
            return Ok(());
        }
        let message = format!(
            "the database file `{}` was removed or replaced while it was open",
            self.path.display()
        );
        Err(Error::new(ErrorKind::Store, message).with_help(
            "end the processes that have it open, see to it that the right file is there, and start \
             them again; `guard audit verify --against` tells whether a file is behind",
        ))
    }
}

#[cfg(unix)]
fn identity_of(path: &std::path::Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok()?;
    Some(Identity {
        device: found.dev(),
        inode: found.ino(),
    })
}

#[cfg(not(unix))]
fn identity_of(_: &std::path::Path) -> Option<Identity> {
    None
}
