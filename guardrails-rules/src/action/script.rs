//! A compiled script, and the door it came through: engine, limits, and the shield against panics.

use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, Mutex};

use guardrails_core::policy::{Action, ActionEffect, ActionError, Entity, Path};
use guardrails_core::process::Facts;
use guardrails_core::{Diagnostic, Name, Place, phrase};
use rhai::{AST, Dynamic, Engine, Scope};

use super::fault::Fault;
use super::functions::Sink;
use super::lower::{Lowered, lower};
use super::slots::{Fact, SINK, Slots, constant_name};
use super::span::{Source, Span};
use super::{codes, engine, parse, token};

/// How large a script may be. Each limit is an error with its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of text (`action_bytes`).
    pub(super) bytes: usize,
    /// Levels of nesting (`action_depth`).
    pub(super) depth: usize,
}

/// The limits of every script of a policy.
pub(super) const LIMITS: Limits = Limits {
    bytes: 4 * 1024,
    depth: 64,
};

/// Runs a closure and turns a panic inside into [`Fault::Panic`].
pub(super) type Shield = fn(&mut dyn FnMut()) -> Result<(), Fault>;

/// Checks a script and reduces it, within limits.
pub(super) type Read = fn(&Source, Limits, &Entity, &[Name]) -> Result<Lowered, Vec<Diagnostic>>;

/// What scripts go through. The self-test looks at each part of it.
pub(super) struct Door {
    pub(super) read: Read,
    pub(super) limits: Limits,
    pub(super) engine: Engine,
    pub(super) shield: Shield,
}

/// Scopes kept per script for the next runs; more threads than this at once build their own.
const SPARE_SCOPES: usize = 16;

impl Door {
    /// The one door of the process.
    pub(super) fn standard() -> Arc<Self> {
        static DOOR: LazyLock<Arc<Door>> = LazyLock::new(|| Arc::new(Door::new(engine::locked())));
        DOOR.clone()
    }

    /// A door with the standard limits and shield.
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            read,
            limits: LIMITS,
            engine,
            shield,
        }
    }

    /// See [`super::compile`].
    pub(super) fn compile(
        self: &Arc<Self>,
        text: &str,
        place: &Place,
        entity: &Entity,
        chains: &[Name],
    ) -> Result<Script, Vec<Diagnostic>> {
        let source = Source::new(text, place);
        let lowered = (self.read)(&source, self.limits, entity, chains)?;
        self.script(source, lowered)
    }

    fn script(
        self: &Arc<Self>,
        source: Source,
        lowered: Lowered,
    ) -> Result<Script, Vec<Diagnostic>> {
        let scope = template(&lowered.slots);
        let mut ast = None;
        let shielded = (self.shield)(&mut || {
            ast = self.engine.compile_with_scope(&scope, &lowered.text).ok();
        });
        let (Ok(()), Some(ast)) = (shielded, ast) else {
            let place = source.place(Span::new(0, source.text().len()));
            let message = phrase!("the script engine refuses this script" | "脚本引擎拒绝这个脚本");
            let finding = Diagnostic::error(codes::ENGINE, place, message);
            let help = phrase!("write it in smaller steps" | "把它拆成更小的步骤");
            return Err(vec![finding.help(help)]);
        };
        let reads = lowered.slots.facts.iter().filter_map(Fact::path);
        Ok(Script {
            reads: reads.cloned().collect(),
            door: self.clone(),
            source,
            ast,
            spans: lowered.spans,
            slots: lowered.slots,
            chains: lowered.chains,
            spare: Mutex::default(),
        })
    }
}

/// The checks of every script: size, tokens, grammar and depth, then names and types.
fn read(
    source: &Source,
    limits: Limits,
    entity: &Entity,
    chains: &[Name],
) -> Result<Lowered, Vec<Diagnostic>> {
    if source.text().len() > limits.bytes {
        return Err(vec![too_long(source, limits.bytes)]);
    }
    let tokens = token::tokens(source)?;
    let block = parse::script(source, &tokens, limits.depth)?;
    lower(&block, source, entity, chains)
}

fn too_long(source: &Source, limit: usize) -> Diagnostic {
    let place = source.place(Span::new(0, source.text().len()));
    let message = phrase!(
        "the script is over the limit `action_bytes` of {limit} bytes"
            | "脚本超过上限 `action_bytes`（{limit} 字节）",
        limit
    );
    Diagnostic::error(codes::LIMIT, place, message).help(phrase!(
        "split the rule, or say it with `when` and `then`"
            | "把规则拆成几条，或者用 `when` 和 `then` 来写"
    ))
}

/// Catches what unwinds out of `run`. The panic hook stays as it is.
pub(super) fn shield(run: &mut dyn FnMut()) -> Result<(), Fault> {
    // What a panic leaves half-done is dropped: scope and effects belong to this run alone, and the
    // engine is read-only.
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| Fault::Panic)
}

/// The scope of a script before facts are read.
fn template(slots: &Slots) -> Scope<'static> {
    let mut scope = Scope::new();
    for (at, constant) in slots.constants.iter().enumerate() {
        scope.push_dynamic(constant_name(at), constant.value());
    }
    scope.push(SINK, Sink::default());
    for name in &slots.names {
        scope.push_dynamic(name, Dynamic::UNIT);
    }
    scope
}

/// One compiled script.
pub(super) struct Script {
    door: Arc<Door>,
    source: Source,
    ast: AST,
    spans: Vec<Span>,
    slots: Slots,
    chains: Vec<Name>,
    reads: Vec<Path>,
    /// Scopes of earlier runs, with constants bound and facts cleared.
    spare: Mutex<Vec<Scope<'static>>>,
}

impl Script {
    /// Runs the script; without facts only where it reads none.
    pub(super) fn evaluate(
        &self,
        facts: Option<&Facts<'_>>,
    ) -> Result<Vec<ActionEffect>, ActionError> {
        let mut scope = self.scope();
        if let Some(facts) = facts {
            self.bind(&mut scope, facts);
        }
        let mut outcome = Ok(());
        let shielded = (self.door.shield)(&mut || {
            outcome = self.door.engine.run_ast_with_scope(&mut scope, &self.ast);
        });
        // After a failure the scope is dropped, whatever state it is in.
        shielded.map_err(|fault| self.error(&fault, None))?;
        outcome.map_err(|error| {
            let (fault, line) = Fault::from_engine(*error);
            self.error(&fault, line)
        })?;
        let effects = collected(&mut scope).ok_or_else(|| self.error(&Fault::Engine, None))?;
        self.keep(scope);
        Ok(effects)
    }

    fn scope(&self) -> Scope<'static> {
        let spare = self.spare.lock().ok().and_then(|mut spare| spare.pop());
        spare.unwrap_or_else(|| template(&self.slots))
    }

    fn bind(&self, scope: &mut Scope<'static>, facts: &Facts<'_>) {
        for (at, (name, fact)) in self.slots.names.iter().zip(&self.slots.facts).enumerate() {
            if let Some(slot) = scope.get_mut(name) {
                *slot = fact.read(at, facts);
            }
        }
    }

    /// Keeps a scope for another run, without the record's values.
    fn keep(&self, mut scope: Scope<'static>) {
        scope.rewind(self.slots.constants.len() + 1 + self.slots.facts.len());
        for name in &self.slots.names {
            if let Some(slot) = scope.get_mut(name) {
                *slot = Dynamic::UNIT;
            }
        }
        if let Ok(mut spare) = self.spare.lock()
            && spare.len() < SPARE_SCOPES
        {
            spare.push(scope);
        }
    }

    fn error(&self, fault: &Fault, line: Option<usize>) -> ActionError {
        // The first piece of the reduced text stands on its second line.
        let span = line
            .and_then(|line| self.spans.get(line.checked_sub(2)?))
            .copied()
            .unwrap_or(Span::new(0, self.source.text().len()));
        let name = |slot: usize| {
            let fact = self.slots.facts.get(slot);
            fact.map_or_else(|| "a field".to_owned(), Fact::name)
        };
        ActionError {
            message: fault.message(name),
            place: self.source.place(span),
        }
    }
}

fn collected(scope: &mut Scope<'_>) -> Option<Vec<ActionEffect>> {
    let sink = scope.get_mut(SINK)?;
    let mut sink = sink.write_lock::<Sink>()?;
    Some(mem::take(&mut sink.0))
}

impl Action for Script {
    fn run(&self, facts: &Facts<'_>) -> Result<Vec<ActionEffect>, ActionError> {
        self.evaluate(Some(facts))
    }

    fn chains(&self) -> &[Name] {
        &self.chains
    }

    fn reads(&self) -> &[Path] {
        &self.reads
    }

    fn text(&self) -> &str {
        self.source.text()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.source.place(Span::default());
        write!(f, "Script({start})")
    }
}
