//! The rules of one plan, and what they say of one set of facts.
//!
//! One-shot and order-free: every rule that holds, or whose condition cannot be known, adds what
//! follows from it; nothing a rule does changes what another one sees. How the rows of a decision
//! table stand to each other is decided in [`super::tables`]. Rules that read the risk score run once
//! the score of all others is known; what they add counts towards the level.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::compiled::{Compiler, Frame, Predicate};
use super::evaluate;
use super::index::{Candidates, Index};
use super::tables::Tables;
use crate::data::Mask;
use crate::facts::Facts;
use crate::policy::{
    ActionEffect, Duty, Effect, EffectKind, Message, Mode, Requirement, Root, Rule, TableRow, Verb,
};
use crate::reason::Reason;
use crate::truth::Truth;
use crate::value::Name;
use crate::verdict::{Holding, Verdict};

/// The rules of one plan for one verb.
#[derive(Debug)]
pub(crate) struct RuleSet {
    before_risk: Indexed,
    after_risk: Indexed,
    /// The rules that may add to the risk.
    adding: Vec<Arc<Rule>>,
}

/// The rules of one phase, in the order of the policy.
#[derive(Debug)]
struct Indexed {
    rules: Vec<Ready>,
    index: Index,
}

/// A rule of one plan.
#[derive(Debug)]
struct Ready {
    rule: Arc<Rule>,
    predicate: Predicate,
}

/// When a rule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Before the risk is added up.
    BeforeRisk,
    /// Once it is known.
    AfterRisk,
}

/// What follows from the rules that held.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) denials: Vec<Finding<Denial>>,
    pub(crate) approvals: Vec<Finding<Need>>,
    pub(crate) masks: Vec<Finding<(Name, Option<Mask>)>>,
    pub(crate) risks: Vec<(Name, Decimal)>,
    /// The rule that each of `risks` comes from.
    pub(crate) adding: Vec<Arc<Rule>>,
    /// Which of `risks` a script gave, and whose.
    pub(crate) computed: Vec<(usize, Arc<Rule>)>,
    pub(crate) notify: Vec<Name>,
    pub(crate) duties: Vec<Finding<Arc<Duty>>>,
    pub(crate) verdicts: Vec<Verdict>,
    /// The rule that each of `verdicts` is of.
    pub(crate) applied: Vec<Arc<Rule>>,
    /// Which of `verdicts` are of a condition that could not be known, and whose.
    pub(crate) unknown: Vec<(usize, Arc<Rule>)>,
}

/// Something that follows, and the rule it follows from.
#[derive(Debug)]
pub(crate) struct Finding<T> {
    pub(crate) what: T,
    pub(crate) rule: Arc<Rule>,
    pub(crate) shadow: bool,
    /// Names that could not be read, when the condition is unknown.
    pub(crate) unknown: Option<Vec<String>>,
}

/// A refusal.
#[derive(Debug)]
pub(crate) struct Denial {
    pub(crate) code: Name,
    pub(crate) because: Because,
}

/// A need for approval.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) chain: Name,
    pub(crate) code: Name,
    pub(crate) because: Because,
}

/// A message still to be filled in, or a script's own text.
#[derive(Debug, Clone)]
pub(crate) enum Because {
    Template(Message),
    Text(String),
    /// A script failed, like this.
    Failed(String),
}

impl RuleSet {
    /// Keeps the rules of `verb` on `entity` that can hold in this plan.
    pub(crate) fn new(
        rules: &[Arc<Rule>],
        verb: Verb,
        entity: &str,
        compiler: &mut Compiler<'_>,
    ) -> Self {
        let (before, after): (Vec<Ready>, Vec<Ready>) = rules
            .iter()
            .filter(|rule| *rule.entity == *entity && rule.verbs.contains(&verb))
            .filter_map(|rule| Ready::new(rule, compiler))
            .partition(|ready| phase(&ready.rule) == Phase::BeforeRisk);
        let all = before.iter().chain(&after).map(|ready| &ready.rule);
        Self {
            adding: all.filter(|rule| may_add_risk(rule)).cloned().collect(),
            before_risk: Indexed::new(before),
            after_risk: Indexed::new(after),
        }
    }

    /// The rules, those that run before the risk is known first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        let ready = self.before_risk.rules.iter().chain(&self.after_risk.rules);
        ready.map(|ready| &ready.rule)
    }

    /// The rules that may add to the risk.
    pub(crate) fn adding_risk(&self) -> &[Arc<Rule>] {
        &self.adding
    }

    /// The rows of a rule's table that stand before it.
    pub(crate) fn rows_before<'r>(&'r self, rule: &'r Rule) -> impl Iterator<Item = &'r Rule> {
        let rows = rule.table.iter().flat_map(|row| {
            self.iter().filter(|other| {
                let other = other.table.as_ref();
                other.is_some_and(|other| {
                    Arc::ptr_eq(&other.table, &row.table) && other.row < row.row
                })
            })
        });
        rows.map(|rule| &**rule)
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.has_phase(Phase::BeforeRisk) && !self.has_phase(Phase::AfterRisk)
    }

    pub(crate) fn has_phase(&self, phase: Phase) -> bool {
        !self.of(phase).rules.is_empty()
    }

    fn of(&self, phase: Phase) -> &Indexed {
        match phase {
            Phase::BeforeRisk => &self.before_risk,
            Phase::AfterRisk => &self.after_risk,
        }
    }

    /// Adds what follows from the rules of one phase.
    pub(crate) fn run<'a>(
        &'a self,
        phase: Phase,
        frame: &Frame<'_, 'a>,
        facts: &Facts<'a>,
        findings: &mut Findings,
    ) {
        let Indexed { rules, index } = self.of(phase);
        if rules.is_empty() {
            return;
        }
        let mut candidates = Candidates::new();
        index.candidates(frame, &mut candidates);
        // Findings come in the order of the policy, so that a decision reads the same every time.
        candidates.sort_unstable();
        let mut tables = Tables::default();
        for at in candidates {
            let Some(ready) = usize::try_from(at).ok().and_then(|at| rules.get(at)) else {
                continue;
            };
            if in_force(&ready.rule, facts) && tables.tries(&ready.rule) {
                let truth = ready.predicate.holds(frame);
                tables.take(&ready.rule, truth, facts, findings);
            }
        }
    }
}

impl Indexed {
    fn new(rules: Vec<Ready>) -> Self {
        let index = Index::new(rules.iter().map(|ready| &ready.predicate));
        Self { rules, index }
    }
}

impl Ready {
    fn new(rule: &Arc<Rule>, compiler: &mut Compiler<'_>) -> Option<Self> {
        let predicate = match &rule.when {
            Some(when) => compiler.predicate(when),
            None => Predicate::Always(Truth::True),
        };
        if matches!(predicate, Predicate::Always(Truth::False)) {
            return None;
        }
        Some(Self {
            rule: rule.clone(),
            predicate,
        })
    }
}

/// Whether a rule may add to the risk.
pub(crate) fn may_add_risk(rule: &Rule) -> bool {
    let adds = |kind: &EffectKind| matches!(kind, EffectKind::Risk(..) | EffectKind::Do(_));
    rule.effects.iter().any(|effect| adds(&effect.kind))
}

/// When a rule runs: after the risk is known if its condition or its script reads it, or another row
/// of its table does.
pub(crate) fn phase(rule: &Rule) -> Phase {
    if rule.table.as_ref().is_some_and(|row| row.table.reads_risk) {
        return Phase::AfterRisk;
    }
    let mut reads_risk = rule.effects.iter().any(|effect| match &effect.kind {
        EffectKind::Do(action) => action.reads().iter().any(|path| path.root == Root::Risk),
        _ => false,
    });
    if let Some(when) = &rule.when {
        when.visit_paths(&mut |path| reads_risk |= path.root == Root::Risk);
    }
    if reads_risk {
        Phase::AfterRisk
    } else {
        Phase::BeforeRisk
    }
}

/// Whether a rule holds on the day of these facts (`@since`, `@until`; both days count).
pub(crate) fn in_force(rule: &Rule, facts: &Facts<'_>) -> bool {
    if rule.since.is_none() && rule.until.is_none() {
        return true;
    }
    let today = facts.today();
    rule.since.is_none_or(|since| since <= today) && rule.until.is_none_or(|until| today <= until)
}

impl Findings {
    /// Adds that `rule` came out as `truth`, and these of its effects.
    pub(crate) fn add<'e>(
        &mut self,
        rule: &Arc<Rule>,
        truth: Truth,
        effects: impl IntoIterator<Item = &'e Effect>,
        facts: &Facts<'_>,
    ) {
        let unknown = match truth {
            Truth::False => return,
            Truth::True => None,
            Truth::Unknown => Some(
                rule.when
                    .as_ref()
                    .map_or_else(Vec::new, |when| evaluate::unknowns(when, facts)),
            ),
        };
        let shadow = rule.mode == Mode::Shadow;
        if unknown.is_some() {
            self.unknown.push((self.verdicts.len(), rule.clone()));
        }
        self.applied.push(rule.clone());
        self.verdicts.push(Verdict {
            rule: rule.origin.name.clone(),
            place: rule.origin.place.clone(),
            holding: if unknown.is_some() {
                Holding::Unknown
            } else {
                Holding::Held
            },
            shadow,
        });
        for effect in effects {
            self.follow(rule, &effect.kind, shadow, unknown.as_ref(), facts);
        }
    }

    fn follow(
        &mut self,
        rule: &Arc<Rule>,
        effect: &EffectKind,
        shadow: bool,
        unknown: Option<&Vec<String>>,
        facts: &Facts<'_>,
    ) {
        let template = |message: &Message| Because::Template(message.clone());
        match effect {
            EffectKind::Deny(code, message) => {
                let what = Denial {
                    code: code.clone(),
                    because: template(message),
                };
                self.denials.push(finding(what, rule, shadow, unknown));
            }
            EffectKind::RequireApproval(required) => {
                let what = Need {
                    chain: required.chain.clone(),
                    code: required.code.clone(),
                    because: template(&required.because),
                };
                self.approvals.push(finding(what, rule, shadow, unknown));
            }
            EffectKind::Mask(field, mask) => {
                let what = (field.clone(), Some(mask.clone()));
                self.masks.push(finding(what, rule, shadow, unknown));
            }
            EffectKind::Hide(field) => {
                let what = (field.clone(), None);
                self.masks.push(finding(what, rule, shadow, unknown));
            }
            EffectKind::Risk(points, name) if !shadow => {
                self.add_risk(rule, name.clone(), *points);
            }
            EffectKind::Notify(channel) if !shadow => self.tell(channel),
            EffectKind::Risk(..) | EffectKind::Notify(_) => {}
            EffectKind::Oblige(duty) => {
                self.duties
                    .push(finding(duty.clone(), rule, shadow, unknown));
            }
            EffectKind::Do(action) => match action.run(facts) {
                Ok(effects) => effects
                    .into_iter()
                    .for_each(|effect| self.scripted(rule, effect, shadow, unknown)),
                Err(error) => {
                    // A script that fails cannot say what it wanted, so the strictest follows.
                    let what = Denial {
                        code: "ACTION_FAILED".into(),
                        because: Because::Failed(error.to_string()),
                    };
                    self.denials.push(finding(what, rule, shadow, unknown));
                }
            },
        }
    }

    fn scripted(
        &mut self,
        rule: &Arc<Rule>,
        effect: ActionEffect,
        shadow: bool,
        unknown: Option<&Vec<String>>,
    ) {
        match effect {
            ActionEffect::Deny(code, text) => {
                let because = Because::Text(text);
                let what = Denial { code, because };
                self.denials.push(finding(what, rule, shadow, unknown));
            }
            ActionEffect::RequireApproval(chain, text) => {
                let what = Need {
                    chain,
                    code: Requirement::CODE.into(),
                    because: Because::Text(text),
                };
                self.approvals.push(finding(what, rule, shadow, unknown));
            }
            ActionEffect::Risk(points, name) if !shadow => {
                self.computed.push((self.risks.len(), rule.clone()));
                self.add_risk(rule, name, points);
            }
            ActionEffect::Notify(channel) if !shadow => self.tell(&channel),
            ActionEffect::Risk(..) | ActionEffect::Notify(_) => {}
        }
    }

    /// Adds that a row of a `unique` table holds beside an earlier one: what the author ruled out, so
    /// that nobody can say which was meant. Told of the table: which of its rows surely hold may turn on
    /// what the requester may not see.
    pub(crate) fn overlap(&mut self, rule: &Arc<Rule>, row: &TableRow) {
        let table = &row.table.origin;
        let text = format!(
            "rows of the table `{}` hold at once, and it lets one hold",
            table.name
        );
        let what = Denial {
            code: "TABLE_OVERLAP".into(),
            because: Because::Text(text),
        };
        let shadow = rule.mode == Mode::Shadow;
        let whole = Arc::new(Rule {
            origin: table.clone(),
            ..Rule::clone(rule)
        });
        self.denials.push(finding(what, &whole, shadow, None));
    }

    /// INVARIANT: a rule restricts, so points below nothing count as nothing.
    fn add_risk(&mut self, rule: &Arc<Rule>, name: Name, points: Decimal) {
        self.adding.push(rule.clone());
        self.risks.push((name, points.max(Decimal::ZERO)));
    }

    /// Why a read is refused: rules that deny, and those that ask for an approval, which a read
    /// cannot wait for. Each rule is named, as in the refusal of a change.
    pub(crate) fn refusals_on_read(&self) -> Vec<Reason> {
        let denials = self.denials.iter().filter(|finding| !finding.shadow);
        let denials = denials.map(|finding| {
            let text = "a rule refuses this read";
            (finding.what.code.clone(), text, &finding.rule)
        });
        let needs = self.approvals.iter().filter(|finding| !finding.shadow);
        let needs = needs.map(|finding| {
            let text = "a rule asks for an approval, and a read cannot wait for one";
            (finding.what.code.clone(), text, &finding.rule)
        });
        let reason = |(code, text, rule): (Name, &str, &Arc<Rule>)| {
            let origin = &rule.origin;
            Reason::new(code, text).from_policy(origin.name.clone(), origin.place.clone())
        };
        denials.chain(needs).map(reason).collect()
    }

    /// Whether anything of it is told in a sentence.
    pub(crate) fn say_something(&self) -> bool {
        !(self.denials.is_empty()
            && self.approvals.is_empty()
            && self.duties.is_empty()
            && self.unknown.is_empty())
    }

    pub(crate) fn tell(&mut self, channel: &Name) {
        if !self.notify.contains(channel) {
            self.notify.push(channel.clone());
        }
    }
}

fn finding<T>(
    what: T,
    rule: &Arc<Rule>,
    shadow: bool,
    unknown: Option<&Vec<String>>,
) -> Finding<T> {
    Finding {
        what,
        rule: rule.clone(),
        shadow,
        unknown: unknown.cloned(),
    }
}
