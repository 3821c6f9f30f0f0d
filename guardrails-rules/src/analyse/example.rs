//! An operation that shows that something can happen, written as a test of the language writes it.

use std::collections::BTreeMap;
use std::fmt;

use guardrails_core::policy::{Root, Verb};
use guardrails_core::process::Facts;
use guardrails_core::{Language, Name, Said};

use super::sample::Sample;
use super::scene::Scene;
use super::supposed::{Reading, Supposed};

/// One operation, with the values that matter. What it shows was confirmed by the evaluator.
///
/// `Display` writes it as a test does: `Quote { amount: 120_000 CNY, stage: SENT }, actor { roles:
/// [SALES_REP] }`. The values are made up, never a record's.
#[derive(Clone)]
pub struct Example {
    entity: Name,
    verb: Verb,
    readings: Vec<Reading>,
    supposed: Supposed,
}

impl Example {
    pub(super) fn new(scene: Scene<'_>, readings: Vec<Reading>) -> Option<Self> {
        Some(Self {
            entity: scene.entity.into(),
            verb: scene.verb,
            supposed: Supposed::new(scene, &readings)?,
            readings,
        })
    }

    /// The facts of the operation, for the evaluator.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        self.supposed.facts()
    }

    /// What is done in it.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// Whether nothing of it matters but the context.
    pub(super) fn is_plain(&self) -> bool {
        self.readings.iter().all(|reading| match reading {
            Reading::Role(_, has) => !has,
            Reading::Value(path, _) => {
                path.root == Root::Ai && path.keys.iter().any(|key| &**key == "context")
            }
        })
    }

    fn fields(&self, root: Root) -> Node {
        let mut top = Node::default();
        for reading in &self.readings {
            if let Reading::Value(path, sample) = reading
                && path.root == root
            {
                top.put(
                    &path.keys,
                    sample.shown(&path.ty),
                    matches!(sample, Sample::Whole(_)),
                );
            }
        }
        top
    }

    fn record(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (old, new) = (self.fields(Root::Old), self.fields(Root::Record));
        if self.verb == Verb::Create {
            f.write_str("create ")?;
        }
        write!(f, "{} ", self.entity)?;
        match old.inner.is_empty() {
            true => write!(f, "{new}"),
            false if new.inner.is_empty() => write!(f, "{old}"),
            false => write!(f, "{old} changed to {new}"),
        }
    }

    fn actor(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let roles: Vec<&str> = self
            .readings
            .iter()
            .filter_map(|reading| match reading {
                Reading::Role(role, true) => Some(&**role),
                _ => None,
            })
            .collect();
        if self.readings.iter().any(|r| matches!(r, Reading::Role(..))) {
            parts.push(format!("roles: [{}]", roles.join(", ")));
        }
        for reading in &self.readings {
            if let Reading::Value(path, sample) = reading {
                let name = path.keys.join(".");
                match path.root {
                    Root::Actor => parts.push(format!("{name}: {}", sample.shown(&path.ty))),
                    Root::Ai if name != "context" => {
                        parts.push(format!("{name}: {}", sample.shown(&path.ty)));
                    }
                    Root::Behaviour if name == "score" => {
                        parts.push(format!("risk_score: {}", sample.shown(&path.ty)));
                    }
                    Root::Behaviour => {
                        let shown = sample.shown(&path.ty);
                        parts.push(format!("behaviour: {{ {name}: {shown} }}"));
                    }
                    _ => {}
                }
            }
        }
        parts
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record(f)?;
        let actor = self.actor();
        if !actor.is_empty() {
            write!(f, ", actor {{ {} }}", actor.join(", "))?;
        }
        for reading in &self.readings {
            let Reading::Value(path, sample) = reading else {
                continue;
            };
            match path.root {
                Root::Ai if path.keys.iter().any(|key| &**key == "context") => match sample {
                    Sample::Missing => f.write_str(", no context")?,
                    other => write!(f, ", context {}", other.shown(&path.ty))?,
                },
                Root::Skill | Root::Risk | Root::Data => {
                    write!(f, ", {path}: {}", sample.shown(&path.ty))?;
                }
                Root::Now => write!(f, ", at {}", sample.shown(&path.ty))?,
                _ => {}
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Said for Example {
    fn said(&self, _: Language) -> impl fmt::Display {
        self
    }
}

/// Fields with what is inside of them.
#[derive(Default)]
struct Node {
    text: String,
    inner: BTreeMap<Name, Node>,
}

impl Node {
    fn put(&mut self, keys: &[Name], text: String, is_whole: bool) {
        match keys {
            // An empty record is told by what is inside of it.
            [] if is_whole && (!self.inner.is_empty() || text == "{  }") => {}
            [] => self.text = text,
            [first, rest @ ..] => {
                let inner = self.inner.entry(first.clone()).or_default();
                inner.put(rest, text, is_whole);
            }
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.text.is_empty() {
            return f.write_str(&self.text);
        }
        if self.inner.is_empty() {
            return f.write_str("{}");
        }
        f.write_str("{ ")?;
        for (at, (name, node)) in self.inner.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{name}: {node}")?;
        }
        f.write_str(" }")
    }
}
