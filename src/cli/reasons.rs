//! What the codes of refusals mean, in one table. Codes that a policy's author chose are the
//! author's to explain.

/// Code, what it is in a few words, and what is behind it or to be done.
pub(super) const REASONS: &[(&str, &str, &str)] = &[
    (
        "ACTION_FAILED",
        "a rule's script failed",
        "The script met a missing value, an overflow or a division by zero. Nobody knows what it would have \
         said, so the change is refused. Let the rule's condition, or the script, ask whether the value is \
         there.",
    ),
    (
        "APPROVAL_REQUIRED",
        "people must agree first",
        "A rule asks for an approval. The ticket that was made says who decides; resume the operation with it \
         once it is granted. On a read, which cannot wait, it is a refusal.",
    ),
    (
        "APPROVER_DECIDED_ALREADY",
        "this person has decided already",
        "The step needs the word of more than one person, or the chain asks for another person at each step.",
    ),
    (
        "APPROVER_IS_AGENT",
        "an agent does not approve",
        "A person decides, without an agent acting for them.",
    ),
    (
        "APPROVER_IS_REQUESTER",
        "nobody approves what their own AI asked for",
        "Somebody else of the role decides. No policy can change this.",
    ),
    (
        "APPROVER_NOT_ELIGIBLE",
        "the step is another role's to decide",
        "The message names the role that the waiting step needs.",
    ),
    (
        "BUDGET_SPENT",
        "the skill's tokens are used up",
        "The message says when to ask again. The budget is the skill's, in the policy.",
    ),
    (
        "ENTITY_NOT_OF_SKILL",
        "the skill is not about this entity",
        "The skill's `does` clause names the entities it works on.",
    ),
    (
        "FIELD_INVALID",
        "the new value is not of the field's type",
        "Send a value of the declared type. A field without `?` cannot be emptied.",
    ),
    (
        "FIELD_NOT_WRITABLE",
        "the field may not be written",
        "No grant that reaches this record lets the person's AI write the field, or the permission tables take \
         it away. A field that does not exist reads the same.",
    ),
    (
        "GUARD_PANICKED",
        "the guard failed inside",
        "A defect. Nothing was released. Please report it.",
    ),
    (
        "LIMIT_REACHED",
        "the skill was used too often",
        "The message says when to ask again. The limit is the skill's, in the policy.",
    ),
    (
        "MODEL_NOT_ALLOWED",
        "the skill may not run on this model",
        "The skill's `models` clause names those it may run on.",
    ),
    (
        "NOT_THE_REQUESTER",
        "the ticket is another user's",
        "A ticket is resumed and withdrawn by the user whose AI asked for it.",
    ),
    (
        "OPERATION_DENIED",
        "the operation was refused and has ended",
        "Begin another one.",
    ),
    (
        "OPERATION_ENDED",
        "the operation has ended",
        "It was completed, or it failed. Begin another one.",
    ),
    (
        "OPERATION_WAITING",
        "the operation waits for an approval",
        "Resume it with its ticket once that is granted.",
    ),
    (
        "OUT_OF_SCOPE",
        "no such record within reach",
        "The record belongs to another tenant, or no grant of the person's roles reaches it in this AI context. \
         It reads the same as a record that does not exist, so that nobody learns which.",
    ),
    (
        "RISK_NEEDS_APPROVAL",
        "the risk is so high that people must agree",
        "A level of the risk model asks for an approval. The decision's risk names what each factor gave.",
    ),
    (
        "SKILL_DENIED",
        "a role's permission for the skill is withdrawn",
        "A denial in the role tables stands over any permission.",
    ),
    (
        "SKILL_DRAFT",
        "the skill is not in use yet",
        "Its status in the policy or the database is `draft`.",
    ),
    (
        "SKILL_NEEDS_ENTITY",
        "the request names no entity",
        "The skill works on several; say which one.",
    ),
    (
        "SKILL_NOT_PERMITTED",
        "none of the roles may use the skill",
        "The skill's `allow` clause and the role tables say who may.",
    ),
    (
        "SKILL_NOT_REGISTERED",
        "nobody registered the skill",
        "An AI uses only skills that a policy declares.",
    ),
    (
        "SKILL_RETIRED",
        "the skill is retired",
        "It will not come back under this name.",
    ),
    (
        "SKILL_SUSPENDED",
        "the skill is suspended",
        "Its status in the policy or the database says so. An administrator lifts it.",
    ),
    (
        "TABLE_OVERLAP",
        "two rows of a table hold where one may",
        "The decision table is `hit unique`, and two of its rows hold for this change. Both applied, and the \
         change is refused besides, since nobody can say which row was meant. Narrow one of the rows, or give \
         the table another hit policy.",
    ),
    (
        "TICKET_CANCELLED",
        "the ticket was withdrawn",
        "Its requester withdrew it. Propose the change again.",
    ),
    (
        "TICKET_DECIDED",
        "the ticket is approved already",
        "There is nothing left to decide.",
    ),
    (
        "TICKET_EXPIRED",
        "the ticket has expired",
        "Nobody decided in time, or it was granted and not used in time. Propose the change again.",
    ),
    (
        "TICKET_MISMATCH",
        "the ticket was granted for another action",
        "A ticket releases exactly what was shown to those who agreed. Propose this action by itself.",
    ),
    (
        "TICKET_PENDING",
        "the ticket is not approved yet",
        "Resume the operation once it is.",
    ),
    (
        "TICKET_REJECTED",
        "the ticket was rejected",
        "Somebody of the chain refused. Their comment is on the ticket.",
    ),
    (
        "TICKET_SPENT",
        "the ticket was used already",
        "A ticket releases its action once.",
    ),
    (
        "TICKET_STALE",
        "the ticket no longer fits",
        "Since it was granted, the policy has come to ask for more, its chain has changed, or the record is \
         another. Propose the change again.",
    ),
    (
        "VERB_NOT_OF_SKILL",
        "the skill does something else",
        "A skill that reads does not change, and one that updates does not delete: see its `does` clause.",
    ),
];
