//! A keyed digest of a value: comparable by whoever holds the key, and not to be guessed without it.
//!
//! A plain hash of a value that has few possibilities, such as a telephone number, is no secret: all
//! of them are tried in seconds. So everything of that kind that leaves the guard is keyed, and names
//! its key, so that keys can rotate.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::value::from_hex;

const KEYED: &str = "hmac-sha256:";

/// Names one of the guard's keys: the key ID that its signature lines in checkpoints carry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub(super) [u8; 4]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// HMAC-SHA-256 of a value under one of the guard's keys, with the ID of that key.
///
/// Its text is `hmac-sha256:`, eight hexadecimal digits, `:` and 64 hexadecimal digits. A text
/// `sha256:…` reads as the digest without key that release 0.1 wrote; no key verifies it.
///
/// ```
/// # use guardrails_core::audit::Keys;
/// let digest = Keys::from_seed([7; 32]).value_mac("acme", b"13800005678");
/// assert!(digest.to_string().starts_with("hmac-sha256:"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyedDigest {
    key: Option<KeyId>,
    mac: [u8; 32],
}

/// What a key says of a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum MacCheck {
    /// The value is the one that the digest was made of.
    Valid,
    /// The value is another one, or the digest was changed.
    Invalid,
    /// The digest was made without a key, or with one that is not at hand.
    UnknownKey,
}

impl KeyedDigest {
    pub(super) fn new(key: KeyId, mac: [u8; 32]) -> Self {
        Self {
            key: Some(key),
            mac,
        }
    }

    pub(super) fn mac(&self) -> &[u8; 32] {
        &self.mac
    }

    /// The key it was made with; `None` for a digest without key.
    #[must_use]
    pub fn key(&self) -> Option<KeyId> {
        self.key
    }
}

impl fmt::Display for KeyedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key {
            Some(key) => write!(f, "{KEYED}{key}:")?,
            None => return fmt::Display::fmt(&Digest(self.mac), f),
        }
        self.mac.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyedDigest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let keyed = text.strip_prefix(KEYED).and_then(read_keyed);
        let plain = || {
            let Digest(mac) = text.parse().ok()?;
            Some(Self { key: None, mac })
        };
        keyed.or_else(plain).ok_or_else(|| {
            Error::new(ErrorKind::Input, "this is not a keyed digest")
                .with_help("give it as the guard wrote it, `hmac-sha256:KEY:DIGEST`")
        })
    }
}

fn read_keyed(text: &str) -> Option<KeyedDigest> {
    let (key, mac) = text.split_once(':')?;
    Some(KeyedDigest::new(KeyId(from_hex(key)?), from_hex(mac)?))
}

impl Serialize for KeyedDigest {
    fn serialize<S: Serializer>(&self, out: S) -> std::result::Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyedDigest {
    fn deserialize<D: Deserializer<'de>>(input: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        text.parse()
            .map_err(|_| serde::de::Error::custom("not a keyed digest"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::audit::Keys;

    #[test]
    fn a_digest_reads_back_and_a_damaged_one_is_refused() {
        let digest = Keys::from_seed([7; 32]).value_mac("acme", b"13800000000");
        let text = digest.to_string();
        assert_eq!(text.parse::<KeyedDigest>().unwrap(), digest);
        for bad in [
            "",
            "hmac-sha256:",
            "hmac-sha256::",
            &text.to_uppercase(),
            &text.replace("hmac-sha256:", "hmac-sha256:+"),
            &format!("{text}0"),
            text.get(..text.len() - 1).unwrap(),
        ] {
            let error = bad.parse::<KeyedDigest>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{bad}");
        }
    }

    #[test]
    fn a_digest_without_key_reads_back_and_is_verified_by_none() {
        let text = Digest([3; 32]).to_string();
        let digest: KeyedDigest = text.parse().unwrap();
        assert_eq!((digest.to_string(), digest.key()), (text, None));
        let keys = Keys::from_seed([7; 32]);
        assert_eq!(keys.verify_mac("a", b"b", &digest), MacCheck::UnknownKey);
    }
}
