//! What every check shares: the bundle, what can be named, and the findings so far.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use guardrails_core::policy::{ExprKind, Type};
use guardrails_core::{Diagnostic, Name, Phrase, Place, Value, phrase};

use super::symbols::{Constant, Space, Symbols};
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

    pub(super) fn report(&self, finding: Diagnostic) {
        self.findings.borrow_mut().push(finding);
    }

    /// Reports an unknown name, with the nearest known one. `kind` is what it was taken for: "rule",
    /// "field of `Quote` called".
    pub(super) fn unknown<'k, H: Into<Phrase>>(
        &self,
        code: &'static str,
        name: &Ident,
        kind: impl Into<Phrase>,
        known: impl IntoIterator<Item = &'k str>,
        otherwise: impl FnOnce() -> H,
    ) {
        // Most likely declared where something could not be read, which is reported there.
        if self.symbols.lost.contains(&name.text) {
            return;
        }
        // Who sees this many findings has another problem than spelling.
        let few = self.findings.borrow().len() < SUGGESTIONS;
        let meant = few.then(|| suggest::did_you_mean(&name.text, known));
        let help = meant.flatten().unwrap_or_else(|| otherwise().into());
        let (kind, name_text): (Phrase, &Name) = (kind.into(), &name.text);
        let message = phrase!(
            "there is no {kind} `{name_text}`" | "没有名为 `{name_text}` 的{kind}",
            kind,
            name_text
        );
        self.report(self.error(code, name.span, message).help(help));
    }

    /// Reports the second of two things that stand once.
    pub(super) fn repeated(
        &self,
        code: &'static str,
        what: impl Into<Phrase>,
        first: Span,
        again: Span,
    ) {
        let what: Phrase = what.into();
        let message = phrase!("{what} is written twice" | "{what} 写了两次", what);
        self.report(
            self.error(code, again, message)
                .note(
                    self.place(first),
                    phrase!("it is here already" | "这里已经写过"),
                )
                .help(phrase!("remove one of them" | "删去其中一个")),
        );
    }

    /// Reports each name that was there before among `names`; `kind` says of what, as in
    /// "the field ".
    pub(super) fn report_repeats<'n>(
        &self,
        names: impl Iterator<Item = &'n Ident>,
        kind: impl Into<Phrase>,
    ) {
        let kind: Phrase = kind.into();
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        for name in names {
            match first.get(&*name.text) {
                Some(earlier) => {
                    let text = &name.text;
                    let what = phrase!("{kind}`{text}`" | "{kind}`{text}`", kind, text);
                    self.repeated(codes::DUPLICATE_PART, what, *earlier, name.span);
                }
                None => {
                    first.insert(&name.text, name.span);
                }
            }
        }
    }

    /// Reports more of something than its limit allows.
    pub(super) fn over(
        &self,
        span: Span,
        what: impl Into<Phrase>,
        name: &'static str,
        limit: usize,
    ) {
        let what: Phrase = what.into();
        let message = phrase!(
            "{what} over the limit `{name}` of {limit}" | "{what}超过上限 `{name}`（{limit}）",
            what,
            name,
            limit
        );
        self.report(
            self.error(codes::TOO_MANY, span, message)
                .help(phrase!("split the declaration" | "把这个声明拆成几个")),
        );
    }

    /// Whether a type is one that is declared nowhere: reported where it is written, so that nothing
    /// more is said of its values.
    pub(super) fn is_unknown(&self, ty: &Type) -> bool {
        matches!(ty, Type::Entity(name) if !self.symbols.entities.contains_key(name))
    }

    /// A const, parameter or list was read.
    pub(super) fn mark_used(&self, name: &Name, at: Span) {
        self.used.borrow_mut().insert(name.clone());
        self.refer(Space::Value, name, at);
    }

    pub(super) fn report_unused(&self) {
        // What could not be read may well use it.
        if !self.symbols.lost.is_empty() {
            return;
        }
        let used = self.used.borrow();
        // A value that is no value is reported already.
        let sound = |constant: &Constant| !matches!(constant.kind, ExprKind::Literal(Value::Null));
        let consts = self.symbols.consts.iter();
        let consts = consts
            .filter(|(_, c)| sound(c))
            .map(|(name, c)| (name, c.span));
        let lists = self.symbols.lists.iter().map(|(name, l)| (name, l.span));
        for (name, span) in consts.chain(lists) {
            if !used.contains(name) {
                let message = phrase!(
                    "`{name}` is declared and never used" | "`{name}` 声明后没有使用",
                    name
                );
                self.report(self.warning(codes::UNUSED, span, message).help(phrase!(
                    "use it in a condition, or remove it" | "在条件里使用它，或者删去它"
                )));
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
            let role_text = &role.text;
            let message = phrase!(
                "no grant, skill or step names the role `{role_text}`"
                    | "没有授权、技能或审批步骤写到角色 `{role_text}`",
                role_text
            );
            self.report(
                self.warning(codes::UNKNOWN_ROLE, role.span, message)
                    .help(meant),
            );
        }
    }

    pub(super) fn check_chain(&self, chain: &Ident) {
        if self.symbols.chains.contains_key(&chain.text) {
            self.refer(Space::Chain, &chain.text, chain.span);
        } else {
            self.unknown(
                codes::UNKNOWN_CHAIN,
                chain,
                phrase!("approval chain" | "审批链"),
                self.symbols.chains.keys().map(|name| &**name),
                || declare("approval", &chain.text),
            );
        }
    }

    pub(super) fn check_package(&self, package: &Dotted) {
        let name = package.joined();
        if !self.symbols.packages.contains(&name) {
            let known = self.symbols.packages.names();
            let help = suggest::did_you_mean(&name, known).unwrap_or_else(|| {
                phrase!(
                    "add a file with `package {name}` to the bundle"
                        | "在策略包里加一个写有 `package {name}` 的文件",
                    name
                )
            });
            let message = phrase!(
                "no file of the bundle belongs to the package `{name}`"
                    | "策略包里没有文件属于包 `{name}`",
                name
            );
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

/// Advice to declare what is not there.
pub(super) fn declare(keyword: &'static str, name: &Name) -> Phrase {
    phrase!(
        "declare it with `{keyword} {name} {{ … }}`" | "用 `{keyword} {name} {{ … }}` 声明它",
        keyword,
        name
    )
}

/// Advice to add a field to an entity.
pub(super) fn declare_field(entity: &Name) -> Phrase {
    phrase!(
        "declare it in `entity {entity}`" | "在 `entity {entity}` 里声明它",
        entity
    )
}

/// A field of an entity, as [`Context::unknown`] speaks of it.
pub(super) fn field_of(entity: &Name) -> Phrase {
    phrase!("field of `{entity}` called" | "`{entity}` 字段", entity)
}
