//! Screens all role lines together: which of them Casbin gets, what is restricted because a line
//! could not be read, and what to tell the administrator.
//!
//! Must not: decide for one request, or lose a denial. See [`super::lines`] for how a single bad
//! line is taken.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::codes;
use super::hierarchy::{self, Edge, Flaw, MAX_INHERITANCE};
use super::lines::{self, ANY, Denial, Effect, Fault, Line, Worst};
use super::quoted::{self, Quoted};
use crate::diagnostic::{Diagnostic, Phrase, Place};
use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::phrase;
use crate::policy::Policy;
use crate::stored_rows::RoleLine;
use crate::value::Name;

/// The most role lines a store may hold.
pub const MAX_LINES: usize = 200_000;

/// How many findings are listed one by one.
const MAX_FINDINGS: usize = 100;

/// What the policy text itself says: its skills' `allow`, in every tenant.
#[derive(Debug, Clone, Default)]
pub(super) struct Statics {
    /// Lines with their skill's place, in skill order.
    lines: Vec<(Line, Place)>,
    /// The same lines, to look up.
    known: HashSet<Line>,
    skills: BTreeSet<Name>,
    /// What of the policy could not be taken over.
    findings: Vec<Diagnostic>,
}

/// The lines that passed, and what holds because others did not.
#[derive(Debug, Default)]
pub(super) struct Screened {
    /// For Casbin: the policy's, the store's, then denials that stand for bad lines.
    pub(super) lines: Vec<Line>,
    /// Denials of every role.
    pub(super) closures: BTreeSet<Closure>,
    /// What to tell, at most [`MAX_FINDINGS`] and one.
    pub(super) findings: Vec<Diagnostic>,
    /// Whether a stored line was left out.
    pub(super) left_out: bool,
}

/// No role may use `skill` in `tenant`; `None` stands for "any".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Closure {
    pub(super) tenant: Option<String>,
    pub(super) skill: Option<String>,
}

impl Closure {
    pub(super) fn covers(&self, tenant: &str, skill: &str) -> bool {
        self.tenant.as_deref().is_none_or(|have| have == tenant)
            && self.skill.as_deref().is_none_or(|have| have == skill)
    }
}

impl Statics {
    pub(super) fn of(policy: &Policy) -> Self {
        let mut statics = Self {
            skills: policy.skills.keys().cloned().collect(),
            ..Self::default()
        };
        for skill in policy.skills.values() {
            for role in &skill.allow {
                statics.add(role, &skill.origin.name, &skill.origin.place);
            }
        }
        statics
    }

    fn add(&mut self, role: &str, skill: &str, place: &Place) {
        let stored = RoleLine {
            kind: "p".to_owned(),
            values: [role, ANY, skill, lines::USE, Effect::Allow.as_str()]
                .map(str::to_owned)
                .to_vec(),
        };
        // A skill named `*` would be every skill.
        let read = if skill == ANY {
            Err(Box::new(Fault {
                code: codes::WILDCARD,
                message: phrase!("a skill cannot be named `*`" | "技能不能叫 `*`"),
                worst: Worst::Nothing,
            }))
        } else {
            lines::read(&stored)
        };
        match read {
            Ok(line) => {
                self.known.insert(line.clone());
                self.lines.push((line, place.clone()));
            }
            Err(fault) => self.findings.push(fault.finding(
                &phrase!("the policy's line" | "策略里的"),
                &stored,
                place.clone(),
            )),
        }
    }

    pub(super) fn contains(&self, line: &Line) -> bool {
        self.known.contains(line)
    }

    /// The skill's place, when the policy text itself has this line.
    pub(super) fn place(&self, line: &Line) -> Option<&Place> {
        self.lines
            .iter()
            .find_map(|(have, place)| (have == line).then_some(place))
    }
}

/// Screens the store's rows together with the policy's own lines.
///
/// # Errors
/// [`ErrorKind::Policy`](crate::ErrorKind::Policy) when there are more than [`MAX_LINES`] rows.
pub(super) fn screen(statics: &Statics, rows: &[RoleLine]) -> Result<Screened> {
    if rows.len() > MAX_LINES {
        return Err(too_many(rows.len()));
    }
    let mut screening = Screening::default();
    screening.findings.extend(statics.findings.iter().cloned());
    screening.read(rows);
    screening.check_inheritance(rows);
    screening.check_skills(statics, rows);
    Ok(screening.finish(statics))
}

/// The error of a store with `count` lines.
pub(super) fn too_many(count: usize) -> Error {
    let message = phrase!(
        "there are {count} role lines, more than {most}" | "角色行有 {count} 行，超过 {most} 行",
        count,
        most = MAX_LINES
    );
    let help = phrase!(
        "remove lines that repeat what roles could inherit" | "删去可以由角色继承得到的重复行"
    );
    let finding = Diagnostic::error(codes::MANY, table(), message).help(help);
    Error::policy(vec![finding])
}

/// Whether `line` can join `others`, lines of the same tenant, without a circle or too high a step.
///
/// # Errors
/// The reason why not.
pub(super) fn check_joining<'a>(
    line: Edge<'a>,
    mut others: Vec<Edge<'a>>,
) -> Result<(), (&'static str, Phrase)> {
    others.push(line);
    // Any flaw that appears is the new line's doing, since the others stood without it.
    match hierarchy::flaws(&others).into_iter().next() {
        None => Ok(()),
        Some((_, flaw)) => Err(describe(&flaw)),
    }
}

/// Where findings about stored lines are: in the table, which has no lines to count.
pub(crate) fn table() -> Place {
    Place {
        file: "role lines".into(),
        ..Place::default()
    }
}

#[derive(Default)]
struct Screening {
    /// Row number and line of those read.
    good: Vec<(usize, Line)>,
    denials: BTreeSet<Denial>,
    findings: Vec<Diagnostic>,
    unlisted: usize,
    left_out: bool,
}

impl Screening {
    fn read(&mut self, rows: &[RoleLine]) {
        for (at, row) in rows.iter().enumerate() {
            match lines::read(row) {
                Ok(line) => self.good.push((at, line)),
                Err(fault) => self.reject(at, row, *fault),
            }
        }
    }

    fn reject(&mut self, at: usize, row: &RoleLine, fault: Fault) {
        self.left_out = true;
        self.tell(|| {
            let source = phrase!("row {row}" | "第 {row} 行", row = at + 1);
            fault.finding(&source, row, table())
        });
        if let Worst::Deny(denial) = fault.worst {
            self.denials.insert(denial);
        }
    }

    /// Lists a finding, or counts it once there are enough.
    fn tell(&mut self, finding: impl FnOnce() -> Diagnostic) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding());
        } else {
            self.unlisted += 1;
        }
    }

    /// Leaves out the lines of each tenant on which its hierarchy cannot stand.
    fn check_inheritance(&mut self, rows: &[RoleLine]) {
        let good = std::mem::take(&mut self.good);
        let mut flawed: BTreeMap<usize, Flaw> = BTreeMap::new();
        for edges in by_tenant(&good).into_values() {
            let (at, edges): (Vec<usize>, Vec<Edge<'_>>) = edges.into_iter().unzip();
            let found = hierarchy::flaws(&edges);
            flawed.extend(
                found
                    .into_iter()
                    .filter_map(|(i, flaw)| Some((*at.get(i)?, flaw))),
            );
        }
        for (at, line) in good {
            match (flawed.remove(&at), &line, rows.get(at)) {
                (Some(flaw), Line::Inheritance { member, tenant, .. }, Some(row)) => {
                    let worst = Worst::Deny(Denial {
                        role: Some(member.clone()),
                        tenant: Some(tenant.clone()),
                        skill: None,
                    });
                    let (code, message) = describe(&flaw);
                    let fault = Fault {
                        code,
                        message,
                        worst,
                    };
                    self.reject(at, row, fault);
                }
                _ => self.good.push((at, line)),
            }
        }
    }

    /// Warns of lines about skills that the policy does not have.
    fn check_skills(&mut self, statics: &Statics, rows: &[RoleLine]) {
        let good = std::mem::take(&mut self.good);
        for (at, line) in &good {
            let Line::Permission { skill, .. } = line else {
                continue;
            };
            if skill != ANY && !statics.skills.contains(skill.as_str()) && *at < rows.len() {
                let meant = nearest(skill, statics.skills.iter().map(|skill| &**skill));
                self.tell(|| unknown_skill(*at, skill, meant));
            }
        }
        self.good = good;
    }

    fn finish(self, statics: &Statics) -> Screened {
        let policy = statics.lines.iter().map(|(line, _)| line.clone());
        let mut screened = Screened {
            lines: policy
                .chain(self.good.into_iter().map(|(_, l)| l))
                .collect(),
            left_out: self.left_out,
            findings: self.findings,
            ..Screened::default()
        };
        for denial in self.denials {
            screened.enforce(denial);
        }
        if self.unlisted > 0 {
            screened.findings.push(more(self.unlisted));
        }
        screened
    }
}

impl Screened {
    /// A denial of a known role is a line like any other; one of every role is a closure.
    fn enforce(&mut self, denial: Denial) {
        let Denial {
            role,
            tenant,
            skill,
        } = denial;
        match role {
            Some(role) => self.lines.push(Line::Permission {
                role,
                tenant: tenant.unwrap_or_else(|| ANY.to_owned()),
                skill: skill.unwrap_or_else(|| ANY.to_owned()),
                effect: Effect::Deny,
            }),
            None => {
                self.closures.insert(Closure { tenant, skill });
            }
        }
    }
}

type ByTenant<'a> = BTreeMap<&'a str, Vec<(usize, Edge<'a>)>>;

fn by_tenant(lines: &[(usize, Line)]) -> ByTenant<'_> {
    let mut tenants = ByTenant::new();
    for (at, line) in lines {
        if let Line::Inheritance {
            member,
            role,
            tenant,
        } = line
        {
            let edges = tenants.entry(tenant).or_default();
            edges.push((*at, Edge { member, role }));
        }
    }
    tenants
}

fn describe(flaw: &Flaw) -> (&'static str, Phrase) {
    match flaw {
        Flaw::Cycle(roles) if roles.is_empty() => (
            codes::CYCLE,
            phrase!("it is part of a circle of inheritance" | "它在继承的环里"),
        ),
        Flaw::Cycle(roles) => {
            let names: Vec<String> = roles.iter().map(|r| Quoted(r).to_string()).collect();
            (
                codes::CYCLE,
                phrase!(
                    "it is part of the circle {circle}" | "它在环 {circle} 里",
                    circle = names.join(" -> ")
                ),
            )
        }
        Flaw::Deep => (
            codes::DEEP,
            phrase!(
                "it puts more than {most} steps of inheritance above a role"
                    | "它使一个角色之上的继承超过 {most} 层",
                most = MAX_INHERITANCE
            ),
        ),
    }
}

fn unknown_skill(at: usize, skill: &str, meant: Option<&str>) -> Diagnostic {
    let message = phrase!(
        "row {row} is about the skill {skill}, which the policy does not have"
            | "第 {row} 行写到技能 {skill}，而策略里没有这个技能",
        row = at + 1,
        skill = quoted::list(std::iter::once(skill))
    );
    let finding = Diagnostic::warning(codes::UNKNOWN_SKILL, table(), message).help(phrase!(
        "correct the name, or register the skill" | "改正名称，或者登记这个技能"
    ));
    match meant {
        None => finding,
        Some(meant) => finding.note(
            table(),
            phrase!(
                "did you mean {meant}?" | "是否想写 {meant}？",
                meant = Quoted(meant)
            ),
        ),
    }
}

fn more(count: usize) -> Diagnostic {
    let message = phrase!(
        "{count} more findings are not listed" | "还有 {count} 条诊断没有列出",
        count
    );
    Diagnostic::warning(codes::MORE, table(), message).help(phrase!(
        "correct the listed lines first" | "先改正已列出的行"
    ))
}
