//! Trees to policy: names are resolved, types are checked, everything wrong is told.
//!
//! The order: what can be named is collected from all files ([`symbols`]), then each declaration is
//! checked and lowered on its own. A declaration with a mistake is lowered all the same, with
//! something harmless in the mistake's place, so that its other mistakes are found too; the policy
//! is given out only when there was none.

mod about;
mod actor;
mod aggregate;
mod annotations;
mod approval;
mod behaviour;
mod cases;
mod cell;
mod collect;
mod condition;
mod constants;
mod context;
mod data;
mod effect;
mod figures;
mod grant;
mod mask;
mod message;
mod moments;
mod names;
mod obligation;
mod operators;
mod packages;
mod parameter;
mod presence;
mod risk;
mod rule;
mod schema;
mod script;
mod skill;
mod symbols;
mod table;
mod test;
mod types;
mod unmasked;
mod value;
mod zone;

use std::sync::Arc;

use guardrails_core::policy::{Policy, RiskModel};
use guardrails_core::{Diagnostic, Severity, phrase};

use crate::ast::{Declaration, File};
use crate::bundle::Bundle;
use crate::test_case::TestCase;
use crate::{codes, parse};
use context::Context;

/// Rules of one bundle (`rules`).
const RULES: usize = 100_000;

/// What checking a bundle gives.
pub(crate) struct Checked {
    /// The policy; meaningless when there are errors among the diagnostics.
    pub(crate) policy: Policy,
    pub(crate) tests: Vec<TestCase>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Checks all files of a bundle together.
pub(crate) fn check(bundle: &Bundle, files: &[File]) -> Checked {
    let cx = Context::new(bundle, collect::collect(bundle, files));
    cx.collected();
    headers(&cx, files);
    let mut policy = Policy {
        digest: parameter::digest(bundle, &cx.symbols),
        zone: cx.symbols.zone,
        entities: cx.symbols.entities.clone(),
        parameters: cx.symbols.parameters.clone(),
        ..Policy::empty()
    };
    let mut tests = Vec::new();
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        lower(&cx, declaration, &mut policy, &mut tests);
    }
    risk_model(&cx, files, &mut policy);
    count_rules(&cx, &policy);
    cx.refer_to_types(files);
    cx.report_idle_uses();
    cx.report_unused();
    Checked {
        policy,
        tests,
        diagnostics: cx.into_findings(),
    }
}

/// Whether any of the findings refuses the text.
pub(crate) fn refused(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

fn lower(
    cx: &Context<'_>,
    declaration: &Declaration,
    policy: &mut Policy,
    tests: &mut Vec<TestCase>,
) {
    match declaration {
        Declaration::Grant(grant) => policy
            .grants
            .extend(grant::lower(cx, grant).into_iter().map(Arc::new)),
        Declaration::Skill(skill) => {
            let skill = skill::lower(cx, skill);
            policy
                .skills
                .insert(skill.origin.name.clone(), Arc::new(skill));
        }
        Declaration::Rule(rule) => policy.rules.push(Arc::new(rule::lower(cx, rule))),
        Declaration::Param(param) => parameter::check_annotations(cx, param),
        Declaration::Approval(chain) => {
            let chain = approval::lower(cx, chain);
            policy
                .approvals
                .insert(chain.origin.name.clone(), Arc::new(chain));
        }
        Declaration::Test(test) => tests.extend(test::lower(cx, test)),
        Declaration::Table(table) => policy
            .rules
            .extend(table::lower(cx, table).into_iter().map(Arc::new)),
        Declaration::Use(package) => cx.check_package(package),
        // Collected already, or taken up for all files together.
        Declaration::Zone(_)
        | Declaration::Entity(_)
        | Declaration::Enum(_)
        | Declaration::Const(_)
        | Declaration::List(_)
        | Declaration::Risk(_) => {}
    }
}

/// Each file begins with a version that this release reads.
fn headers(cx: &Context<'_>, files: &[File]) {
    for (file, source) in files.iter().zip(cx.bundle.sources()) {
        match file.version {
            Some((1, _)) => {}
            Some((other, span)) => cx.report(
                cx.error(
                    codes::UNKNOWN_VERSION,
                    span,
                    phrase!(
                        "version {other} of the language is not known here"
                            | "这里不认识语言的第 {other} 版",
                        other
                    ),
                )
                .help(phrase!(
                    "write `guard 1`, or use a release that reads this version"
                        | "写 `guard 1`，或者换用能读这个版本的发行版"
                )),
            ),
            // What is wrong with that line, or around it, was told by the parser.
            None if parse::begins_with_version(source.text()) => {}
            None => {
                let mut place = source.place(0, 0);
                place.end = place.start;
                let message = phrase!(
                    "this file does not say its language version" | "这个文件没有写明语言版本"
                );
                cx.report(
                    Diagnostic::error(codes::NO_VERSION, place, message).help(phrase!(
                        "begin the file with `guard 1`" | "在文件开头写 `guard 1`"
                    )),
                );
            }
        }
    }
}

fn risk_model(cx: &Context<'_>, files: &[File], policy: &mut Policy) {
    let mut models = files
        .iter()
        .flat_map(|file| &file.declarations)
        .filter_map(|declaration| match declaration {
            Declaration::Risk(risk) => Some(risk),
            _ => None,
        });
    let first = models.next();
    for again in models {
        let mut finding = cx.error(
            codes::DUPLICATE,
            again.span,
            phrase!("the risk model is declared twice" | "风险模型重复声明"),
        );
        if let Some(first) = first {
            finding = finding.note(
                cx.place(first.span),
                phrase!("it is declared here already" | "这里已经声明过"),
            );
        }
        cx.report(finding.help(phrase!(
            "keep one `risk { … }` in the bundle" | "策略包里只保留一个 `risk { … }`"
        )));
        risk::lower(cx, again);
    }
    policy.risk = Arc::new(first.map_or_else(RiskModel::standard, |risk| risk::lower(cx, risk)));
}

fn count_rules(cx: &Context<'_>, policy: &Policy) {
    if let Some(rule) = policy.rules.get(RULES) {
        let message = phrase!(
            "the bundle has more rules than the limit `rules` of {most}"
                | "策略包里的规则超过上限 `rules`（{most}）",
            most = RULES
        );
        let help = phrase!(
            "put what differs between rules into lists or fields"
                | "把规则之间的差别放进列表或字段"
        );
        let place = rule.origin.place.clone();
        cx.report(Diagnostic::error(codes::TOO_MANY, place, message).help(help));
    }
}
