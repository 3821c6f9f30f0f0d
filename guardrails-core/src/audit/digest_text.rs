//! Digests and times as the text they have in a payload, for serde.

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

use crate::policy::Digest;

use super::json::{write_digest, write_time};

/// The digest written as `sha256:` and 64 lower-case hexadecimal digits.
pub(super) fn parse(text: &str) -> Option<Digest> {
    let hex = text.strip_prefix("sha256:")?;
    if hex.len() != 64 || hex.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut digest = Digest::default();
    for (slot, pair) in digest.0.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *slot = u8::from_str_radix(pair, 16).ok()?;
    }
    // `from_str_radix` takes a sign, which is no digit.
    hex.bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then_some(digest)
}

pub(super) fn serialize<S: Serializer>(digest: &Digest, out: S) -> Result<S::Ok, S::Error> {
    let mut text = String::with_capacity(71);
    write_digest(&mut text, *digest);
    out.serialize_str(&text)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Digest, D::Error> {
    let text = String::deserialize(input)?;
    parse(&text).ok_or_else(|| D::Error::custom("not a digest"))
}

/// The same, for a digest that may be absent.
pub(super) mod option {
    use super::{Deserializer, Digest, Serializer};

    #[expect(clippy::ref_option, reason = "the signature serde calls")]
    pub(in super::super) fn serialize<S: Serializer>(
        digest: &Option<Digest>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        match digest {
            Some(digest) => super::serialize(digest, out),
            None => out.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Option<Digest>, D::Error> {
        super::deserialize(input).map(Some)
    }
}

/// RFC 3339 with microseconds, as in a payload.
pub(super) mod time {
    use super::{DateTime, Deserialize, Deserializer, Serializer, Utc, write_time};

    pub(in super::super) fn serialize<S: Serializer>(
        time: &DateTime<Utc>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(27);
        write_time(&mut text, *time);
        out.serialize_str(&text)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        DateTime::<Utc>::deserialize(input)
    }
}
