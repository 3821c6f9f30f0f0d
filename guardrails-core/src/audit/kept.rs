//! Checkpoints that are kept outside of the database: what a copy of them looks like, and how it is read.
//!
//! A copy is the signed notes of all logs, the latest of each, one after the other. It says what the
//! database had at that time, so that one which was put back to an older state is behind it. It must not
//! judge a log: [`verify_against`](super::verify_against) does.

use super::checkpoint::{Checkpoint, ORIGIN};
use super::journal::AuditReader;
use super::keys::VerifyingKey;
use crate::error::{Error, ErrorKind, Result};

/// The longest copy that is read, in bytes: some hundred thousand notes.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Checkpoints of a copy, each signed by the key that was expected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptCheckpoints(Vec<Checkpoint>);

impl KeptCheckpoints {
    /// Reads a copy: signed notes, also several copies after one another. Empty lines between notes, and
    /// the line ends of another system, change nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Input`] where there is no note in it, where one is not genuine by this verifier, and
    /// for more than 64 MiB.
    pub fn read(text: &str, verifier: &VerifyingKey) -> Result<Self> {
        if text.len() > MAX_BYTES {
            return Err(unusable("the copy of checkpoints has over 64 MiB")
                .with_help("compare with the latest copy alone"));
        }
        let text = text.replace("\r\n", "\n");
        let mut notes: Vec<String> = Vec::new();
        for line in text.lines() {
            match notes.last_mut() {
                Some(note) if !line.starts_with(ORIGIN) => note.push_str(line),
                None if line.trim().is_empty() => continue,
                _ => notes.push(line.to_owned()),
            }
            notes
                .last_mut()
                .into_iter()
                .for_each(|note| note.push('\n'));
        }
        if notes.is_empty() {
            return Err(unusable("there is no checkpoint in the copy")
                .with_help("name a file that `guard audit checkpoint` printed"));
        }
        let read = |(at, note): (usize, &String)| {
            let note = format!("{}\n", note.trim_end_matches('\n'));
            Checkpoint::verify(&note, verifier).map_err(|error| {
                unusable(format!("checkpoint {} of the copy: {error}", at + 1))
                    .with_help("name the key that signed it, or another copy")
            })
        };
        notes
            .iter()
            .enumerate()
            .map(read)
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The checkpoints.
    pub fn iter(&self) -> impl Iterator<Item = &Checkpoint> {
        self.0.iter()
    }
}

fn unusable(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Input, message.into())
}

/// The latest checkpoint of each log, to be kept outside of the database: signed notes with an empty line
/// between.
///
/// # Errors
/// [`ErrorKind::Tampered`] where the latest one of a log is not genuine; [`ErrorKind::NotFound`] where
/// there is none; [`ErrorKind::Store`].
pub fn latest_checkpoints(reader: &dyn AuditReader, verifier: &VerifyingKey) -> Result<String> {
    let mut notes = Vec::new();
    for summary in reader.logs()? {
        let log = summary.log;
        // A store gives them oldest first.
        let Some(note) = reader.checkpoints(log)?.pop() else {
            continue;
        };
        match Checkpoint::verify(&note, verifier) {
            Ok(head) if head.log == log => notes.push(note),
            _ => {
                let message = format!("the latest checkpoint of log {log} is not genuine");
                let error = Error::new(ErrorKind::Tampered, message);
                return Err(error.with_help("run `guard audit verify`"));
            }
        }
    }
    match notes.is_empty() {
        false => Ok(notes.join("\n")),
        true => Err(
            Error::new(ErrorKind::NotFound, "the audit has no checkpoint yet")
                .with_help("it has one as soon as something is recorded"),
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::audit::{Keys, root_of};
    use crate::identifier::LogId;

    fn note(log: u128, keys: &Keys) -> (Checkpoint, String) {
        let head = Checkpoint {
            log: LogId::from(Uuid::from_u128(log)),
            size: 0,
            root: root_of(&[]),
            time: chrono::DateTime::from_timestamp(1_772_416_800, 0).unwrap(),
        };
        let note = head.sign(keys);
        (head, note)
    }

    #[test]
    fn a_copy_reads_back_however_it_was_carried() {
        let keys = Keys::from_seed([7; 32]);
        let ((one, first), (two, second)) = (note(1, &keys), note(2, &keys));
        let both = KeptCheckpoints(vec![one, two]);
        for text in [
            format!("{first}\n{second}"),
            format!("{first}{second}"),
            format!("\n\n{first}\n\n\n{second}\n\n"),
            format!("{first}\n{second}").replace('\n', "\r\n"),
        ] {
            let read = KeptCheckpoints::read(&text, &keys.verifier()).unwrap();
            assert_eq!(read, both, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_copy_is_refused() {
        let keys = Keys::from_seed([7; 32]);
        let (_, good) = note(1, &keys);
        let (_, strange) = note(1, &Keys::from_seed([8; 32]));
        for text in [
            "",
            "\n \n",
            "no note",
            &strange,
            &format!("{good}\n{strange}"),
            &good.replace("\n0\n", "\n1\n"),
            &format!("a remark\n{good}"),
            good.split_at(40).0,
        ] {
            let error = KeptCheckpoints::read(text, &keys.verifier()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{text:?}");
            assert!(!error.help().is_empty());
        }
    }
}
