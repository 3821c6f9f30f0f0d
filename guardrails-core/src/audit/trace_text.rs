//! A trace as text: one line per event, details indented under it.
//!
//! INVARIANT: only this file breaks lines; every name and text that a host or a policy brought goes
//! through [`say`].

use std::fmt;

use chrono::{DateTime, Utc};

use super::recorded::{
    RecordedContext, RecordedEvent, RecordedField, RecordedKind, RecordedReason, RecordedVerdict,
};
use super::report::count;
use super::trace::{StepProof, Trace, TraceStep};
use crate::digest::Digest;
use crate::one_line::say;
use crate::ticket_state::TicketPhase;

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_about(f, &self.about)?;
        let kinds = || self.steps.iter().map(|step| &step.event.kind);
        let shown = self.steps.iter();
        let mut shown = shown.filter(|step| !followed_up(&step.event.kind, kinds()));
        shown.try_for_each(|step| write!(f, "\n{step}"))?;
        self.unreadable.iter().try_for_each(|sentence| {
            f.write_str("\n")?;
            say(f, format_args!("CANNOT BE READ: {sentence}"))
        })
    }
}

/// The head of a trace: who did what with what.
pub(super) fn write_about(f: &mut fmt::Formatter<'_>, about: &RecordedContext) -> fmt::Result {
    write!(f, "operation {}", about.operation)?;
    let roles = about.roles.join(", ");
    head(
        f,
        format_args!("user {} ({roles}) of tenant {}", about.user, about.tenant),
    )?;
    let verb = about.verb.map_or("not registered", |verb| verb.as_str());
    head(
        f,
        format_args!("skill {} ({verb} {})", about.skill, about.entity),
    )?;
    for (label, text) in [
        ("agent", &about.agent),
        ("model", &about.model),
        ("context", &about.context),
        ("purpose", &about.purpose),
    ] {
        if !text.is_empty() {
            head(f, format_args!("{label} {text}"))?;
        }
    }
    head(f, format_args!("policy {}", about.policy))
}

/// Whether an event only announces a ticket's transition whose outcome is another event.
pub(super) fn followed_up<'a>(
    kind: &RecordedKind,
    mut all: impl Iterator<Item = &'a RecordedKind>,
) -> bool {
    let transition = |kind: &RecordedKind| match kind {
        RecordedKind::Ticket {
            phase,
            ticket,
            version,
            state,
            ..
        } => Some((
            *phase == Some(TicketPhase::Announced),
            (*ticket, *version, state.clone()),
        )),
        _ => None,
    };
    let Some((true, announced)) = transition(kind) else {
        return false;
    };
    all.any(|other| transition(other).is_some_and(|(is_first, of)| !is_first && of == announced))
}

fn head(f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>) -> fmt::Result {
    f.write_str("\n  ")?;
    say(f, text)
}

impl fmt::Display for TraceStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RecordedEvent {
            time,
            kind,
            log,
            seq,
            ..
        } = &self.event;
        write_line(f, *time, kind)?;
        let why = match self.proof {
            StepProof::Proven => return Ok(()),
            StepProof::NotProven => "no signed checkpoint leads to it",
            StepProof::Altered if self.intact => "it is not the record that was sealed there",
            StepProof::Altered => "it does not match its hash",
            StepProof::Unlisted => "its log is not in the list of logs",
        };
        let mark = match self.proof {
            StepProof::Altered => "NOT AS SEALED",
            _ => "NOT PROVEN",
        };
        detail(f, format_args!("{mark}: record {seq} of log {log}: {why}"))
    }
}

/// One event: its time, its kind, and what it says.
pub(super) fn write_line(
    f: &mut fmt::Formatter<'_>,
    time: DateTime<Utc>,
    kind: &RecordedKind,
) -> fmt::Result {
    write!(
        f,
        "{}  {:<11}  ",
        time.format("%Y-%m-%d %H:%M:%S%.6fZ"),
        kind.as_str()
    )?;
    write_kind(f, kind)
}

fn write_kind(f: &mut fmt::Formatter<'_>, kind: &RecordedKind) -> fmt::Result {
    match kind {
        RecordedKind::LogOpened { heads } => say(
            f,
            format_args!(
                "a process opened a log after {}",
                count(heads.len(), "other")
            ),
        ),
        RecordedKind::Intent {} => f.write_str("recorded before anything was released"),
        RecordedKind::Refused { reasons } => {
            f.write_str("not begun")?;
            write_reasons(f, reasons)
        }
        RecordedKind::DataAccess { code, records, .. } if !code.is_empty() => {
            f.write_str("not shown")?;
            in_brackets(f, records)?;
            coded(f, code)
        }
        RecordedKind::DataAccess {
            fields,
            records,
            withheld,
            ..
        } => write_access(f, fields, records, *withheld),
        RecordedKind::Decision { .. } => write_decision(f, kind),
        RecordedKind::Ticket {
            by,
            chains,
            code,
            phase,
            state,
            ticket,
            ..
        } => {
            let by = match by.as_str() {
                "" => String::new(),
                by => format!(", by {by}"),
            };
            let lost = match phase {
                Some(TicketPhase::Lost) => "lost the race: ",
                Some(TicketPhase::Noted) => "refused, still ",
                Some(TicketPhase::Announced | TicketPhase::Stored) | None => "",
            };
            say(
                f,
                format_args!("{lost}{state}: ticket {ticket} of chain {chains}{by}"),
            )?;
            coded(f, code)
        }
        RecordedKind::Outcome {
            code,
            output,
            status,
        } => {
            say(f, format_args!("{status}"))?;
            coded(f, code)?;
            match output {
                Some(mac) => detail(f, format_args!("output MAC {mac}")),
                None => Ok(()),
            }
        }
        RecordedKind::Interrupted { intent_log } => say(
            f,
            format_args!("its process ended before it did; begun in log {intent_log}"),
        ),
        RecordedKind::Shadow { .. } => write_shadow(f, kind),
        RecordedKind::PolicyChanged { from, to, what } => {
            let (from, to) = (digest(from.as_ref()), digest(to.as_ref()));
            say(f, format_args!("{what} changed from {from} to {to}"))
        }
        RecordedKind::PolicyRefused {
            codes,
            found,
            message,
            what,
        } => {
            let found = digest(found.as_ref());
            say(
                f,
                format_args!("{what} {found} not put in force: {message}"),
            )?;
            match codes.is_empty() {
                true => Ok(()),
                false => detail(f, format_args!("{}", codes.join(", "))),
            }
        }
    }
}

fn write_access(
    f: &mut fmt::Formatter<'_>,
    fields: &[RecordedField],
    records: &[String],
    withheld: u64,
) -> fmt::Result {
    say(f, format_args!("{} shown", count(records.len(), "record")))?;
    in_brackets(f, records)?;
    if withheld > 0 {
        say(f, format_args!(", {withheld} out of reach"))?;
    }
    fields.iter().try_for_each(|field| write_field(f, field))
}

fn in_brackets(f: &mut fmt::Formatter<'_>, records: &[String]) -> fmt::Result {
    match records {
        [] => Ok(()),
        some => say(f, format_args!(" ({})", some.join(", "))),
    }
}

fn write_field(f: &mut fmt::Formatter<'_>, field: &RecordedField) -> fmt::Result {
    let with = if field.mask.is_empty() { "" } else { " with " };
    detail(
        f,
        format_args!(
            "{} {}{with}{} (sensitivity {})",
            field.field, field.access, field.mask, field.sensitivity
        ),
    )
}

fn write_decision(f: &mut fmt::Formatter<'_>, kind: &RecordedKind) -> fmt::Result {
    let RecordedKind::Decision {
        action,
        obligations,
        outcome,
        reasons,
        record,
        risk,
        set,
        verdicts,
    } = kind
    else {
        return Ok(());
    };
    say(f, format_args!("{outcome}"))?;
    if let Some(risk) = risk {
        say(f, format_args!(", risk {}", risk.level))?;
        if !risk.score.is_empty() {
            say(f, format_args!(" ({})", risk.score))?;
        }
    }
    let on = if record.is_empty() {
        "a new record"
    } else {
        record
    };
    if !set.is_empty() {
        detail(f, format_args!("change of {} on {on}", set.join(", ")))?;
    }
    if let Some(action) = action {
        detail(f, format_args!("action {action}"))?;
    }
    for factor in risk.iter().flat_map(|risk| &risk.factors) {
        let score = match factor.score.as_str() {
            "" => "not told",
            score => score,
        };
        detail(f, format_args!("risk {} {score}", factor.name))?;
    }
    write_reasons(f, reasons)?;
    if !obligations.is_empty() {
        detail(f, format_args!("obliges {}", obligations.join(", ")))?;
    }
    verdicts
        .iter()
        .try_for_each(|verdict| write_verdict(f, verdict))
}

/// What a shadow policy answered beside the event before it.
fn write_shadow(f: &mut fmt::Formatter<'_>, kind: &RecordedKind) -> fmt::Result {
    let RecordedKind::Shadow {
        chains,
        difference,
        fields,
        in_force,
        outcome,
        reasons,
        records,
        shadow_policy,
        step,
        verdicts,
        withheld,
        ..
    } = kind
    else {
        return Ok(());
    };
    let by = if chains.is_empty() { "" } else { " by " };
    say(
        f,
        format_args!("{step}: {outcome}{by}{chains} where {in_force} is in force, {difference}"),
    )?;
    if !records.is_empty() {
        say(f, format_args!(" ({})", records.join(", ")))?;
    }
    if *withheld > 0 {
        say(f, format_args!(", {withheld} not shown"))?;
    }
    detail(f, format_args!("no effect; shadow policy {shadow_policy}"))?;
    fields.iter().try_for_each(|field| write_field(f, field))?;
    write_reasons(f, reasons)?;
    verdicts
        .iter()
        .try_for_each(|verdict| write_verdict(f, verdict))
}

fn digest(digest: Option<&Digest>) -> String {
    digest.map_or_else(|| "none".to_owned(), Digest::to_string)
}

fn write_reasons(f: &mut fmt::Formatter<'_>, reasons: &[RecordedReason]) -> fmt::Result {
    reasons.iter().try_for_each(|reason| {
        detail(
            f,
            format_args!(
                "because {}: {}{}{}",
                reason.code,
                reason.message,
                Written {
                    rule: &reason.rule,
                    file: &reason.file,
                    line: reason.line
                },
                shadow(reason.shadow),
            ),
        )
    })
}

fn write_verdict(f: &mut fmt::Formatter<'_>, verdict: &RecordedVerdict) -> fmt::Result {
    let holding = match verdict.holding.as_str() {
        "unknown" => "could not be known",
        other => other,
    };
    detail(
        f,
        format_args!(
            "rule {} {holding}{}{}",
            verdict.rule,
            Written {
                rule: "",
                file: &verdict.file,
                line: verdict.line
            },
            shadow(verdict.shadow),
        ),
    )
}

fn shadow(shadow: bool) -> &'static str {
    if shadow { ", recorded only" } else { "" }
}

fn coded(f: &mut fmt::Formatter<'_>, code: &str) -> fmt::Result {
    if code.is_empty() {
        Ok(())
    } else {
        say(f, format_args!(": {code}"))
    }
}

fn detail(f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>) -> fmt::Result {
    f.write_str("\n    ")?;
    say(f, text)
}

/// ` (rule at file:line)`, as far as known.
struct Written<'a> {
    rule: &'a str,
    file: &'a str,
    line: Option<u32>,
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.to_owned(),
        };
        match (self.rule.is_empty(), place.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => write!(f, " ({place})"),
            (false, true) => write!(f, " ({})", self.rule),
            (false, false) => write!(f, " ({} at {place})", self.rule),
        }
    }
}
