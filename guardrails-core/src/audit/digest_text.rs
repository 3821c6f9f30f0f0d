//! Digests and times as the text they have in a payload, for serde.

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

use crate::digest::Digest;

use super::json::{write_digest, write_time};

pub(super) fn serialize<S: Serializer>(digest: &Digest, out: S) -> Result<S::Ok, S::Error> {
    let mut text = String::with_capacity(71);
    write_digest(&mut text, *digest);
    out.serialize_str(&text)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Digest, D::Error> {
    let text = String::deserialize(input)?;
    text.parse().map_err(|_| D::Error::custom("not a digest"))
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
