//! Whether the key that a store is opened with is the one its audit is signed with now.
//!
//! Decided before anything is written: a log that is signed with another key would make the whole
//! audit fail its verification from then on, and one that is signed with a key from before a rotation
//! would go on with what the rotation put out of use. It verifies no audit; that is core's `verify`.

use guardrails_core::audit::Signer;
use guardrails_core::{Error, ErrorKind, Result};
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};

use crate::entity::audit::checkpoint;
use crate::fault::Failure;
use crate::shared::Shared;

/// How many checkpoints of the latest logs are looked at: one that was tampered with must not keep a
/// company from working.
const LOOKED_AT: u64 = 64;

/// Refuses a key that signed none of the latest logs, and one after which another key began to sign. A log
/// is signed with one key, and its identifier begins with the time at which it was opened: so a process
/// that still signs with the key before a rotation does not hide that there was one.
pub(crate) async fn refuse_another(shared: &Shared) -> Result<()> {
    let notes: Vec<String> = checkpoint::Entity::find()
        .select_only()
        .column(checkpoint::Column::Note)
        .order_by_desc(checkpoint::Column::LogId)
        .limit(LOOKED_AT)
        .into_tuple()
        .all(&shared.pool)
        .await
        .map_err(|error| Failure::from(error).while_doing("look for the audit's key"))?;
    let verifier = shared.options.keys.verifier();
    let signers: Vec<Signer> = notes
        .iter()
        .map(|note| Signer::of(note, &verifier))
        .collect();
    let first = |signer| signers.iter().rposition(|one| *one == signer);
    match (first(Signer::Ours), first(Signer::Another)) {
        (None, _) if !notes.is_empty() => Err(refused(
            shared,
            "was signed with another key",
            "name the key that it was signed with; restore the key file from your backup",
        )),
        // The latest come first, and these are where each key began.
        (Some(ours), Some(another)) if another < ours => Err(refused(
            shared,
            "has been signed with a newer key since",
            "name the key in force before the earlier ones, as the key file has them after a rotation",
        )),
        _ => Ok(()),
    }
}

fn refused(shared: &Shared, what: &str, help: &'static str) -> Error {
    let message = format!("the audit of {} {what}", shared.address);
    Error::new(ErrorKind::Setup, message).with_help(help)
}
