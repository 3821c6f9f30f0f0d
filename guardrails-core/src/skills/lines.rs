//! Reads one role line before Casbin sees it, and says what a line that cannot be read may have
//! meant.
//!
//! Casbin takes any text, fails every request over one short line, and passes a line with an
//! unknown effect over in silence. So each line is either read completely into a [`Line`], or it
//! is a [`Fault`] whose [`Worst`] reading the caller enforces. INVARIANT: leaving a line out never
//! widens what anybody may do:
//!
//! - a bad permission that says `allow` is left out: it grants nothing;
//! - any other bad permission is taken for a denial, as wide as it can have meant: each value that
//!   reads well narrows it, each that does not stands for "any";
//! - a bad inheritance gives its member nothing, and as the role above may carry denials and
//!   hidden fields, the member is denied every skill where the line would have held.

use super::codes;
use super::quoted::Quoted;
use crate::diagnostic::{Diagnostic, Phrase, Place};
use crate::naming::{self, MAX_NAME_BYTES, NameFlaw};
use crate::phrase;
use crate::stored_rows::{EVERY, RoleLine};

/// The longest value of a role line, in bytes.
pub const MAX_VALUE_BYTES: usize = MAX_NAME_BYTES;

/// The only act.
pub(super) const USE: &str = "use";
/// Every tenant, or every skill.
pub(super) const ANY: &str = EVERY;

const ROLE: Phrase = Phrase::fixed("role", "角色");
const MEMBER: Phrase = Phrase::fixed("member", "成员");
const TENANT: Phrase = Phrase::fixed("tenant", "租户");
const SKILL: Phrase = Phrase::fixed("skill", "技能");

/// The characters that are part of some syntax between here and Casbin's matcher.
const SYNTAX: &[char] = &[',', '"', '\'', '`', '\\', '#', '(', ')'];

/// A line that was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Line {
    /// `p, role, tenant, skill, use, allow|deny`
    Permission {
        role: String,
        tenant: String,
        skill: String,
        effect: Effect,
    },
    /// `g, member, role, tenant`
    Inheritance {
        member: String,
        role: String,
        tenant: String,
    },
}

/// What a permission says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

impl Effect {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }

    pub(crate) fn is_allow(self) -> bool {
        self == Self::Allow
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Allow, Self::Deny]
            .into_iter()
            .find(|effect| effect.as_str() == word)
    }
}

/// Why a line was not read.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(super) code: &'static str,
    /// What is wrong, without naming the line.
    pub(super) message: Phrase,
    /// What it is enforced as.
    pub(super) worst: Worst,
}

/// The most restrictive thing a bad line can have meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Worst {
    /// It can only have granted.
    Nothing,
    /// A denial.
    Deny(Denial),
}

/// A denial, possibly of unknown width: `None` stands for "any".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Denial {
    pub(super) role: Option<String>,
    pub(super) tenant: Option<String>,
    pub(super) skill: Option<String>,
}

impl Line {
    /// `p` or `g`: Casbin's section and the stored kind.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Permission { .. } => "p",
            Self::Inheritance { .. } => "g",
        }
    }

    /// The values after the kind, as Casbin takes them.
    pub(super) fn values(&self) -> Vec<String> {
        match self {
            Self::Permission {
                role,
                tenant,
                skill,
                effect,
            } => vec![
                role.clone(),
                tenant.clone(),
                skill.clone(),
                USE.to_owned(),
                effect.as_str().to_owned(),
            ],
            Self::Inheritance {
                member,
                role,
                tenant,
            } => vec![member.clone(), role.clone(), tenant.clone()],
        }
    }

    /// The line as the store keeps it.
    pub(super) fn stored(&self) -> RoleLine {
        RoleLine {
            kind: self.kind().to_owned(),
            values: self.values(),
        }
    }
}

/// Reads a line.
pub(crate) fn read(line: &RoleLine) -> Result<Line, Box<Fault>> {
    read_values(line).map_err(|(code, message)| {
        Box::new(Fault {
            code,
            message,
            worst: worst(line),
        })
    })
}

type Wrong = (&'static str, Phrase);

fn read_values(line: &RoleLine) -> Result<Line, Wrong> {
    let values: Vec<&str> = line.values.iter().map(String::as_str).collect();
    match (line.kind.as_str(), values.as_slice()) {
        ("p", [role, tenant, skill, act, effect]) => permission(role, tenant, skill, act, effect),
        ("g", [member, role, tenant]) => inheritance(member, role, tenant),
        ("p", other) => Err(count("p", 5, other.len())),
        ("g", other) => Err(count("g", 3, other.len())),
        (kind, _) => Err((
            codes::KIND,
            phrase!(
                "{kind} is no kind of role line" | "没有 {kind} 这种角色行",
                kind = Quoted(kind)
            ),
        )),
    }
}

fn permission(
    role: &str,
    tenant: &str,
    skill: &str,
    act: &str,
    effect: &str,
) -> Result<Line, Wrong> {
    let line = Line::Permission {
        role: name(&ROLE, role)?,
        tenant: name_or_any(&TENANT, tenant)?,
        skill: name_or_any(&SKILL, skill)?,
        effect: Effect::from_word(effect).ok_or_else(|| {
            (
                codes::EFFECT,
                phrase!(
                    "the effect is {effect}, neither `allow` nor `deny`"
                        | "效果是 {effect}，既不是 `allow` 也不是 `deny`",
                    effect = Quoted(effect)
                ),
            )
        })?,
    };
    if act == USE {
        Ok(line)
    } else {
        let message = phrase!(
            "the act is {act}, not `use`" | "动作是 {act}，而不是 `use`",
            act = Quoted(act)
        );
        Err((codes::ACT, message))
    }
}

fn inheritance(member: &str, role: &str, tenant: &str) -> Result<Line, Wrong> {
    Ok(Line::Inheritance {
        member: name(&MEMBER, member)?,
        role: name(&ROLE, role)?,
        tenant: name(&TENANT, tenant)?,
    })
}

fn count(kind: &str, wanted: usize, have: usize) -> Wrong {
    (
        codes::COUNT,
        phrase!(
            "a `{kind}` line has {wanted} values, this one has {have}"
                | "`{kind}` 行有 {wanted} 个值，这一行有 {have} 个",
            kind,
            wanted,
            have
        ),
    )
}

fn name_or_any(what: &Phrase, value: &str) -> Result<String, Wrong> {
    if value == ANY {
        Ok(value.to_owned())
    } else {
        name(what, value)
    }
}

fn name(what: &Phrase, value: &str) -> Result<String, Wrong> {
    if value.contains(ANY) {
        let message = phrase!(
            "the {what} {value} uses `*`, which it may not"
                | "{what} {value} 用了 `*`，这是不允许的",
            what,
            value = Quoted(value)
        );
        return Err((codes::WILDCARD, message));
    }
    match flaw(value) {
        None => Ok(value.to_owned()),
        Some(flaw) => Err((
            codes::VALUE,
            phrase!("the {what} {flaw}" | "{what}{flaw}", what, flaw),
        )),
    }
}

fn flaw(value: &str) -> Option<Phrase> {
    if value == RoleLine::UNREADABLE {
        return Some(phrase!("cannot be read" | "无法读取"));
    }
    Some(match naming::flaw(value) {
        Some(NameFlaw::Blank) => phrase!("is empty" | "是空的"),
        Some(NameFlaw::TooLong) => phrase!("is longer than 255 bytes" | "超过 255 字节"),
        Some(NameFlaw::Padded) => phrase!("begins or ends with white space" | "的开头或结尾有空白"),
        Some(NameFlaw::Hidden) => {
            phrase!("has a control or invisible character" | "里有控制字符或看不见的字符")
        }
        None if value.contains(SYNTAX) => phrase!(
            "has a character that is part of a syntax, such as a comma, quote or parenthesis"
                | "里有属于语法的字符，例如逗号、引号或括号"
        ),
        None => return None,
    })
}

/// What a line that was not read may have meant.
///
/// Who it is about stands first in every kind of line. What follows may be out of place: lines of
/// a model without tenants are the usual mistake, and a wrong kind the next.
fn worst(line: &RoleLine) -> Worst {
    let cell = |at: usize| line.values.get(at).map_or("", String::as_str);
    let known = |at: usize| name(&ROLE, cell(at)).ok();
    if line.kind.trim().to_ascii_lowercase().starts_with('g') {
        let in_place = line.kind == "g" && line.values.len() == 3;
        return Worst::Deny(Denial {
            role: known(0),
            tenant: known(2).filter(|_| in_place),
            skill: None,
        });
    }
    // Where the act stands fourth, or all five values are there, each is in its place.
    let aligned = line.values.len() == 5 || cell(3) == USE;
    if grants_only(line, aligned) {
        return Worst::Nothing;
    }
    Worst::Deny(Denial {
        role: known(0),
        tenant: known(1).filter(|_| aligned),
        skill: known(2).filter(|_| aligned),
    })
}

/// Whether a bad permission can only have been an `allow`.
fn grants_only(line: &RoleLine, aligned: bool) -> bool {
    let allow = Effect::Allow.as_str();
    if aligned {
        return line.values.get(4).is_some_and(|effect| effect == allow);
    }
    let says_deny = |value: &String| value.to_ascii_lowercase().contains("deny");
    line.values.last().is_some_and(|last| last == allow) && !line.values.iter().any(says_deny)
}

impl Fault {
    /// The finding about the line that `source` names, such as `row 3`.
    pub(super) fn finding(&self, source: &Phrase, line: &RoleLine, place: Place) -> Diagnostic {
        let line = text(line);
        let message = phrase!(
            "{source} {line}: {message}" | "{source} {line}：{message}",
            source,
            line = Quoted(&line),
            message = &self.message
        );
        Diagnostic::error(self.code, place, message).help(self.worst.help())
    }
}

impl Worst {
    fn help(&self) -> Phrase {
        let until = match self {
            Self::Nothing => phrase!("it grants nothing" | "它什么也不授予"),
            Self::Deny(denial) => phrase!(
                "it denies {role} the use of {skill} in {tenant}"
                    | "它禁止{role}在{tenant}使用{skill}",
                role = which(denial.role.as_deref(), &ROLE),
                skill = which(denial.skill.as_deref(), &SKILL),
                tenant = which(denial.tenant.as_deref(), &TENANT)
            ),
        };
        phrase!(
            "correct or remove the line; until then {until}" | "改正或删去这一行；在此之前{until}",
            until
        )
    }
}

fn which(name: Option<&str>, what: &Phrase) -> Phrase {
    match name {
        None => phrase!("every {what}" | "所有{what}", what),
        Some(name) => phrase!("{what} {name}" | "{what} {name}", what, name = Quoted(name)),
    }
}

/// The line as one would write it, for showing only.
fn text(line: &RoleLine) -> String {
    let mut text = line.kind.clone();
    for value in line.values.iter().take(7) {
        text.push_str(", ");
        text.push_str(value);
    }
    text
}
