//! The one byte form of an event: what is hashed, stored, and read back.
//!
//! Decides which members a payload has and in which order. It must not look at anything but the
//! event itself: the same event at the same position gives the same bytes on every machine.

use crate::decision::{Holding, LogId, Reason, Risk, Verdict};
use crate::diagnostic::Place;

use super::event::{Event, EventKind, FieldAccess, OperationContext, TicketEvent};
use super::json::{Object, item};

/// Version of the payload; grows when a member changes its meaning, never when one is added.
pub(super) const VERSION: u64 = 1;

/// Appends the canonical payload of `event` as number `seq` of `log`.
///
/// One JSON object in RFC 8785 form; see `docs/audit-format.md`. Nothing is allocated but the
/// buffer's growth, so a caller that reuses the buffer pays for the copying alone.
pub fn write_payload(out: &mut String, log: LogId, seq: u64, event: &Event) {
    let about = event.about.as_deref();
    let mut object = Object::begin(out);
    if let Some(about) = about {
        object.text("agent", &about.agent);
        object.text("context", &about.context);
    }
    object.object("data", |data| write_data(data, &event.kind));
    if let Some(about) = about {
        object.text("entity", &about.entity);
    }
    object.word("kind", event.kind.as_str());
    object.uuid("log", log.uuid());
    if let Some(about) = about {
        write_middle(&mut object, about);
    }
    object.number("seq", seq);
    if let Some(about) = about {
        object.text("skill", &about.skill);
        object.text("tenant", &about.tenant);
    }
    object.time("time", event.time);
    if let Some(about) = about {
        object.text("user", &about.user);
    }
    object.number("v", VERSION);
    if let Some(verb) = about.and_then(|about| about.verb) {
        object.word("verb", verb.as_str());
    }
    object.end();
}

/// The members of the context that sort between `log` and `seq`.
fn write_middle(object: &mut Object<'_>, about: &OperationContext) {
    object.text("model", &about.model);
    object.uuid("operation", about.operation.uuid());
    object.digest("policy", about.policy);
    object.text("purpose", &about.purpose);
    object.texts("roles", &about.roles);
}

fn write_data(data: &mut Object<'_>, kind: &EventKind) {
    match kind {
        EventKind::Intent => {}
        EventKind::LogOpened { heads } => data.list("heads", heads, |out, (log, size, root)| {
            item(out, |head| {
                head.uuid("log", log.uuid());
                head.digest("root", *root);
                head.number("size", *size);
            });
        }),
        EventKind::Refused { reasons } => data.list("reasons", reasons, write_reason),
        EventKind::DataAccess {
            records,
            withheld,
            fields,
        } => {
            data.list("fields", fields, write_field);
            data.texts("records", records);
            data.number("withheld", *withheld);
        }
        EventKind::Decision {
            record,
            fields,
            action,
            outcome,
            reasons,
            verdicts,
            risk,
        } => {
            data.digest_if_any("action", *action);
            data.word("outcome", outcome);
            data.list("reasons", reasons, write_reason);
            data.text("record", record);
            if let Some(risk) = risk {
                data.object("risk", |object| write_risk(object, risk));
            }
            data.texts("set", fields);
            data.list("verdicts", verdicts, write_verdict);
        }
        EventKind::Ticket(ticket) => write_ticket(data, ticket),
        EventKind::Outcome {
            status,
            code,
            output,
        } => {
            data.text_if_any("code", code);
            data.digest_if_any("output", *output);
            data.word("status", status.as_str());
        }
        EventKind::Interrupted { log } => data.uuid("intent_log", log.uuid()),
        EventKind::PolicyChanged { from, to, what } => {
            data.digest("from", *from);
            data.digest("to", *to);
            data.word("what", what);
        }
    }
}

fn write_field(out: &mut String, field: &FieldAccess) {
    item(out, |object| {
        object.word("access", field.access);
        object.text("field", &field.field);
        object.text_if_any("mask", field.mask);
        object.number("sensitivity", field.sensitivity.into());
    });
}

fn write_reason(out: &mut String, reason: &Reason) {
    item(out, |object| {
        object.text("code", reason.code());
        write_place(object, reason.place());
        object.text("message", reason.message());
        object.text_if_any("rule", reason.rule());
        object.truth("shadow", reason.is_shadow());
    });
}

fn write_verdict(out: &mut String, verdict: &Verdict) {
    item(out, |object| {
        write_place_before(object, &verdict.place, |object| {
            object.word(
                "holding",
                match verdict.holding {
                    Holding::Held => "held",
                    Holding::Unknown => "unknown",
                },
            );
        });
        object.text("rule", &verdict.rule);
        object.truth("shadow", verdict.shadow);
    });
}

fn write_place(object: &mut Object<'_>, place: &Place) {
    write_place_before(object, place, |_| {});
}

/// `file`, whatever sorts between, and `line`; each of the two only when known.
fn write_place_before(
    object: &mut Object<'_>,
    place: &Place,
    between: impl FnOnce(&mut Object<'_>),
) {
    object.text_if_any("file", &place.file);
    between(object);
    if place.is_known() {
        object.number("line", place.line.into());
    }
}

fn write_risk(object: &mut Object<'_>, risk: &Risk) {
    object.list("factors", &risk.factors, |out, (name, score)| {
        item(out, |factor| {
            factor.text("name", name);
            factor.decimal("score", *score);
        });
    });
    object.word("level", risk.level.as_str());
    object.decimal("score", risk.score);
}

fn write_ticket(data: &mut Object<'_>, ticket: &TicketEvent) {
    data.digest("action", ticket.action);
    data.text("by", &ticket.by);
    data.text("chain", &ticket.chain);
    data.text_if_any("code", &ticket.code);
    data.word("state", ticket.state.as_str());
    data.uuid("ticket", ticket.ticket.uuid());
}
