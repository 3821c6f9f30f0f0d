//! What every check shares: the bundle, what can be named, and the findings so far.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use guardrails_core::{Diagnostic, Name, Phrase, Place};

use super::symbols::Symbols;
use crate::ast::{Dotted, Ident, Span};
use crate::bundle::Bundle;
use crate::codes;
use crate::parse::suggest;

/// Findings before suggestions stop; looking for the nearest of many names takes time.
const SUGGESTIONS: usize = 200;

pub(super) struct Context<'b> {
    pub(super) bundle: &'b Bundle,
    pub(super) symbols: Symbols,
    findings: RefCell<Vec<Diagnostic>>,
    used: RefCell<BTreeSet<Name>>,
}

impl<'b> Context<'b> {
    pub(super) fn new(bundle: &'b Bundle, symbols: Symbols) -> Self {
        Self {
            bundle,
            symbols,
            findings: RefCell::default(),
            used: RefCell::default(),
        }
    }

    /// Takes over what was found while names were collected.
    pub(super) fn collected(&self) {
        self.findings
            .borrow_mut()
            .extend(self.symbols.findings.iter().cloned());
    }

    pub(super) fn place(&self, span: Span) -> Place {
        self.bundle.place(span)
    }

    pub(super) fn error(
        &self,
        code: &'static str,
        span: Span,
        message: impl Into<Phrase>,
    ) -> Diagnostic {
        Diagnostic::error(code, self.place(span), message)
    }

    pub(super) fn warning(
        &self,
        code: &'static str,
        span: Span,
        message: impl Into<Phrase>,
    ) -> Diagnostic {
        Diagnostic::warning(code, self.place(span), message)
    }

    /// What the language has and this release cannot carry out.
    pub(super) fn unavailable(&self, span: Span, what: &str) -> Diagnostic {
        let message = format!("{what} is not available in this version");
        self.error(codes::UNAVAILABLE, span, message)
    }

    pub(super) fn report(&self, finding: Diagnostic) {
        self.findings.borrow_mut().push(finding);
    }

    /// Reports an unknown name, with the nearest known one.
    pub(super) fn unknown<'k>(
        &self,
        code: &'static str,
        name: &Ident,
        kind: &str,
        known: impl IntoIterator<Item = &'k str>,
        otherwise: impl FnOnce() -> String,
    ) {
        // Who sees this many findings has another problem than spelling.
        let few = self.findings.borrow().len() < SUGGESTIONS;
        let meant = few.then(|| suggest::did_you_mean(&name.text, known));
        let help = meant.flatten().unwrap_or_else(otherwise);
        let message = format!("there is no {kind} `{}`", name.text);
        self.report(self.error(code, name.span, message).help(help));
    }

    /// Reports the second of two things that stand once.
    pub(super) fn repeated(&self, code: &'static str, what: &str, first: Span, again: Span) {
        self.report(
            self.error(code, again, format!("{what} is written twice"))
                .note(self.place(first), "it is here already")
                .help("remove one of them"),
        );
    }

    /// Reports each name that was there before among `names`; `kind` says of what, as in
    /// "the field ".
    pub(super) fn report_repeats<'n>(&self, names: impl Iterator<Item = &'n Ident>, kind: &str) {
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        for name in names {
            match first.get(&*name.text) {
                Some(earlier) => {
                    let what = format!("{kind}`{}`", name.text);
                    self.repeated(codes::DUPLICATE_PART, &what, *earlier, name.span);
                }
                None => {
                    first.insert(&name.text, name.span);
                }
            }
        }
    }

    /// Reports more of something than its limit allows.
    pub(super) fn over(&self, span: Span, what: &str, name: &str, limit: usize) {
        let message = format!("{what} over the limit `{name}` of {limit}");
        self.report(
            self.error(codes::TOO_MANY, span, message)
                .help("split the declaration"),
        );
    }

    /// A const or list was read.
    pub(super) fn mark_used(&self, name: &Name) {
        self.used.borrow_mut().insert(name.clone());
    }

    pub(super) fn report_unused(&self) {
        let used = self.used.borrow();
        let consts = self.symbols.consts.iter().map(|(name, c)| (name, c.span));
        let lists = self.symbols.lists.iter().map(|(name, l)| (name, l.span));
        for (name, span) in consts.chain(lists) {
            if !used.contains(name) {
                let message = format!("`{name}` is declared and never used");
                self.report(
                    self.warning(codes::UNUSED, span, message)
                        .help("use it in a condition, or remove it"),
                );
            }
        }
    }

    /// A role is meant: warns when it looks like a slip of another.
    pub(super) fn check_role(&self, role: &Ident) {
        let known = self.symbols.roles.get(&role.text).copied().unwrap_or(0);
        if known > 0 {
            return;
        }
        let roles = self.symbols.roles.keys().map(|role| &**role);
        if let Some(meant) = suggest::did_you_mean(&role.text, roles) {
            let message = format!("no grant, skill or step names the role `{}`", role.text);
            self.report(
                self.warning(codes::UNKNOWN_ROLE, role.span, message)
                    .help(meant),
            );
        }
    }

    pub(super) fn check_chain(&self, chain: &Ident) {
        if !self.symbols.chains.contains_key(&chain.text) {
            self.unknown(
                codes::UNKNOWN_CHAIN,
                chain,
                "approval chain",
                self.symbols.chains.keys().map(|name| &**name),
                || format!("declare it with `approval {} {{ … }}`", chain.text),
            );
        }
    }

    pub(super) fn check_package(&self, package: &Dotted) {
        let name = package.joined();
        if !self.symbols.packages.contains(&name) {
            let known = self.symbols.packages.iter().map(|name| &**name);
            let help = suggest::did_you_mean(&name, known)
                .unwrap_or_else(|| format!("add a file with `package {name}` to the bundle"));
            let message = format!("no file of the bundle belongs to the package `{name}`");
            self.report(
                self.error(codes::UNKNOWN_PACKAGE, package.span, message)
                    .help(help),
            );
        }
    }

    pub(super) fn into_findings(self) -> Vec<Diagnostic> {
        self.findings.into_inner()
    }
}
