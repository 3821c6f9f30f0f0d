//! The data guardrail: which fields an AI may see, and in what disguise.
//!
//! [`Permissions`] resolves the policy's grants and the permission tables for one principal,
//! [`FieldTable`] is what they come to for one kind of record, [`View`] is a record seen through it,
//! [`Mask`] is what is shown in place of a value, and [`find`] finds personal data in free text.

mod access;
mod barrier;
mod compare;
mod field_row;
mod grant_algebra;
mod mask;
mod permission;
mod pii;
mod project;
mod shape;
mod show;
mod sight;
mod table;
mod view;
mod written_back;

pub use crate::policy::Mask;
pub use access::{Access, Source, Writable};
pub(crate) use compare::compare;
pub use field_row::FieldRow;
pub use grant_algebra::{
    ClauseEffect, Clauses, Condition, StaticTruth, across_grants, figure_in_grant, shown_in_grant,
    writable_in_grant,
};
pub(crate) use permission::identifier::has_personal_ids;
pub(crate) use permission::rows::well_formed;
pub use permission::{PermissionQuery, Permissions};
pub(crate) use permission::{aggregation_type, row_condition};
pub use pii::{Finding, PiiKind, find};
pub(crate) use show::HIDDEN;
pub(crate) use sight::Sight;
pub use table::FieldTable;
pub(crate) use view::AskedAt;
pub use view::{OwnedView, View, ViewNote, accessed, view};
pub(crate) use written_back::looks_masked;
