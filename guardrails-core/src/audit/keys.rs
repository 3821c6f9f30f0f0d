//! The audit's keys: a secret seed, what is derived from it for separate uses, and earlier seeds.
//!
//! Derivation is HMAC-SHA-256 of a label under the seed, so that no use reveals another's key.
//! INVARIANT: no secret is printed, compared or handed out; only MACs, signatures and the public
//! key leave this file.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::value::Name;

use super::keyed_digest::{KeyId, KeyedDigest, MacCheck};

/// Name of the signing key in signed notes and verifier keys.
const KEY_NAME: &str = "crm-guardrails";
/// Signature type of Ed25519 in C2SP signed notes.
const ED25519: u8 = 0x01;
/// What a pseudonym begins with, and how much of its MAC it shows: two values of one scope then share
/// one by accident in one of 2⁶⁴ cases.
const PSEUDONYM: &str = "pseudonym:";
const PSEUDONYM_BYTES: usize = 16;

/// Signs checkpoints and makes keyed MACs.
///
/// Whoever holds the seed can rewrite the audit and can test guesses of values against their MACs:
/// keep it apart from the database. The signing key is erased from memory on drop.
///
/// Keys rotate: a guard signs and authenticates with one seed, and still verifies what it made with
/// the seeds before it.
///
/// ```
/// # use guardrails_core::audit::{Keys, MacCheck};
/// let digest = Keys::from_seed([1; 32]).value_mac("acme", b"42");
/// let rotated = Keys::from_seed([2; 32]).with_previous([1; 32]);
/// assert_eq!(rotated.verify_mac("acme", b"42", &digest), MacCheck::Valid);
/// assert_eq!(Keys::from_seed([2; 32]).verify_mac("acme", b"42", &digest), MacCheck::UnknownKey);
/// ```
pub struct Keys {
    current: KeySet,
    /// Verify and never sign; newest first.
    previous: Vec<KeySet>,
}

/// What is derived from one seed.
struct KeySet {
    id: KeyId,
    signing: SigningKey,
    values: Hmac<Sha256>,
    pseudonyms: Hmac<Sha256>,
}

impl KeySet {
    fn from_seed(seed: [u8; 32]) -> Self {
        let signing = SigningKey::from_bytes(&derive(&seed, "crm-guardrails/v1/audit-signing"));
        Self {
            id: KeyId(verifier_of(&signing).id()),
            signing,
            values: keyed(&derive(&seed, "crm-guardrails/v1/value-mac")),
            pseudonyms: keyed(&derive(&seed, "crm-guardrails/v1/pseudonym")),
        }
    }

    fn value_mac(&self, scope: &str, value: &[u8]) -> Hmac<Sha256> {
        mac(&self.values, scope, value)
    }
}

impl Keys {
    /// Derives the keys from 32 secret random bytes.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self {
            current: KeySet::from_seed(seed),
            previous: Vec::new(),
        }
    }

    /// Adds a seed that was in use before: it verifies what it once authenticated, and makes
    /// nothing new. Add the newest first.
    #[must_use]
    pub fn with_previous(mut self, seed: [u8; 32]) -> Self {
        self.previous.push(KeySet::from_seed(seed));
        self
    }

    /// The ID of the key that new digests and signatures are made with.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.current.id
    }

    /// MAC of a value that the audit must be able to compare and never show.
    ///
    /// HMAC-SHA-256 over the scope's length as eight bytes big-endian, the scope, and the value.
    /// The scope (a tenant, or tenant and field) keeps equal values of two scopes apart.
    #[must_use]
    pub fn value_mac(&self, scope: &str, value: &[u8]) -> KeyedDigest {
        let mac = self.current.value_mac(scope, value);
        KeyedDigest::new(self.current.id, mac.finalize().into_bytes().into())
    }

    /// The keyed digests that this value has under each key, the one in force first: to find what was kept
    /// under the digest before a rotation. Only the first is to be kept anew.
    pub(crate) fn value_macs(
        &self,
        scope: &str,
        value: &[u8],
    ) -> impl Iterator<Item = KeyedDigest> {
        let sets = std::iter::once(&self.current).chain(&self.previous);
        sets.map(move |set| {
            let mac = set.value_mac(scope, value);
            KeyedDigest::new(set.id, mac.finalize().into_bytes().into())
        })
    }

    /// Whether `digest` was made of this value, under the key that it names. Takes the same time
    /// whatever the digest.
    pub fn verify_mac(&self, scope: &str, value: &[u8], digest: &KeyedDigest) -> MacCheck {
        let mut sets = std::iter::once(&self.current).chain(&self.previous);
        let set = sets.find(|set| digest.key() == Some(set.id));
        match set.map(|set| set.value_mac(scope, value).verify_slice(digest.mac())) {
            Some(Ok(())) => MacCheck::Valid,
            Some(Err(_)) => MacCheck::Invalid,
            None => MacCheck::UnknownKey,
        }
    }

    /// MAC that a stable pseudonym is made from; the same form as [`Keys::value_mac`] under a key
    /// of its own.
    #[must_use]
    pub fn pseudonym_mac(&self, scope: &str, value: &[u8]) -> Digest {
        let mac = mac(&self.current.pseudonyms, scope, value);
        Digest(mac.finalize().into_bytes().into())
    }

    /// A stable pseudonym of a value: whoever sees two of them knows whether they stand for the same
    /// value, and not for which.
    #[must_use]
    pub fn pseudonym(&self, scope: &str, value: &str) -> String {
        let Digest(mac) = self.pseudonym_mac(scope, value.as_bytes());
        let digits = mac.iter().take(PSEUDONYM_BYTES);
        let digits: String = digits.map(|byte| format!("{byte:02x}")).collect();
        format!("{PSEUDONYM}{digits}")
    }

    /// The pseudonym of a record, wherever its identifier must not stand.
    pub(crate) fn record_pseudonym(&self, tenant: &str, entity: &str, id: &str) -> Name {
        self.pseudonym(&format!("{tenant}/{entity}"), id).into()
    }

    /// The public half, for whoever verifies; that of earlier keys with it.
    #[must_use]
    pub fn verifier(&self) -> VerifyingKey {
        let current = verifier_of(&self.current.signing);
        let previous = self.previous.iter().map(|set| verifier_of(&set.signing));
        previous.fold(current, VerifyingKey::with_previous)
    }

    /// The signature line of a C2SP signed note over `text`.
    pub(super) fn sign_note(&self, text: &str) -> String {
        let verifier = verifier_of(&self.current.signing);
        let mut bytes = verifier.id().to_vec();
        bytes.extend(self.current.signing.sign(text.as_bytes()).to_bytes());
        format!("— {} {}\n", verifier.name, STANDARD.encode(bytes))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // `new` takes a whole block; HMAC fills a shorter key up with zeroes (RFC 2104 §2).
    let mut block = [0_u8; 64];
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    Hmac::new(&block.into())
}

fn derive(seed: &[u8; 32], label: &str) -> [u8; 32] {
    let mut mac = keyed(seed);
    mac.update(label.as_bytes());
    mac.finalize().into_bytes().into()
}

fn verifier_of(signing: &SigningKey) -> VerifyingKey {
    VerifyingKey {
        name: KEY_NAME.to_owned(),
        key: signing.verifying_key(),
        previous: Vec::new(),
    }
}

fn mac(keyed: &Hmac<Sha256>, scope: &str, value: &[u8]) -> Hmac<Sha256> {
    let mut mac = keyed.clone();
    let length = u64::try_from(scope.len()).unwrap_or(u64::MAX);
    mac.update(&length.to_be_bytes());
    mac.update(scope.as_bytes());
    mac.update(value);
    mac
}

/// Checks signed checkpoints. Its text form is the verifier key of C2SP signed notes:
/// `name+8 hexadecimal digits+base64(0x01 || Ed25519 public key)`; after a rotation those of the
/// earlier keys follow, with a space between.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    key: ed25519_dalek::VerifyingKey,
    /// Keys that were in use before.
    previous: Vec<VerifyingKey>,
}

impl VerifyingKey {
    /// The key's name in signature lines.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Accepts signatures of `earlier` too: a key that was in use before.
    #[must_use]
    pub fn with_previous(mut self, mut earlier: Self) -> Self {
        let before_it = std::mem::take(&mut earlier.previous);
        self.previous.push(earlier);
        self.previous.extend(before_it);
        self
    }

    /// The one of these keys that a signature line names.
    pub(super) fn named(&self, name: &str, id: [u8; 4]) -> Option<&Self> {
        let mut all = std::iter::once(self).chain(&self.previous);
        all.find(|key| key.name == name && key.id() == id)
    }

    /// Key ID of C2SP signed notes: the first four bytes of
    /// SHA-256(name || 0x0A || 0x01 || public key).
    pub(super) fn id(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_bytes());
        hasher.update([b'\n', ED25519]);
        hasher.update(self.key.as_bytes());
        let [a, b, c, d, ..]: [u8; 32] = hasher.finalize().into();
        [a, b, c, d]
    }

    /// Checks an Ed25519 signature over `text`, refusing weak keys and malleable signatures.
    pub(super) fn check(&self, text: &str, signature: &[u8]) -> Result<()> {
        Signature::from_slice(signature)
            .and_then(|signature| self.key.verify_strict(text.as_bytes(), &signature))
            .map_err(|_| Error::new(ErrorKind::Tampered, "the signature is not this key's"))
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![ED25519];
        bytes.extend(self.key.as_bytes());
        let id = u32::from_be_bytes(self.id());
        write!(f, "{}+{id:08x}+{}", self.name, STANDARD.encode(bytes))?;
        self.previous.iter().try_for_each(|key| write!(f, " {key}"))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifyingKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut keys = text.split_whitespace().map(read_verifier);
        let first = keys.next().flatten();
        let all = first.and_then(|first| {
            keys.try_fold(first, |all, earlier| Some(all.with_previous(earlier?)))
        });
        all.ok_or_else(|| {
            Error::new(ErrorKind::Input, "this is not a verifier key")
                .with_help("give it as `name+hash+key`, as the guard printed it")
        })
    }
}

fn read_verifier(text: &str) -> Option<VerifyingKey> {
    // Base64 may contain `+`, so only the first two separate.
    let mut parts = text.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    if name.is_empty() || name.chars().any(char::is_whitespace) {
        return None;
    }
    let bytes = STANDARD.decode(key).ok()?;
    let (&[algorithm], key) = bytes.split_first_chunk::<1>()?;
    if algorithm != ED25519 {
        return None;
    }
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let verifier = VerifyingKey {
        name: name.to_owned(),
        key,
        previous: Vec::new(),
    };
    (id == format!("{:08x}", u32::from_be_bytes(verifier.id()))).then_some(verifier)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_key_reads_back_and_a_changed_one_is_refused() {
        let verifier = Keys::from_seed([7; 32]).verifier();
        let text = verifier.to_string();
        assert_eq!(text.parse::<VerifyingKey>().unwrap(), verifier);
        for broken in [
            "",
            "a+b",
            "crm-guardrails",
            &text.replace("crm-", "srm-"),
            &format!("{text}A"),
            &text[..text.len() - 4],
        ] {
            let error = broken.parse::<VerifyingKey>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{broken}");
        }
    }

    /// The published example of Go's `note` package, which C2SP signed notes come from.
    #[test]
    fn a_foreign_verifier_key_is_read() {
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(text.parse::<VerifyingKey>().unwrap().to_string(), text);
    }

    #[test]
    fn a_rotated_key_still_verifies_what_the_one_before_signed() {
        let old = Keys::from_seed([1; 32]);
        let rotated = Keys::from_seed([3; 32])
            .with_previous([2; 32])
            .with_previous([1; 32]);
        let verifier = rotated.verifier();
        let text = verifier.to_string();
        assert_eq!(text.split(' ').count(), 3);
        assert_eq!(text.parse::<VerifyingKey>().unwrap(), verifier);
        let id = old.verifier().id();
        assert_eq!(verifier.named(KEY_NAME, id), Some(&old.verifier()));
        assert_eq!(old.verifier().named(KEY_NAME, verifier.id()), None);
        for broken in [format!("{text} x"), format!("x {text}")] {
            assert!(broken.parse::<VerifyingKey>().is_err(), "{broken}");
        }
    }

    #[test]
    fn a_pseudonym_is_the_same_for_the_same_value_and_shows_nothing_of_it() {
        let keys = Keys::from_seed([7; 32]);
        let one = keys.pseudonym("acme/Person", "13800000000");
        assert_eq!(one, keys.pseudonym("acme/Person", "13800000000"));
        assert_ne!(one, keys.pseudonym("globex/Person", "13800000000"));
        assert_ne!(one, keys.pseudonym("acme/Person", "13800000001"));
        assert_eq!(one.len(), PSEUDONYM.len() + 32);
        assert!(!one.contains("138"), "{one}");
    }

    #[test]
    fn macs_differ_by_key_scope_and_value() {
        let (a, b) = (Keys::from_seed([1; 32]), Keys::from_seed([2; 32]));
        let all = [
            *a.value_mac("t", b"13800000000").mac(),
            *a.value_mac("u", b"13800000000").mac(),
            *a.value_mac("t1", b"3800000000").mac(),
            a.pseudonym_mac("t", b"13800000000").0,
            *b.value_mac("t", b"13800000000").mac(),
        ];
        for (i, x) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|y| x != y));
        }
        assert_eq!(all[0], *a.value_mac("t", b"13800000000").mac());
    }

    #[test]
    fn a_rotated_key_verifies_and_makes_nothing_new() {
        let before = Keys::from_seed([1; 32]);
        let after = Keys::from_seed([2; 32]).with_previous([1; 32]);
        let old = before.value_mac("t", b"1");
        assert_eq!(after.verify_mac("t", b"1", &old), MacCheck::Valid);
        assert_eq!(after.verify_mac("t", b"2", &old), MacCheck::Invalid);
        assert_eq!(after.verify_mac("u", b"1", &old), MacCheck::Invalid);
        let new = after.value_mac("t", b"1");
        assert_eq!(new.key(), Some(after.id()));
        assert_eq!(before.verify_mac("t", b"1", &new), MacCheck::UnknownKey);
    }

    /// RFC 4231 test case 2 has the key "Jefe", which is shorter than a block.
    #[test]
    fn a_short_key_is_filled_up_as_rfc_2104_says() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mut mac = keyed(&key);
        mac.update(b"what do ya want for nothing?");
        let digest = Digest(mac.finalize().into_bytes().into());
        assert_eq!(
            digest.to_string(),
            "sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Keys::from_seed([9; 32])), "Keys { .. }");
    }
}
