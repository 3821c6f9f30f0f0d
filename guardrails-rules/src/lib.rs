//! The `.guard` language: text in, checked policy out, with everything wrong told at once.
//!
//! ```
//! use guardrails_core::Language;
//! use guardrails_rules::{Bundle, SourceFile, Style, compile, render};
//!
//! let text = r#"
//! guard 1
//! entity Quote { discount : percent }
//! rule too_deep {
//!     on   update of Quote
//!     when discuont > 40%
//!     then deny DISCOUNT_TOO_DEEP because "{discount} is too deep"
//! }
//! "#;
//! let bundle = Bundle::from_files(vec![SourceFile::new("sales.guard", text)])?;
//! let compiled = compile(&bundle);
//! assert!(compiled.policy.is_none());
//! assert_eq!(
//!     render(&compiled.diagnostics, &bundle, Style::Plain, Language::English),
//!     r#"error[G0201]: there is no value called `discuont`
//!  --> sales.guard:6:10
//!   |
//! 6 |     when discuont > 40%
//!   |          ^^^^^^^^
//!   |
//!   = help: did you mean `discount`?
//! "#
//! );
//! # Ok::<(), guardrails_core::Error>(())
//! ```
//!
//! # The nouns
//!
//! A [`Bundle`] is the files of one policy under one digest. [`compile`] reads it to a
//! [`Compilation`]: the policy in core's form, its [`TestCase`]s, and diagnostics. [`run_tests`] runs
//! those tests against a guard in memory, and [`cover`] tells besides how much of the policy they
//! reach. [`render`] writes diagnostics for people and [`to_json`] for machines; [`explain`] tells
//! what a code means. [`analyse`] finds what a policy never does, and what two of its rules do to the
//! same case. The language itself is described in
//! [`language`].
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `authoring` | what is done with policies besides compiling, testing and rendering their diagnostics: [`analyse`], [`cover`], [`format()`], [`outline()`] and [`service`], which editors ask | yes |
//! | `casbin` | Casbin in `guardrails-core`, for tests: nothing here calls it | yes |
//!
//! A program that only decides needs none of it: [`compile`], [`run_tests`] and [`render`] are always there.
//!
//! # What it does not do
//!
//! It decides nothing: evaluation is `guardrails-core`'s, for tests too. It reads no clock and no network, and of
//! the disk only what [`Bundle::read`] is pointed at.
//!
//! # Untrusted input
//!
//! Any text gives diagnostics, never a panic or a hang. Files are held to [`FILE_BYTES`], bundles
//! to [`BUNDLE_BYTES`]; brackets, `not`s and quantifiers nest at most 64 deep, operators stack at
//! most 128 high, a regular expression compiles to at most 1 MiB, a list from a file has at most
//! 1,000,000 entries, a bundle at most 100,000 rules. Each limit is an error with its name.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod action;
#[cfg(feature = "authoring")]
pub mod analyse;

#[doc = include_str!("language.md")]
pub mod language {}

mod ast;
mod bundle;
mod check;
mod codes;
mod compile;
#[cfg(feature = "authoring")]
mod coverage;
#[cfg(feature = "authoring")]
mod format;
mod happening;
#[cfg(feature = "authoring")]
mod outline;
mod parse;
mod render;
#[cfg(feature = "authoring")]
pub mod service;
mod source;
mod test_case;
mod testing;

pub use bundle::{BUNDLE_BYTES, Bundle, FILE_BYTES, Parameters};
pub use codes::{Code, Example, codes, explain};
pub use compile::{Compilation, compile, syntax};
#[cfg(feature = "authoring")]
pub use coverage::{Coverage, Covered, CoveredClause, Share, cover};
#[cfg(feature = "authoring")]
pub use format::format;
#[cfg(feature = "authoring")]
pub use outline::{Constant, Declared, Entries, Outline, OutlinedFile, WordList, outline};
pub use parse::suggest::nearest;
pub use render::{Style, render, to_json};
pub use source::SourceFile;
pub use test_case::{Expectation, ExpectationKind, Seen, TestActor, TestCase, TestChange};
pub use testing::{Failure, ObservedOutcome, TestReport, TestResult, observed_outcome, run_tests};
