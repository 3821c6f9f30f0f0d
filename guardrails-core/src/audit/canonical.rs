//! The one byte form of an event: what is hashed, stored, and read back.
//!
//! Decides which members a payload has and in which order. It must not look at anything but the
//! event itself: the same event at the same position gives the same bytes on every machine.

use crate::diagnostic::Place;
use crate::identifier::LogId;
use crate::reason::Reason;
use crate::risk::DisclosedRisk;
use crate::shadow::ShadowAnswer;
use crate::verdict::{Holding, Verdict};

use super::event::{Event, EventKind, OperationContext, TicketEvent};
use super::event_digest::EventDigest;
use super::field_access::FieldAccess;
use super::json::{Object, item, member};

/// Version of the payload; grows when a member changes its meaning, never when one is added.
pub(super) const VERSION: u64 = 1;

/// The status of an access to data that was refused; one that was granted has none.
const FAILED: &str = "failed";

/// Appends the canonical payload of `event` as number `seq` of `log`.
///
/// One JSON object in RFC 8785 form; see `docs/audit-format.md`. Nothing is allocated but the
/// buffer's growth, so a caller that reuses the buffer pays for the copying alone.
pub fn write_payload(out: &mut String, log: LogId, seq: u64, event: &Event) {
    let about = event.about.as_deref();
    let mut object = Object::begin(out);
    if let Some(about) = about {
        object.text(member!("agent"), &about.agent);
        object.text(member!("context"), &about.context);
    }
    object.object(member!("data"), |data| write_data(data, &event.kind));
    if let Some(about) = about {
        object.text(member!("entity"), &about.entity);
    }
    let digests = &event.digests;
    let input = digests.input.as_ref().map(EventDigest::keyed);
    object.keyed_digest_if_any(member!("input"), input);
    object.word(member!("kind"), event.kind.as_str());
    object.uuid(member!("log"), log.uuid());
    if let Some(about) = about {
        object.text(member!("model"), &about.model);
        object.uuid(member!("operation"), about.operation.uuid());
    }
    let output = digests.output.as_ref().map(EventDigest::keyed);
    object.keyed_digest_if_any(member!("output"), output);
    if let Some(about) = about {
        write_middle(&mut object, about);
    }
    object.number(member!("seq"), seq);
    if let Some(about) = about {
        object.text(member!("skill"), &about.skill);
        object.text(member!("tenant"), &about.tenant);
    }
    object.time(member!("time"), event.time);
    if let Some(about) = about {
        object.text(member!("user"), &about.user);
    }
    object.number(member!("v"), VERSION);
    if let Some(verb) = about.and_then(|about| about.verb) {
        object.word(member!("verb"), verb.as_str());
    }
    object.end();
}

/// The members of the context that sort between `output` and `seq`.
fn write_middle(object: &mut Object<'_>, about: &OperationContext) {
    object.digest(member!("policy"), about.policy);
    object.text(member!("purpose"), &about.purpose);
    object.texts(member!("roles"), &about.roles);
}

fn write_data(data: &mut Object<'_>, kind: &EventKind) {
    match kind {
        EventKind::Intent => {}
        EventKind::LogOpened { heads } => {
            data.list(member!("heads"), heads, |out, (log, size, root)| {
                item(out, |head| {
                    head.uuid(member!("log"), log.uuid());
                    head.digest(member!("root"), *root);
                    head.number(member!("size"), *size);
                });
            })
        }
        EventKind::Refused { reasons } => data.list(member!("reasons"), reasons, write_reason),
        EventKind::DataAccess {
            records,
            withheld,
            fields,
            failure,
        } => {
            data.text_if_any(member!("code"), failure);
            data.list(member!("fields"), fields, write_field);
            data.texts(member!("records"), records);
            if !failure.is_empty() {
                data.word(member!("status"), FAILED);
            }
            data.number(member!("withheld"), *withheld);
        }
        EventKind::Decision {
            record,
            fields,
            action,
            outcome,
            reasons,
            verdicts,
            risk,
            obligations,
        } => {
            data.keyed_digest_if_any(member!("action"), *action);
            if !obligations.is_empty() {
                data.texts(member!("obligations"), obligations);
            }
            data.word(member!("outcome"), outcome.as_str());
            data.list(member!("reasons"), reasons, write_reason);
            data.text(member!("record"), record);
            if let Some(risk) = risk {
                data.object(member!("risk"), |object| write_risk(object, risk));
            }
            data.texts(member!("set"), fields);
            data.list(member!("verdicts"), verdicts, write_verdict);
        }
        EventKind::Ticket(ticket) => write_ticket(data, ticket),
        EventKind::Outcome {
            status,
            code,
            output,
        } => {
            data.text_if_any(member!("code"), code);
            data.keyed_digest_if_any(member!("output"), *output);
            data.word(member!("status"), status.as_str());
        }
        EventKind::Interrupted { log } => data.uuid(member!("intent_log"), log.uuid()),
        EventKind::Shadow(answer) => write_shadow(data, answer),
        EventKind::PolicyChanged { from, to, what } => {
            data.digest_if_any(member!("from"), *from);
            data.digest_if_any(member!("to"), *to);
            data.word(member!("what"), what);
        }
        EventKind::PolicyRefused(refused) => {
            data.texts(member!("codes"), &refused.codes);
            data.digest_if_any(member!("found"), refused.found);
            data.text(member!("message"), &refused.message);
            data.word(member!("what"), refused.what.as_str());
        }
    }
}

fn write_shadow(data: &mut Object<'_>, answer: &ShadowAnswer) {
    data.text_if_any(member!("chain"), &answer.chains.to_string());
    data.word(member!("difference"), answer.difference.as_str());
    if !answer.fields.is_empty() {
        data.list(member!("fields"), &answer.fields, write_field);
    }
    data.word(member!("in_force"), answer.in_force.as_str());
    data.word(member!("outcome"), answer.outcome.as_str());
    data.list(member!("reasons"), &answer.reasons, write_reason);
    data.texts(member!("records"), &answer.records);
    if let Some(risk) = &answer.risk {
        data.object(member!("risk"), |object| write_risk(object, risk));
    }
    data.digest(member!("shadow_policy"), answer.policy);
    data.word(member!("step"), answer.step.as_str());
    data.list(member!("verdicts"), &answer.verdicts, write_verdict);
    if answer.withheld > 0 {
        data.number(member!("withheld"), answer.withheld);
    }
}

fn write_field(out: &mut String, field: &FieldAccess) {
    item(out, |object| {
        object.word(member!("access"), field.access);
        object.text(member!("field"), &field.field);
        object.text_if_any(member!("mask"), field.mask);
        object.number(member!("sensitivity"), field.sensitivity.into());
    });
}

fn write_reason(out: &mut String, reason: &Reason) {
    item(out, |object| {
        object.text(member!("code"), reason.code());
        write_place(object, reason.place());
        object.text(member!("message"), reason.without_values());
        object.text_if_any(member!("rule"), reason.rule());
        object.truth(member!("shadow"), reason.is_shadow());
    });
}

fn write_verdict(out: &mut String, verdict: &Verdict) {
    item(out, |object| {
        write_place_before(object, &verdict.place, |object| {
            object.word(
                member!("holding"),
                match verdict.holding {
                    Holding::Held => "held",
                    Holding::Unknown => "unknown",
                },
            );
        });
        object.text(member!("rule"), &verdict.rule);
        object.truth(member!("shadow"), verdict.shadow);
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
    object.text_if_any(member!("file"), &place.file);
    between(object);
    if place.is_known() {
        object.number(member!("line"), place.line.into());
    }
}

fn write_risk(object: &mut Object<'_>, risk: &DisclosedRisk) {
    object.list(member!("factors"), &risk.factors, |out, (name, score)| {
        item(out, |factor| {
            factor.text(member!("name"), name);
            if let Some(score) = score {
                factor.decimal(member!("score"), *score);
            }
        });
    });
    if let Some(level) = risk.level {
        object.word(member!("level"), level.as_str());
    }
    if let Some(score) = risk.score {
        object.decimal(member!("score"), score);
    }
}

fn write_ticket(data: &mut Object<'_>, ticket: &TicketEvent) {
    data.keyed_digest(member!("action"), ticket.action);
    data.text(member!("by"), &ticket.by);
    data.text(member!("chain"), &ticket.chains.to_string());
    data.text_if_any(member!("code"), &ticket.code);
    data.word(member!("phase"), ticket.phase.as_str());
    data.word(member!("state"), ticket.state.as_str());
    data.uuid(member!("ticket"), ticket.ticket.uuid());
    data.number(member!("version"), ticket.version.unsigned_abs());
}
