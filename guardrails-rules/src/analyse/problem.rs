//! From a claim to the form the search reads: what is read becomes a variable over regions, each
//! condition an atom with its truth in each region.
//!
//! What the analysis does not understand becomes a variable of its own that may come out any way. So
//! "never" stays a proof; only examples become doubtful.

use std::cmp::Reverse;
use std::collections::HashMap;

use guardrails_core::policy::{Comparison, Expr, ExprKind, Path, Root, Verb};
use guardrails_core::process::{Truth, holds};
use guardrails_core::{Name, Place};

use super::atom::{self, Depth};
use super::formula::{Claim, Formula};
use super::link::{Link, links};
use super::partition::{Test, partition};
use super::region::Region;
use super::scene::{Data, Domain, Scene};
use super::supposed::Supposed;
use super::truths::Truths;
use super::variable::{ORDERS, Variable, What};

/// Conditions on one value that only the evaluator knows; more of them count as not understood.
const DEEP: usize = 3;
/// Conditions on one value whose constants cut it into regions; more of them count as not understood,
/// since each is worked out in each region.
const TESTS: usize = 1_000;

/// A claim made ready for the search.
pub(super) struct Problem {
    pub(super) variables: Vec<Variable>,
    pub(super) atoms: Vec<Atom>,
    pub(super) formula: Formula,
    pub(super) links: Vec<Link>,
    /// Conditions that are not understood.
    pub(super) outside: Vec<Place>,
}

impl Problem {
    /// What one step of a search through this takes, about: a look at each region of each condition.
    pub(super) fn weight(&self) -> usize {
        let places = |at: usize| self.variables.get(at).map_or(0, |found| found.live.len());
        let atoms = self.atoms.iter().map(|atom| places(atom.variable));
        let variables = (0..self.variables.len()).map(places);
        atoms.chain(variables).fold(1, usize::saturating_add)
    }
}

/// A condition on one variable: its truth in each of the variable's regions.
pub(super) struct Atom {
    pub(super) variable: usize,
    pub(super) table: Vec<Truths>,
}

impl Problem {
    pub(super) fn new(scene: Scene<'_>, data: Data, claim: &Claim<'_>) -> Self {
        let mut builder = Builder {
            scene,
            data,
            drafts: Vec::new(),
            keys: HashMap::new(),
            atoms: Vec::new(),
            changes: Vec::new(),
            outside: Vec::new(),
            read: HashMap::new(),
        };
        let formula = builder.claim(claim);
        builder.finish(formula)
    }
}

/// A variable in the making.
struct Draft<'e> {
    what: What,
    /// Each with the condition that only the evaluator knows, if it is one.
    tests: Vec<(Option<&'e Expr>, Test<'e>)>,
    /// Whether its flag is never unknown.
    certain: bool,
}

/// How an atom finds its truths.
#[derive(Clone, Copy)]
enum Column {
    Test(usize),
    Flag,
    Order(Comparison),
}

/// What tells a variable from others.
#[derive(PartialEq, Eq, Hash)]
enum Key<'e> {
    Role(&'e Name),
    /// The type has no names of enums.
    Value(Path),
    Changed(&'e [Name]),
    Order(&'e Expr, &'e Expr),
    /// A condition that is not understood.
    Unclear(&'e Expr),
}

struct Builder<'p, 'e> {
    scene: Scene<'p>,
    data: Data,
    drafts: Vec<Draft<'e>>,
    keys: HashMap<Key<'e>, usize>,
    atoms: Vec<(usize, Column)>,
    /// Flag, new value, old value.
    changes: Vec<(usize, usize, usize)>,
    outside: Vec<Place>,
    /// Conditions that were read already, by where they stand: a claim may ask for one many times, and each
    /// that is not understood is named at its own place.
    read: HashMap<*const Expr, Formula>,
}

impl<'e> Builder<'_, 'e> {
    fn claim(&mut self, claim: &Claim<'e>) -> Formula {
        match claim {
            Claim::Comes(condition, truths) => {
                Formula::Is(Box::new(self.formula(condition)), *truths)
            }
            Claim::Not(claim) => Formula::Not(Box::new(self.claim(claim))),
            Claim::All(claims) => Formula::All(claims.iter().map(|c| self.claim(c)).collect()),
            Claim::Any(claims) => Formula::Any(claims.iter().map(|c| self.claim(c)).collect()),
        }
    }

    fn formula(&mut self, expr: &'e Expr) -> Formula {
        let kept: *const Expr = expr;
        if let Some(known) = self.read.get(&kept) {
            return known.clone();
        }
        let formula = self.made_of(expr);
        self.read.insert(kept, formula.clone());
        formula
    }

    fn made_of(&mut self, expr: &'e Expr) -> Formula {
        match &expr.kind {
            ExprKind::Not(inner) => Formula::Not(Box::new(self.formula(inner))),
            ExprKind::All(parts) => Formula::All(parts.iter().map(|p| self.formula(p)).collect()),
            ExprKind::Any(parts) => Formula::Any(parts.iter().map(|p| self.formula(p)).collect()),
            ExprKind::HasRole(role) => {
                let variable = self.variable(Key::Role(role), What::Role(role.clone()));
                self.atom(variable, Column::Flag)
            }
            ExprKind::Changed(path) => self.changed(path),
            _ => self.leaf(expr),
        }
    }

    fn leaf(&mut self, expr: &'e Expr) -> Formula {
        let reads = atom::reads(expr);
        let creates = self.scene.verb == Verb::Create;
        let absent = |path: &&&Path| creates && path.root == Root::Old;
        let read = reads.iter().filter(|path| !absent(path));
        let mut places: Vec<Path> = read.map(|path| self.resolved(path)).collect();
        places.dedup();
        let gone = reads.iter().any(|path| absent(&path));
        match places.as_slice() {
            [] if atom::reads_only_values(expr) => Formula::Known(self.settled(expr)),
            [only] if !gone => match atom::depth(expr, only) {
                Some(depth) => self.test(expr, depth, only.clone()),
                None => self.unclear(expr),
            },
            _ => match &expr.kind {
                ExprKind::Compare(comparison, a, b) => self.order(expr, *comparison, a, b),
                _ => self.unclear(expr),
            },
        }
    }

    /// What reads nothing comes out the same always.
    fn settled(&self, expr: &Expr) -> Truth {
        Supposed::new(self.scene, &[])
            .map_or(Truth::Unknown, |supposed| holds(expr, &supposed.facts()))
    }

    /// Where nothing changes, the old record is the record.
    fn resolved(&self, path: &Path) -> Path {
        let root = match (path.root, self.scene.verb) {
            (Root::Old, Verb::Read | Verb::Delete) => Root::Record,
            (root, _) => root,
        };
        Path {
            root,
            ..path.clone()
        }
    }

    fn test(&mut self, expr: &'e Expr, depth: Depth, place: Path) -> Formula {
        let deep_condition = match depth {
            Depth::Plain => None,
            Depth::Deep => Some(expr),
        };
        let Some(path) = atom::reads(expr).first().copied() else {
            return self.unclear(expr);
        };
        let variable = self.value(place);
        let Some(draft) = self.drafts.get_mut(variable) else {
            return self.unclear(expr);
        };
        let deep =
            |(_, test): &&(Option<&Expr>, Test<'e>)| matches!(test, Test::Known(_, _, Depth::Deep));
        let known = draft
            .tests
            .iter()
            .position(|(have, _)| have.is_some() && *have == deep_condition);
        let column = match known {
            Some(column) => column,
            None if depth == Depth::Deep && draft.tests.iter().filter(deep).count() >= DEEP => {
                return self.unclear(expr);
            }
            None if draft.tests.len() >= TESTS => return self.unclear(expr),
            None => {
                draft
                    .tests
                    .push((deep_condition, Test::Known(expr, path, depth)));
                draft.tests.len() - 1
            }
        };
        if depth == Depth::Deep {
            self.outside.push(expr.place.clone());
        }
        self.atom(variable, Column::Test(column))
    }

    fn changed(&mut self, path: &'e Path) -> Formula {
        let new = Path {
            root: Root::Record,
            ..path.clone()
        };
        match self.scene.verb {
            Verb::Create => Formula::Known(Truth::True),
            Verb::Read | Verb::Delete => {
                let variable = self.value(new);
                let Some(draft) = self.drafts.get_mut(variable) else {
                    return Formula::Known(Truth::Unknown);
                };
                draft.tests.push((None, Test::Unchanged));
                let column = draft.tests.len() - 1;
                self.atom(variable, Column::Test(column))
            }
            Verb::Update => {
                let old = Path {
                    root: Root::Old,
                    ..path.clone()
                };
                let key = Key::Changed(&path.keys);
                let fresh = !self.keys.contains_key(&key);
                let (new, old) = (self.value(new), self.value(old));
                let flag = self.variable(key, What::Flag);
                if fresh {
                    self.changes.push((flag, new, old));
                }
                self.atom(flag, Column::Flag)
            }
        }
    }

    /// Two values that are compared: every comparison of the two asks the same order.
    fn order(
        &mut self,
        expr: &'e Expr,
        comparison: Comparison,
        a: &'e Expr,
        b: &'e Expr,
    ) -> Formula {
        self.outside.push(expr.place.clone());
        let (comparison, [first, second]) = match self.comes_first(b, a) {
            false => (comparison, [a, b]),
            true => (comparison.flipped(), [b, a]),
        };
        let certain = self.is_always_there(a) && self.is_always_there(b);
        let places = match (&first.kind, &second.kind) {
            (ExprKind::Path(first), ExprKind::Path(second)) => {
                Some(Box::new([self.resolved(first), self.resolved(second)]))
            }
            _ => None,
        };
        let variable = self.variable(Key::Order(first, second), What::Order(places));
        if let Some(draft) = self.drafts.get_mut(variable) {
            draft.certain |= certain;
        }
        self.atom(variable, Column::Order(comparison))
    }

    /// Which of two sides names their order: of two paths the one further from the record, else the one that
    /// did so before.
    fn comes_first(&self, a: &'e Expr, b: &'e Expr) -> bool {
        let known = |first, second| self.keys.contains_key(&Key::Order(first, second));
        match (&a.kind, &b.kind) {
            (ExprKind::Path(a), ExprKind::Path(b)) => {
                (Reverse(a.root), &a.keys) < (Reverse(b.root), &b.keys)
            }
            _ => known(a, b) && !known(b, a),
        }
    }

    fn is_always_there(&self, expr: &Expr) -> bool {
        let ExprKind::Path(path) = &expr.kind else {
            return false;
        };
        let gone = self.scene.verb == Verb::Create && path.root == Root::Old;
        let Domain {
            may_miss,
            may_be_invalid,
            ..
        } = self.scene.domain(path, self.data);
        !gone && !may_miss && !may_be_invalid && !matches!(path.root, Root::Variable(_))
    }

    fn unclear(&mut self, expr: &'e Expr) -> Formula {
        self.outside.push(expr.place.clone());
        let variable = self.variable(Key::Unclear(expr), What::Flag);
        self.atom(variable, Column::Flag)
    }

    fn value(&mut self, path: Path) -> usize {
        let key = Key::Value(Path {
            ty: atom::unnamed(&path.ty),
            ..path.clone()
        });
        self.variable(key, What::Value(path))
    }

    fn variable(&mut self, key: Key<'e>, what: What) -> usize {
        let next = self.drafts.len();
        let at = *self.keys.entry(key).or_insert(next);
        if at == next {
            self.drafts.push(Draft {
                what,
                tests: Vec::new(),
                certain: false,
            });
        }
        at
    }

    fn atom(&mut self, variable: usize, column: Column) -> Formula {
        self.atoms.push((variable, column));
        Formula::Atom(self.atoms.len() - 1)
    }

    fn finish(self, formula: Formula) -> Problem {
        let mut shifted = vec![0; self.drafts.len()];
        let mut shared: Vec<Vec<Test<'e>>> = self
            .drafts
            .iter()
            .map(|draft| draft.tests.iter().map(|(_, test)| *test).collect())
            .collect();
        // A value and what it was are cut alike, so that a region can be named for both.
        for (_, new, old) in &self.changes {
            let first = shared.get(*new).cloned().unwrap_or_default();
            let both = [
                first.as_slice(),
                shared.get(*old).map_or(&[], Vec::as_slice),
            ]
            .concat();
            if let Some(shift) = shifted.get_mut(*old) {
                *shift = first.len();
            }
            for at in [*new, *old] {
                if let Some(tests) = shared.get_mut(at) {
                    tests.clone_from(&both);
                }
            }
        }
        let mut tables: Vec<Vec<Vec<Truths>>> = Vec::new();
        let mut variables = Vec::new();
        for (draft, tests) in self.drafts.into_iter().zip(&shared) {
            let (regions, columns) = match &draft.what {
                What::Value(path) => {
                    let domain = self.scene.domain(path, self.data);
                    let found = partition(self.scene, path, &domain, tests);
                    (found.regions, found.tables)
                }
                _ => (Vec::<Region>::new(), Vec::new()),
            };
            tables.push(columns);
            variables.push(Variable::new(
                draft.what,
                regions,
                self.scene,
                self.data,
                draft.certain,
            ));
        }
        let atoms = self
            .atoms
            .into_iter()
            .map(|(variable, column)| Atom {
                variable,
                table: match column {
                    Column::Test(test) => {
                        let test = test + shifted.get(variable).copied().unwrap_or(0);
                        let table = tables.get(variable).and_then(|tables| tables.get(test));
                        table.cloned().unwrap_or_default()
                    }
                    Column::Flag => vec![Truths::FALSE, Truths::TRUE, Truths::UNKNOWN],
                    Column::Order(comparison) => ORDERS
                        .iter()
                        .map(|order| Truths::of(order.map(|order| comparison.holds(order)).into()))
                        .collect(),
                },
            })
            .collect();
        Problem {
            links: links(self.scene, self.data, &variables, &self.changes),
            variables,
            atoms,
            formula,
            outside: self.outside,
        }
    }
}
