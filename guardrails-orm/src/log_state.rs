//! The states of an audit log, as its row has them.

/// The state of a log that is being written.
pub(crate) const OPEN: &str = "open";
/// The state of a log that its writer closed.
pub(crate) const CLOSED: &str = "closed";
/// The state of a log whose writer died and whose unfinished operations are recorded.
pub(crate) const RECOVERED: &str = "recovered";
