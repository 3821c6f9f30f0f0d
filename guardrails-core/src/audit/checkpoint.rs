//! Signed checkpoints: the tree head of a log at one size, as a C2SP `tlog-checkpoint` in a C2SP
//! signed note.
//!
//! Decides the note's text and whether a note is genuine. It does not know whether the log fits:
//! that is [`verify`](super::verify()).

use chrono::{DateTime, Utc};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::identifier::LogId;

use super::json::{to_micros, write_time};
use super::keys::{Keys, VerifyingKey};

/// Longest note that is read, in bytes; ours have about 300.
const MOST_BYTES: usize = 64 * 1024;
/// An Ed25519 signature (RFC 8032).
const SIGNATURE_BYTES: usize = 64;
pub(super) const ORIGIN: &str = "crm-guardrails/";

/// A log's head at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log.
    pub log: LogId,
    /// How many events.
    pub size: u64,
    /// The tree's root over them.
    pub root: Digest,
    /// When it was signed, by the signer's clock; to the microsecond.
    pub time: DateTime<Utc>,
}

impl Checkpoint {
    /// The signed note: origin, size, root and time, one line each; a blank line; the signature.
    #[must_use]
    pub fn sign(&self, keys: &Keys) -> String {
        let text = self.text();
        let signature = keys.sign_note(&text);
        format!("{text}\n{signature}")
    }

    fn text(&self) -> String {
        let root = STANDARD.encode(self.root.0);
        let mut text = format!("{ORIGIN}{}\n{}\n{root}\n", self.log, self.size);
        write_time(&mut text, self.time);
        text.push('\n');
        text
    }

    /// What a note says, whoever signed it. It proves nothing: it is for comparing what stands beside
    /// the note with it.
    #[must_use]
    pub fn claimed(note: &str) -> Option<Self> {
        let (text, _) = split(note)?;
        read_text(text)
    }

    /// Reads a note that this key signed. Signature lines of other keys are passed over, as the
    /// note format asks, so that a witness may add its own.
    ///
    /// # Errors
    /// [`ErrorKind::Tampered`] when the note is malformed, unsigned by this key, or about
    /// something else than one of our logs.
    pub fn verify(note: &str, verifier: &VerifyingKey) -> Result<Self> {
        let text = signed_text(note, verifier)?;
        read_text(text).ok_or_else(|| refused("a signed checkpoint cannot be read"))
    }
}

/// Who signed a note, as seen by somebody with certain keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// One of these keys.
    Ours,
    /// By what it says, a guard's key that is not one of these. Nothing proves it.
    Another,
    /// Nobody: it is not the note of a guard's key, or was altered since.
    Nobody,
}

impl Signer {
    /// Who signed a note.
    #[must_use]
    pub fn of(note: &str, verifier: &VerifyingKey) -> Self {
        let Some((text, signatures)) = split(note).filter(|(text, _)| read_text(text).is_some())
        else {
            return Self::Nobody;
        };
        let mut signer = Self::Nobody;
        for line in signatures.lines() {
            let Some((name, bytes)) = signature_line(line) else {
                return Self::Nobody;
            };
            let Some((id, signature)) = bytes.split_first_chunk::<4>() else {
                return Self::Nobody;
            };
            match verifier.named(name, *id) {
                Some(key) if key.check(text, signature).is_ok() => return Self::Ours,
                Some(_) => return Self::Nobody,
                None if name == verifier.name() && signature.len() == SIGNATURE_BYTES => {
                    signer = Self::Another;
                }
                // A witness's.
                None => {}
            }
        }
        signer
    }
}

/// The note's text, once one of its signatures was found to be the verifier's.
fn signed_text<'a>(note: &'a str, verifier: &VerifyingKey) -> Result<&'a str> {
    let malformed = || refused("a checkpoint is not a signed note");
    let (text, signatures) = split(note).ok_or_else(malformed)?;
    let mut signed = Err(refused("a checkpoint is not signed by the key expected"));
    for line in signatures.strip_suffix('\n').ok_or_else(malformed)?.lines() {
        let (name, bytes) = signature_line(line).ok_or_else(malformed)?;
        let Some((id, signature)) = bytes.split_first_chunk::<4>() else {
            return Err(malformed());
        };
        if let Some(key) = verifier.named(name, *id) {
            key.check(text, signature)?;
            signed = Ok(text);
        }
    }
    signed
}

/// The note's text and its signature lines.
fn split(note: &str) -> Option<(&str, &str)> {
    if note.len() > MOST_BYTES || note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return None;
    }
    // The last empty line separates; the text keeps its own final newline.
    let (text, signatures) = note.rsplit_once("\n\n")?;
    Some((note.get(..=text.len())?, signatures))
}

fn signature_line(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
    Some((name, STANDARD.decode(signature).ok()?))
}

fn read_text(text: &str) -> Option<Checkpoint> {
    let mut lines = text.lines();
    let log = lines.next()?.strip_prefix(ORIGIN)?.parse().ok()?;
    let size: u64 = lines.next()?.parse().ok()?;
    let root = STANDARD.decode(lines.next()?).ok()?;
    let time = DateTime::parse_from_rfc3339(lines.next()?).ok()?;
    let checkpoint = Checkpoint {
        log,
        size,
        root: Digest(root.try_into().ok()?),
        time: to_micros(time.to_utc())?,
    };
    // One text per head: no leading zeroes, no second spelling of the same thing.
    (checkpoint.text() == text).then_some(checkpoint)
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::Tampered, message)
        .with_help("compare with a copy of the checkpoint kept outside the database")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::audit::root_of;
    use uuid::Uuid;

    fn head() -> Checkpoint {
        Checkpoint {
            log: LogId::from(Uuid::from_u128(0x0193)),
            size: 7,
            root: root_of(&[]),
            time: DateTime::from_timestamp_micros(1_772_416_800_000_001).unwrap(),
        }
    }

    #[test]
    fn who_signed_is_told_by_the_keys_at_hand() {
        let (old, new) = ([1; 32], [2; 32]);
        let note = head().sign(&Keys::from_seed(old));
        let seen = |note: &str, keys: Keys| Signer::of(note, &keys.verifier());
        assert_eq!(seen(&note, Keys::from_seed(old)), Signer::Ours);
        let rotated = Keys::from_seed(new).with_previous(old);
        assert_eq!(seen(&note, rotated), Signer::Ours);
        assert_eq!(seen(&note, Keys::from_seed(new)), Signer::Another);
        let altered = note.replace("\n7\n", "\n8\n");
        assert_eq!(seen(&altered, Keys::from_seed(old)), Signer::Nobody);
        let witness = note.replace("— crm-guardrails", "— witness");
        assert_eq!(seen(&witness, Keys::from_seed(old)), Signer::Nobody);
        for garbage in ["", "forged", "\n\n", "a\n\n— crm-guardrails AAAAAAAA\n"] {
            assert_eq!(seen(garbage, Keys::from_seed(old)), Signer::Nobody);
        }
    }

    #[test]
    fn a_checkpoint_is_a_c2sp_note() {
        let note = head().sign(&Keys::from_seed([7; 32]));
        insta::assert_snapshot!(note, @r"
        crm-guardrails/00000000-0000-0000-0000-000000000193
        7
        47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
        2026-03-02T02:00:00.000001Z

        — crm-guardrails 5WjXMX/P86qdc5ofGbSQF0fOwaC+jPOT8WVLAKOnPLHqV9mTFlfyQg1II8SKBfFImjpA3laQbeWqMHZ8FvrWXcrvtQE=
        ");
    }

    #[test]
    fn only_the_untouched_note_of_the_right_key_is_read() {
        let keys = Keys::from_seed([7; 32]);
        let note = head().sign(&keys);
        let verifier = keys.verifier();
        assert_eq!(Checkpoint::verify(&note, &verifier).unwrap(), head());

        let stranger = Keys::from_seed([8; 32]);
        let witnessed = format!("{note}{}", stranger.sign_note("anything"));
        assert_eq!(Checkpoint::verify(&witnessed, &verifier).unwrap(), head());

        let forged = head().sign(&stranger);
        let grown = note.replace("\n7\n", "\n8\n");
        let respelled = note.replace("\n7\n", "\n07\n");
        let cut = note.trim_end().to_owned();
        for bad in [
            "",
            "\n\n",
            &forged,
            &grown,
            &respelled,
            &cut,
            "a\n\n— b c\n",
        ] {
            let error = Checkpoint::verify(bad, &verifier).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Tampered, "{bad}");
        }
    }

    #[test]
    fn a_note_signed_before_a_rotation_is_read() {
        let note = head().sign(&Keys::from_seed([7; 32]));
        let rotated = Keys::from_seed([8; 32]).with_previous([7; 32]);
        let read = |keys: &Keys| Checkpoint::verify(&note, &keys.verifier());
        assert_eq!(read(&rotated).unwrap(), head());
        assert!(read(&Keys::from_seed([8; 32])).is_err());
        let after = head().sign(&rotated);
        assert!(Checkpoint::verify(&after, &Keys::from_seed([7; 32]).verifier()).is_err());
    }

    #[test]
    fn a_note_about_something_else_is_refused_though_signed() {
        let keys = Keys::from_seed([7; 32]);
        let text = "example.com/log\n7\nAAAA\n";
        let note = format!("{text}\n{}", keys.sign_note(text));
        let error = Checkpoint::verify(&note, &keys.verifier()).unwrap_err();
        assert_eq!(error.to_string(), "a signed checkpoint cannot be read");
    }
}
