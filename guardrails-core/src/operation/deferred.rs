//! What the keyed digests of an operation's events are made of, and when: mostly once the event is sealed.
//!
//! Decides the scopes of the digests, and what may wait: what is large is digested at once, so that events
//! that wait for the journal hold little.

use std::sync::{Arc, OnceLock};

use crate::audit::{DeferredDigests, EventDigest, KeyedDigest, Keys, OperationContext};
use crate::value::{Fields, Value};

/// What the scopes of the digests begin with. What is asked can then never be taken for what is handed
/// back.
const INPUT: &str = "input";
const OUTPUT: &str = "output";

/// Fields, and bytes of text in them, that may wait for their digest.
const MAX_WAITING_FIELDS: usize = 64;
const MAX_WAITING_BYTES: usize = 16_384;

/// What the digests of an event are made of.
pub(super) trait DigestedValues: Send + Sync {
    /// Writes what was asked.
    fn write_input(&self, about: &OperationContext, out: &mut String);

    /// Writes what was handed back.
    fn write_output(&self, out: &mut String);
}

/// Digests that are not worked out yet.
struct Deferred<V> {
    keys: Arc<Keys>,
    about: Arc<OperationContext>,
    input: OnceLock<KeyedDigest>,
    output: OnceLock<KeyedDigest>,
    values: V,
}

/// The digests of what was asked and of what was handed back, to be worked out later.
pub(super) fn deferred(
    keys: &Arc<Keys>,
    about: &Arc<OperationContext>,
    values: impl DigestedValues + 'static,
) -> (EventDigest, EventDigest) {
    EventDigest::of_both(Arc::new(Deferred {
        keys: keys.clone(),
        about: about.clone(),
        input: OnceLock::new(),
        output: OnceLock::new(),
        values,
    }))
}

impl<V: DigestedValues> DeferredDigests for Deferred<V> {
    fn input(&self) -> KeyedDigest {
        *self.input.get_or_init(|| {
            let mut text = String::new();
            self.values.write_input(&self.about, &mut text);
            input_of(&self.keys, &self.about, text.as_bytes())
        })
    }

    fn output(&self) -> KeyedDigest {
        *self.output.get_or_init(|| {
            let mut text = String::new();
            self.values.write_output(&mut text);
            output_of(&self.keys, &self.about, text.as_bytes())
        })
    }
}

/// Whether fields are few and plain enough to wait for their digest.
pub(super) fn may_wait(fields: &Fields) -> bool {
    let mut left = MAX_WAITING_BYTES;
    let fits = |(_, value): (_, &Value)| match value {
        Value::Text(text) => {
            let rest = left.checked_sub(text.len());
            left = rest.unwrap_or(0);
            rest.is_some()
        }
        value => !value.is_nested(),
    };
    fields.len() <= MAX_WAITING_FIELDS && fields.iter().all(fits)
}

/// The digest of something that an operation was asked.
pub(super) fn input_of(keys: &Keys, about: &OperationContext, asked: &[u8]) -> KeyedDigest {
    keys.value_mac(&scope(INPUT, about), asked)
}

/// The digest of something that an operation handed back.
pub(super) fn output_of(keys: &Keys, about: &OperationContext, handed_back: &[u8]) -> KeyedDigest {
    keys.value_mac(&scope(OUTPUT, about), handed_back)
}

/// The scope of an operation's digests. It names the operation and its tenant, so that each digest proves
/// what that operation saw, and whoever tries values in operations of their own recognises none of
/// another's. An operation ID has one length and no `/`, so that no two operations share a scope.
fn scope(what: &str, about: &OperationContext) -> String {
    format!("{what}/{}/{}", about.operation, about.tenant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::identifier::OperationId;

    struct Values(&'static str, &'static str);

    impl DigestedValues for Values {
        fn write_input(&self, about: &OperationContext, out: &mut String) {
            out.push_str(&about.tenant);
            out.push_str(self.0);
        }

        fn write_output(&self, out: &mut String) {
            out.push_str(self.1);
        }
    }

    fn about() -> OperationContext {
        OperationContext {
            operation: OperationId::from(uuid::Uuid::from_u128(7)),
            tenant: "acme".into(),
            user: "u-1".into(),
            roles: Arc::default(),
            agent: "".into(),
            model: "".into(),
            skill: "s".into(),
            verb: None,
            entity: "E".into(),
            context: "".into(),
            purpose: String::new(),
            policy: Digest::default(),
        }
    }

    #[test]
    fn a_digest_is_the_same_whenever_it_is_worked_out() {
        let (keys, about) = (Arc::new(Keys::from_seed([7; 32])), Arc::new(about()));
        let (input, output) = deferred(&keys, &about, Values("asked", "answer"));
        assert_eq!(input.keyed(), input_of(&keys, &about, b"acmeasked"));
        assert_eq!(output.clone().at_once(), output);
        assert_eq!(output.keyed(), output_of(&keys, &about, b"answer"));
        let operation = about.operation;
        let scope = format!("output/{operation}/acme");
        assert_eq!(output.keyed(), keys.value_mac(&scope, b"answer"));
        assert_ne!(
            input_of(&keys, &about, b"x"),
            output_of(&keys, &about, b"x")
        );
    }

    #[test]
    fn debug_shows_nothing_of_what_a_digest_is_made_of() {
        let (keys, about) = (Arc::new(Keys::from_seed([7; 32])), Arc::new(about()));
        let (input, output) = deferred(&keys, &about, Values("asked", "answer"));
        let both = format!("{input:?} {output:#?}");
        assert_eq!(both, "EventDigest EventDigest");
    }

    #[test]
    fn what_is_large_or_nested_does_not_wait() {
        let text = |length: usize| Fields::from_iter([("a", "x".repeat(length))]);
        assert!(may_wait(&Fields::new()));
        assert!(may_wait(&text(MAX_WAITING_BYTES)));
        assert!(!may_wait(&text(MAX_WAITING_BYTES + 1)));
        let many = |count: usize| (0..count).map(|at| (format!("f{at}"), true)).collect();
        assert!(may_wait(&many(MAX_WAITING_FIELDS)));
        assert!(!may_wait(&many(MAX_WAITING_FIELDS + 1)));
        assert!(!may_wait(&Fields::from_iter([("a", vec!["x"])])));
    }
}
