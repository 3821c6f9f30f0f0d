//! What stands for a value of which nothing is shown.

/// What stands for a value of which nothing is shown.
pub(crate) const STARS: &str = "***";
/// What stands for a value too sensitive for any part of it to be shown.
pub(crate) const CONFIDENTIAL: &str = "[CONFIDENTIAL]";
