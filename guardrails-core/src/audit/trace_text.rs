//! A trace as text: one line per event, details indented under it.

use std::fmt;

use super::recorded::{
    RecordedEvent, RecordedField, RecordedKind, RecordedReason, RecordedVerdict,
};
use super::report::count;
use super::trace::{Trace, TraceStep};

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = &self.about;
        writeln!(f, "operation {}", about.operation)?;
        writeln!(
            f,
            "  user {} ({}) of tenant {}",
            about.user,
            about.roles.join(", "),
            about.tenant
        )?;
        let verb = about.verb.map_or("not registered", |verb| verb.as_str());
        writeln!(f, "  skill {} ({verb} {})", about.skill, about.entity)?;
        labelled(f, "agent", &about.agent)?;
        labelled(f, "model", &about.model)?;
        labelled(f, "context", &about.context)?;
        labelled(f, "purpose", &about.purpose)?;
        write!(f, "  policy {}", about.policy)?;
        self.steps.iter().try_for_each(|step| write!(f, "\n{step}"))
    }
}

fn labelled(f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
    if text.is_empty() {
        return Ok(());
    }
    writeln!(f, "  {label} {text}")
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
        write!(
            f,
            "{}  {:<11}  ",
            time.format("%Y-%m-%d %H:%M:%S%.6fZ"),
            kind.as_str()
        )?;
        write_kind(f, kind)?;
        if !self.intact {
            detail(
                f,
                format_args!("NOT AS SEALED: record {seq} of log {log} does not match its hash"),
            )?;
        }
        Ok(())
    }
}

fn write_kind(f: &mut fmt::Formatter<'_>, kind: &RecordedKind) -> fmt::Result {
    match kind {
        RecordedKind::LogOpened { heads } => {
            write!(
                f,
                "a process opened a log after {}",
                count(heads.len(), "other")
            )
        }
        RecordedKind::Intent {} => f.write_str("recorded before anything was released"),
        RecordedKind::Refused { reasons } => {
            f.write_str("not begun")?;
            write_reasons(f, reasons)
        }
        RecordedKind::DataAccess {
            fields,
            records,
            withheld,
        } => write_access(f, fields, records, *withheld),
        RecordedKind::Decision { .. } => write_decision(f, kind),
        RecordedKind::Ticket {
            by,
            chain,
            code,
            state,
            ticket,
            ..
        } => {
            write!(f, "{state}: ticket {ticket} of chain {chain}, by {by}")?;
            coded(f, code)
        }
        RecordedKind::Outcome {
            code,
            output,
            status,
        } => {
            f.write_str(status)?;
            coded(f, code)?;
            match output {
                Some(mac) => detail(f, format_args!("output MAC {mac}")),
                None => Ok(()),
            }
        }
        RecordedKind::Interrupted { intent_log } => {
            write!(
                f,
                "its process ended before it did; begun in log {intent_log}"
            )
        }
        RecordedKind::PolicyChanged { from, to, what } => {
            write!(f, "{what} changed from {from} to {to}")
        }
    }
}

fn write_access(
    f: &mut fmt::Formatter<'_>,
    fields: &[RecordedField],
    records: &[String],
    withheld: u64,
) -> fmt::Result {
    write!(f, "{} shown", count(records.len(), "record"))?;
    if !records.is_empty() {
        write!(f, " ({})", records.join(", "))?;
    }
    if withheld > 0 {
        write!(f, ", {withheld} out of reach")?;
    }
    fields.iter().try_for_each(|field| {
        let with = if field.mask.is_empty() { "" } else { " with " };
        detail(
            f,
            format_args!(
                "{} {}{with}{} (sensitivity {})",
                field.field, field.access, field.mask, field.sensitivity
            ),
        )
    })
}

fn write_decision(f: &mut fmt::Formatter<'_>, kind: &RecordedKind) -> fmt::Result {
    let RecordedKind::Decision {
        action,
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
    write!(f, "{outcome}, risk {} ({})", risk.level, risk.score)?;
    let on = if record.is_empty() {
        "a new record"
    } else {
        record
    };
    detail(f, format_args!("change of {} on {on}", set.join(", ")))?;
    detail(f, format_args!("action {action}"))?;
    for factor in &risk.factors {
        detail(f, format_args!("risk {} {}", factor.name, factor.score))?;
    }
    write_reasons(f, reasons)?;
    verdicts
        .iter()
        .try_for_each(|verdict| write_verdict(f, verdict))
}

fn write_reasons(f: &mut fmt::Formatter<'_>, reasons: &[RecordedReason]) -> fmt::Result {
    reasons.iter().try_for_each(|reason| {
        detail(
            f,
            format_args!(
                "because {}: {}{}{}",
                reason.code,
                reason.message,
                From {
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
            From {
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
        write!(f, ": {code}")
    }
}

fn detail(f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>) -> fmt::Result {
    write!(f, "\n    {text}")
}

/// ` (rule at file:line)`, as far as known.
struct From<'a> {
    rule: &'a str,
    file: &'a str,
    line: Option<u32>,
}

impl fmt::Display for From<'_> {
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
