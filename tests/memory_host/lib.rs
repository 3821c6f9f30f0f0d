//! A host without a database has no code of its own; `tests/decides.rs` is what it does.
