//! A keyed digest of an event, which is worked out when the event is sealed, by whoever writes the
//! journal. The thread that records the event does not wait for it.
//!
//! INVARIANT: what a digest is made of does not change once it was handed over, so that it is the same
//! whenever it is worked out; and nothing here shows it, `Debug` included.

use std::fmt;
use std::sync::Arc;

use super::keyed_digest::KeyedDigest;

/// A keyed digest that is worked out when it is first needed.
#[derive(Clone)]
pub struct EventDigest(State);

#[derive(Clone)]
enum State {
    Known(KeyedDigest),
    Input(Arc<dyn DeferredDigests>),
    Output(Arc<dyn DeferredDigests>),
}

/// The digests of one event, each worked out once.
pub(crate) trait DeferredDigests: Send + Sync {
    /// Of what was asked.
    fn input(&self) -> KeyedDigest;

    /// Of what was handed back.
    fn output(&self) -> KeyedDigest;
}

impl EventDigest {
    /// The digests of what was asked and of what was handed back.
    pub(crate) fn of_both(deferred: Arc<dyn DeferredDigests>) -> (Self, Self) {
        let input = Self(State::Input(deferred.clone()));
        (input, Self(State::Output(deferred)))
    }

    /// The digest.
    #[must_use]
    pub fn keyed(&self) -> KeyedDigest {
        match &self.0 {
            State::Known(digest) => *digest,
            State::Input(deferred) => deferred.input(),
            State::Output(deferred) => deferred.output(),
        }
    }

    /// The same, worked out now: what it is made of is let go.
    #[must_use]
    pub(crate) fn at_once(self) -> Self {
        self.keyed().into()
    }
}

impl From<KeyedDigest> for EventDigest {
    fn from(digest: KeyedDigest) -> Self {
        Self(State::Known(digest))
    }
}

impl PartialEq for EventDigest {
    fn eq(&self, other: &Self) -> bool {
        self.keyed() == other.keyed()
    }
}

impl Eq for EventDigest {}

impl fmt::Debug for EventDigest {
    /// Without a word of what it is made of.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventDigest")
    }
}
