//! Reads `kind` and `data` of a payload without a copy in between.
//!
//! In a payload's order `data` comes before the `kind` that says what it is, so serde would hold it
//! as loose values first; for a record of many fields that doubles the work. Here the kind is known
//! already, and is handed over as if it had come first.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer as _, MapAccess, Visitor,
};

use super::recorded::RecordedKind;

/// Reads the member `data` of an object as what `kind` says it is.
pub(super) struct DataOf<'a>(pub(super) &'a str);

impl<'de> DeserializeSeed<'de> for DataOf<'_> {
    type Value = RecordedKind;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<RecordedKind, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DataOf<'_> {
    type Value = RecordedKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an audit payload")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<RecordedKind, M::Error> {
        let mut read = None;
        while let Some(name) = members.next_key::<Member>()? {
            match name {
                Member::Data if read.is_some() => return Err(M::Error::duplicate_field("data")),
                Member::Data => {
                    let tagged = TagFirst {
                        kind: self.0,
                        members: &mut members,
                        next: Part::Kind,
                    };
                    read = Some(RecordedKind::deserialize(MapAccessDeserializer::new(
                        tagged,
                    ))?);
                }
                Member::Other => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        read.ok_or_else(|| M::Error::missing_field("data"))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Member {
    Data,
    #[serde(other)]
    Other,
}

/// The two members that [`RecordedKind`] is made from, tag first.
struct TagFirst<'a, M> {
    kind: &'a str,
    members: &'a mut M,
    next: Part,
}

enum Part {
    Kind,
    Data,
    End,
}

impl<'de, M: MapAccess<'de>> MapAccess<'de> for TagFirst<'_, M> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, M::Error> {
        let name = match self.next {
            Part::Kind => "kind",
            Part::Data => "data",
            Part::End => return Ok(None),
        };
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, M::Error> {
        match self.next {
            Part::Kind => {
                self.next = Part::Data;
                seed.deserialize(self.kind.into_deserializer())
            }
            Part::Data | Part::End => {
                self.next = Part::End;
                self.members.next_value_seed(seed)
            }
        }
    }
}
