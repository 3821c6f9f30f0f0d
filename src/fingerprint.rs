//! What is seen of a policy from outside, without reading it: enough to notice that it changed.
//!
//! A fingerprint that is to be compared later must be taken *before* the files are read: an edit made
//! while they are read then differs from it, and is read again.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Deeper folders than this hold no policies.
const MAX_DEPTH: usize = 16;

/// Each entry's path, kind, length and times, in path order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    path: PathBuf,
    is_file: bool,
    length: u64,
    modified: Option<SystemTime>,
    inode: Inode,
}

/// Identity of the file and the time of its last change of any kind, which no program can set: a copy
/// that keeps the time of modification differs here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Inode {
    number: u64,
    changed: (i64, i64),
}

impl Fingerprint {
    /// The entries at `path` as they are now. What cannot be looked at is left out.
    pub(crate) fn of(path: &Path) -> Self {
        let mut entries = Vec::new();
        collect(path, 0, &mut entries);
        entries.sort();
        Self(entries)
    }
}

fn collect(path: &Path, depth: usize, entries: &mut Vec<Entry>) {
    let Ok(about) = fs::metadata(path) else {
        return;
    };
    if about.is_dir() {
        if depth < MAX_DEPTH {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                collect(&entry.path(), depth + 1, entries);
            }
        }
        return;
    }
    // Pipes and devices too: a bundle that holds one is refused, and that must be noticed.
    entries.push(Entry {
        path: path.to_owned(),
        is_file: about.is_file(),
        length: about.len(),
        modified: about.modified().ok(),
        inode: inode(&about),
    });
}

#[cfg(unix)]
fn inode(about: &Metadata) -> Inode {
    use std::os::unix::fs::MetadataExt;
    Inode {
        number: about.ino(),
        changed: (about.ctime(), about.ctime_nsec()),
    }
}

#[cfg(not(unix))]
fn inode(_about: &Metadata) -> Inode {
    Inode {
        number: 0,
        changed: (0, 0),
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_that_keeps_length_and_time_differs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.guard");
        fs::write(&path, "one").unwrap();
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let before = Fingerprint::of(folder.path());
        assert_eq!(before, Fingerprint::of(folder.path()));
        // Another file under the same name, as `rsync --times` and most editors put it there.
        let copy = folder.path().join("a.guard.new");
        fs::write(&copy, "two").unwrap();
        let file = fs::File::options().write(true).open(&copy).unwrap();
        file.set_modified(modified).unwrap();
        fs::rename(&copy, &path).unwrap();
        assert_ne!(before, Fingerprint::of(folder.path()));
    }
}
