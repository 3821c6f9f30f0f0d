//! May this role use this skill in this tenant? Asked of `n` lines, four questions per run: the
//! first line, the last, one through inheritance, and one that no line answers.

use std::hint::black_box;
use std::sync::Arc;

use guardrails_core::policy::Policy;
use guardrails_core::skills::{Access, AccessIndex, Rbac};
use guardrails_core::{Name, RoleLine, RoleStore};

use crate::fixture;
use crate::measure;
use crate::peers::{casbin, cedar, named};
use crate::report::{Figure, Row};

pub const TENANT: &str = "acme";
/// Inherits the role of the last line.
pub const LEAD: &str = "lead";
/// Skills per role.
const SKILLS: usize = 10;

/// One line: a role and the skill it may use.
pub struct Line {
    pub role: String,
    pub skill: String,
}

/// A role and a skill, and whether it may use it.
pub struct Question {
    pub role: Name,
    pub skill: String,
    pub allowed: bool,
}

/// Lines, and what is asked of them.
pub struct Case {
    pub lines: Vec<Line>,
    pub questions: Vec<Question>,
}

impl Case {
    fn new(n: usize) -> Self {
        let line = |i| Line {
            role: format!("role{}", i / SKILLS),
            skill: format!("skill{i}"),
        };
        let lines: Vec<Line> = (0..n).map(line).collect();
        let (first, last) = (&lines[0], &lines[n - 1]);
        let question = |role: &str, skill: &str, allowed| Question {
            role: role.into(),
            skill: skill.to_owned(),
            allowed,
        };
        let questions = vec![
            question(&first.role, &first.skill, true),
            question(&last.role, &last.skill, true),
            question(LEAD, &last.skill, true),
            question(&last.role, "skill-of-nobody", false),
        ];
        Self { lines, questions }
    }

    /// The role that [`LEAD`] inherits.
    pub fn led(&self) -> &str {
        &self.lines[self.lines.len() - 1].role
    }

    fn index(&self) -> AccessIndex {
        let line = |kind: &str, values: &[&str]| RoleLine {
            kind: kind.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let permit = |l: &Line| line("p", &[&l.role, TENANT, &l.skill, "use", "allow"]);
        let mut lines: Vec<RoleLine> = self.lines.iter().map(permit).collect();
        lines.push(line("g", &[LEAD, self.led(), TENANT]));
        let store = Arc::new(fixture::store());
        store.add_role_lines(&lines).expect("the lines are taken");
        let rbac = Rbac::load(store, &Policy::empty()).expect("the lines load");
        rbac.index().expect("the lines are indexed")
    }
}

/// Holds a contender to the right answers.
pub fn check(case: &Case, who: &str, mut answer: impl FnMut(usize) -> bool) {
    for (at, question) in case.questions.iter().enumerate() {
        let said = answer(at);
        assert_eq!(
            said, question.allowed,
            "{who}: {} on {}",
            question.role, question.skill
        );
    }
}

fn ask(index: &AccessIndex, question: &Question) -> bool {
    let roles = std::slice::from_ref(&question.role);
    matches!(
        index.access(TENANT, roles, &question.skill),
        Access::Allowed { .. }
    )
}

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for n in [10, 1_000] {
        rows.push(against(n, named("casbin"), casbin::plain));
        rows.push(against(n, named("casbin") + ", cached", casbin::cached));
        rows.push(against(n, named("cedar-policy"), cedar::skills));
    }
    rows.push(ours_alone(10_000));
    rows
}

const NAME: &str = "skill check";

fn against<A: FnMut(usize) -> bool>(n: usize, peer: String, make: impl Fn(&Case) -> A) -> Row {
    let case = Case::new(n);
    let index = case.index();
    let mut theirs = make(&case);
    check(&case, "ours", |at| ask(&index, &case.questions[at]));
    check(&case, &peer, &mut theirs);
    let (ours, time) = measure::both(
        &mut || {
            case.questions
                .iter()
                .for_each(|q| _ = black_box(ask(&index, black_box(q))))
        },
        &mut || (0..case.questions.len()).for_each(|at| _ = black_box(theirs(black_box(at)))),
    );
    Row {
        name: NAME.to_owned(),
        n,
        ours: per_question(&case, ours),
        theirs: Some((peer, per_question(&case, time))),
    }
}

fn ours_alone(n: usize) -> Row {
    let case = Case::new(n);
    let index = case.index();
    check(&case, "ours", |at| ask(&index, &case.questions[at]));
    let ours = measure::alone(&mut || {
        case.questions
            .iter()
            .for_each(|q| _ = black_box(ask(&index, black_box(q))));
    });
    Row {
        name: NAME.to_owned(),
        n,
        ours: per_question(&case, ours),
        theirs: None,
    }
}

fn per_question(case: &Case, time: f64) -> Figure {
    Figure::Nanos(time / case.questions.len() as f64)
}
