//! The canonical payload: its exact bytes, and that it reads back.

use chrono::{DateTime, Utc};
use guardrails_core::ErrorKind;
use guardrails_core::audit::{
    Digests, Event, EventKind, OperationContext, RecordedEvent, write_payload,
};
use proptest::prelude::*;

use crate::events::{context, decision, log, one_of_each};

fn payload(event: &Event, seq: u64) -> String {
    let mut out = String::new();
    write_payload(&mut out, log(7), seq, event);
    out
}

/// What serde_json's sorted map makes of the text: an independent writer of sorted JSON.
fn sorted(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    sort(&value)
}

fn sort(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|a, b| a.0.cmp(b.0));
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| format!("\"{name}\":{}", sort(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        serde_json::Value::Array(items) => {
            let items: Vec<String> = items.iter().map(sort).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[test]
fn each_kind_has_these_bytes() {
    for (name, event) in one_of_each() {
        insta::assert_snapshot!(name, payload(&event, 5));
    }
}

#[test]
fn each_kind_is_canonical_and_reads_back() {
    for (name, event) in one_of_each() {
        let text = payload(&event, 5);
        assert_eq!(sorted(&text), text, "{name}");
        let read = RecordedEvent::read(&text).unwrap();
        assert_eq!((read.log, read.seq), (log(7), 5), "{name}");
        assert_eq!(read.kind.as_str(), event.kind.as_str(), "{name}");
        assert_eq!(read.operation(), event.about.map(|about| about.operation));
        let again = serde_json::to_string(&read).unwrap();
        assert_eq!(sorted(&again), text, "{name}");
    }
}

#[test]
fn a_leap_second_and_nanoseconds_come_to_whole_microseconds() {
    let at = |text: &str| {
        let time: DateTime<Utc> = text.parse().unwrap();
        let kind = EventKind::Intent;
        let about = None;
        RecordedEvent::read(&payload(
            &Event {
                time,
                kind,
                about,
                digests: Digests::default(),
            },
            0,
        ))
        .unwrap()
        .time
        .to_rfc3339()
    };
    assert_eq!(
        at("2016-12-31T23:59:60.500000999Z"),
        "2017-01-01T00:00:00.500+00:00"
    );
    assert_eq!(at("0001-02-03T04:05:06Z"), "0001-02-03T04:05:06+00:00");
}

#[test]
fn what_is_no_payload_is_refused_without_its_content() {
    let intent = payload(&one_of_each()[1].1, 5);
    let cases = [
        String::new(),
        "null".into(),
        "[".repeat(100_000),
        intent.replace("\"v\":1", "\"v\":2"),
        intent.replace("\"seq\":5", "\"seq\":-5"),
        intent.replace("\"kind\":\"intent\"", "\"kind\":\"secret\""),
        intent.replace("\"tenant\":\"acme\",", ""),
        intent.replace("sha256:ab", "sha256:+b"),
    ];
    for text in cases {
        let error = RecordedEvent::read(&text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tampered);
        assert!(!format!("{error:#}{error:?}").contains("secret"));
    }
}

proptest! {
    #[test]
    fn any_text_is_canonical_and_reads_back(
        purpose in any::<String>(),
        roles in proptest::collection::vec(any::<String>(), 0..4),
        user in any::<String>(),
        seconds in 0_i64..100_000_000_000,
        nanos in 0_u32..1_999_999_999,
        seq in 0_u64..(1 << 53),
    ) {
        let about = OperationContext {
            user: user.as_str().into(),
            purpose: purpose.clone(),
            roles: roles.iter().map(|role| role.as_str().into()).collect(),
            ..(*context(1)).clone()
        };
        let Some(time) = DateTime::from_timestamp(seconds, nanos) else { return Ok(()) };
        let text = payload(&Event { time, kind: decision(), about: Some(about.into()), digests: Digests::default() }, seq);
        prop_assert_eq!(sorted(&text), text.clone());
        let read = RecordedEvent::read(&text).unwrap();
        prop_assert_eq!(read.time.timestamp_micros(), time.timestamp_micros());
        prop_assert_eq!(read.seq, seq);
        let about = read.about.unwrap();
        prop_assert_eq!((about.user, about.purpose, about.roles), (user, purpose, roles));
    }
}
