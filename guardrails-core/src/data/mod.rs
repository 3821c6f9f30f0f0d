//! The data guardrail: which fields an AI may see, and in what disguise.

mod mask;

pub use mask::Mask;
