//! Whether the key that a store is opened with is the one its audit was signed with.
//!
//! Decided before anything is written: a log that is signed with another key would make the whole
//! audit fail its verification from then on. It verifies no audit; that is core's `verify`.

use guardrails_core::audit::Checkpoint;
use guardrails_core::{Error, ErrorKind, Result};
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};

use crate::database::Shared;
use crate::entity::audit::checkpoint;
use crate::fault::Failure;

/// How many of the latest checkpoints are looked at: one that was tampered with must not keep a
/// company from working.
const LOOKED_AT: u64 = 16;

/// Refuses a key that signed none of the latest checkpoints.
pub(crate) async fn refuse_another(shared: &Shared) -> Result<()> {
    let notes: Vec<String> = checkpoint::Entity::find()
        .select_only()
        .column(checkpoint::Column::Note)
        .order_by_desc(checkpoint::Column::CreatedAt)
        .limit(LOOKED_AT)
        .into_tuple()
        .all(&shared.pool)
        .await
        .map_err(|error| Failure::from(error).while_doing("look for the audit's key"))?;
    let verifier = shared.options.keys.verifier();
    let genuine = |note: &String| Checkpoint::verify(note, &verifier).is_ok();
    if notes.is_empty() || notes.iter().any(genuine) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Setup,
        format!(
            "the audit of {} was signed with another key",
            shared.address
        ),
    )
    .with_help("name the key that it was signed with; restore the key file from your backup"))
}
