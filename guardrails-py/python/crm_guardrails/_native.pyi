"""The reference of the package: every class and function, with arguments, results and errors.

All classes are immutable and made by the guard, but for :class:`Principal` and
:class:`OperationLimits`. Times are
``datetime`` in UTC, identifiers are texts.
"""

import os
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Literal,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Type,
    Union,
    final,
)

from .view import View

__all__ = [
    "Decision",
    "DecisionView",
    "Diagnostic",
    "Explanation",
    "Finding",
    "Guard",
    "Health",
    "InterruptedOperation",
    "Obligation",
    "Operation",
    "OperationLimits",
    "Principal",
    "Problem",
    "Reason",
    "Receipt",
    "Reload",
    "ShadowDecision",
    "ShadowTally",
    "StepDecision",
    "Ticket",
    "Verdict",
    "VerifyReport",
    "__version__",
    "check",
    "evaluate",
    "explain",
    "findings",
]

__version__: str

_Path = Union[str, "os.PathLike[str]"]

@final
class Principal:
    """An authenticated person and the AI acting for them.

    Args:
        tenant: The company.
        user: The person's identifier within it.
        roles: Roles that the host assigned.
        attributes: Values that policies read as ``actor.NAME``.
        agent: The agent that acts for the person; empty for the person alone, and only a person
            alone may decide an approval.
        model: The model that the agent runs on; a principal with a model needs an agent.
        language: The language the person reads, such as ``en`` or ``zh-CN``: texts of the policy are
            told in it where the policy has them.
        risk_score: The host's own risk score of this person, 0 (none) to 10.
        behaviour: What the host counted of this person within a window, such as
            ``{"calls_10m": 120, "denials_1d": 3, "fields_1h": 900}``; policies read it as
            ``behaviour.calls(10m)``.

    Names are 1 to 255 bytes long, without white space at their ends, control or invisible characters;
    whatever a principal with another one is used for raises :class:`InputError`.

    Raises:
        InputError: An attribute or the score is nothing that a record could hold, or a count is none.
    """

    def __new__(
        cls,
        tenant: str,
        user: str,
        *,
        roles: Sequence[str] = ...,
        attributes: Optional[Dict[str, Any]] = None,
        agent: str = "",
        model: str = "",
        language: str = "",
        risk_score: Union[int, float, Decimal, None] = None,
        behaviour: Optional[Dict[str, int]] = None,
    ) -> "Principal": ...
    @property
    def tenant(self) -> str:
        """The company."""
    @property
    def user(self) -> str:
        """The person's identifier within it."""
    @property
    def roles(self) -> List[str]:
        """The roles the host assigned, in name order."""

@final
class Reason:
    """Why: a stable code, a sentence, and the line of policy it came from.

    ``str()`` of it reads ``CODE: sentence (rule at file:line)``. ``rule`` and ``file`` are empty,
    and ``line`` is 0, where no line of policy is behind it.
    """

    def __new__(
        cls, code: str, message: str, rule: str = "", file: str = "", line: int = 0
    ) -> "Reason": ...
    @property
    def code(self) -> str:
        """The stable code."""
    @property
    def message(self) -> str:
        """The sentence; it shows no value that the principal may not see."""
    @property
    def rule(self) -> str:
        """The rule, grant or skill."""
    @property
    def file(self) -> str:
        """Its file, as the bundle names it."""
    @property
    def line(self) -> int:
        """Its line, from 1."""
    def __getnewargs__(self) -> Tuple[str, str, str, str, int]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Diagnostic:
    """One finding about a policy text or a table row.

    ``str()`` of it is one line: ``file:line:column: error[G0201]: message``.
    """

    def __new__(
        cls,
        code: str,
        severity: str,
        message: str,
        help: str = "",
        file: str = "",
        line: int = 0,
        column: int = 0,
    ) -> "Diagnostic": ...
    @property
    def code(self) -> str:
        """The stable code, such as ``G0201``."""
    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
    @property
    def message(self) -> str:
        """What is wrong."""
    @property
    def help(self) -> str:
        """What to do; may be empty."""
    @property
    def file(self) -> str:
        """The file; empty when it is about none."""
    @property
    def line(self) -> int:
        """The line, from 1; 0 when unknown."""
    @property
    def column(self) -> int:
        """The column in code points, from 1; 0 when unknown."""
    def __getnewargs__(self) -> Tuple[str, str, str, str, str, int, int]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Verdict:
    """What one rule said of one proposal."""

    @property
    def rule(self) -> str:
        """The rule."""
    @property
    def file(self) -> str:
        """Its file."""
    @property
    def line(self) -> int:
        """Its line, from 1."""
    @property
    def holding(self) -> Literal["held", "unknown"]:
        """Whether its condition held, or could not be known; a restriction applies all the same."""
    @property
    def shadow(self) -> bool:
        """Whether it was recorded only."""

@final
class Obligation:
    """Something that the policy binds the host to (``oblige``)."""

    @property
    def name(self) -> str:
        """What is to be done, by the name that the policy gives it."""
    @property
    def terms(self) -> Dict[str, Any]:
        """The particulars; numbers are ``int`` or ``Decimal``."""
    @property
    def rule(self) -> str:
        """The rule that says so."""
    @property
    def file(self) -> str:
        """The file of the policy."""
    @property
    def line(self) -> int:
        """The line of the policy."""

@final
class Decision:
    """One decision about one proposed change: complete, for the host's own code.

    What may go to the requester, a model or an approver is :meth:`for_requester` and :meth:`explain`.
    ``bool()`` of it is true for an allow alone: ``if decision: crm.apply(decision.changes)``.
    """

    def __bool__(self) -> bool: ...

    @property
    def outcome(self) -> Literal["allow", "needs_approval", "deny"]:
        """What may happen now."""
    @property
    def allowed(self) -> bool:
        """Whether the outcome is ``allow``; the same as ``bool(decision)``."""
    @property
    def changes(self) -> Optional[Dict[str, Any]]:
        """What to apply, and nothing else: the changes as they were judged. ``None`` unless allowed.

        Each value has its declared type: what was sent as ``"1200.50"`` for a decimal is a number.
        Numbers are ``int`` where whole, else ``Decimal``; dates and times are texts, times in UTC;
        lengths of time are seconds.
        """
    @property
    def code(self) -> str:
        """The code of the first reason, as :attr:`GuardError.code` has it for a refusal that is an
        exception; empty for an allow that nothing restricted."""
    @property
    def ticket(self) -> Optional[str]:
        """The approval ticket's identifier, when one is needed."""
    @property
    def chain(self) -> Optional[str]:
        """The approval chain, when one is needed."""
    @property
    def reasons(self) -> List[Reason]:
        """Why; empty for an allow that nothing restricted."""
    @property
    def shadows(self) -> List[Reason]:
        """What shadow rules would have said; it changed nothing. Complete: for the host's own code."""
    @property
    def shadow_policy(self) -> Optional[ShadowDecision]:
        """What the shadow policy, if the guard has one, would have decided; it changed nothing."""
    @property
    def verdicts(self) -> List[Verdict]:
        """What each rule that held, or could not be known, said. Complete: for the host's own code."""
    @property
    def risk_level(self) -> Literal["LOW", "MEDIUM", "HIGH"]:
        """The level that the score reaches. Complete: for the host's own code, as the score is."""
    @property
    def risk_score(self) -> Optional[Decimal]:
        """0 to 10 from the factors, plus what rules added; ``None`` where nothing was evaluated.
        Complete: for the host's own code, as the factors are."""
    @property
    def risk_factors(self) -> Dict[str, Decimal]:
        """What each factor, and each rule that added, gave. Complete: for the host's own code, since a
        share gives back what it is worked out from."""
    @property
    def notify(self) -> List[str]:
        """Channels that the policy wants told; the host tells them. Complete: for the host's own code."""
    @property
    def obligations(self) -> List[Obligation]:
        """What the host must do, whatever the outcome; the policy goes on believing that it was done.
        Complete: for the host's own code."""
    @property
    def policy_digest(self) -> str:
        """The policy it was made under: ``sha256:`` and 64 hexadecimal digits."""
    def for_requester(self) -> DecisionView:
        """What may be disclosed of this decision to the requester, a model or an approver.

        That a rule raised an alert, added risk or made a duty tells what its condition read, so the
        view names a rule only where that follows from what the requester may see, or from the reasons.
        """
    def explain(self) -> Explanation:
        """Why it came out like this, and what would have to change; like :meth:`for_requester` it may
        leave the host.

        Worked out now, from what the decision kept: it costs nothing until it is asked for, and
        changes nothing.
        """

@final
class DecisionView:
    """What may be disclosed of a decision to its requester, a model or an approver.

    Two records that the requester cannot tell apart, decided alike for the same reasons, have the same
    view. It has no channel to notify and no answer of a shadow policy: these are the host's.
    """

    @property
    def outcome(self) -> Literal["allow", "needs_approval", "deny"]:
        """What may happen now."""
    @property
    def ticket(self) -> Optional[str]:
        """The approval ticket's identifier, when one is needed."""
    @property
    def chain(self) -> Optional[str]:
        """The approval chain, when one is needed."""
    @property
    def reasons(self) -> List[Reason]:
        """Why; empty for an allow that nothing restricted."""
    @property
    def shadows(self) -> List[Reason]:
        """What rules in shadow would have said, where that may be disclosed."""
    @property
    def risk_level(self) -> Optional[Literal["LOW", "MEDIUM", "HIGH"]]:
        """The level of risk; ``None`` where neither the score nor the reasons say which."""
    @property
    def risk_score(self) -> Optional[Decimal]:
        """The score; ``None`` where it may turn on what the requester may not see."""
    @property
    def verdicts(self) -> List[Verdict]:
        """The rules that are disclosed to have applied."""
    @property
    def obligations(self) -> List[Obligation]:
        """The duties of those rules."""
    @property
    def policy_digest(self) -> str:
        """The policy it was made under: ``sha256:`` and 64 hexadecimal digits."""
    def as_dict(self) -> Dict[str, Any]:
        """The view as data: ``outcome ticket policy reasons shadows risk rules obligations``."""
    def to_json(self) -> str:
        """The same as canonical JSON."""

@final
class ShadowDecision:
    """What a shadow policy would have decided about a proposal. Nothing waits, and no ticket is made."""

    @property
    def outcome(self) -> Literal["allow", "needs_approval", "deny"]:
        """What would have been decided."""
    @property
    def chain(self) -> Optional[str]:
        """The approval chains it would have asked, joined by ``+``."""
    @property
    def reasons(self) -> List[Reason]:
        """Why. They show no value that the policy in force hides."""
    @property
    def difference(self) -> Literal["same", "wider", "narrower", "otherwise"]:
        """How that stands to what the policy in force says, a ticket at hand left out of account."""
    @property
    def policy_digest(self) -> str:
        """The shadow policy: ``sha256:`` and 64 hexadecimal digits."""

@final
class Explanation:
    """Why a decision came out as it did: rules, near misses, and what would have to change.

    Worked out from what the one who asked may see. Of a condition on a hidden or masked field
    neither its outcome nor the constants beside it are told.
    """

    @property
    def outcome(self) -> Literal["allow", "needs_approval", "deny"]:
        """What was decided."""
    @property
    def text(self) -> str:
        """The explanation for people, in English, in 100 columns; so is ``str(explanation)``."""
    def to_text(self, *, language: str = "en", words: bool = False) -> str:
        """The explanation for people.

        Args:
            language: A tag such as ``en`` or ``zh-CN``. What the policy says stays as written.
            words: Say ``[yes]`` and ``[no]`` in place of symbols.

        Raises:
            InputError: There are no explanations in that language.
        """
    def as_dict(self) -> Dict[str, Any]:
        """The explanation as data; ``docs/explanations.md`` has its members."""
    def to_json(self) -> str:
        """The same as canonical JSON; what ``guard why --format json`` prints."""

@final
class StepDecision:
    """One approver's word on one step of a chain."""

    @property
    def step(self) -> int:
        """The step, from 0."""
    @property
    def by(self) -> str:
        """Who decided."""
    @property
    def role(self) -> str:
        """The role that made them eligible."""
    @property
    def vote(self) -> Literal["approve", "reject"]:
        """What they said."""
    @property
    def at(self) -> datetime:
        """When."""
    @property
    def comment(self) -> str:
        """What they wrote."""

@final
class Ticket:
    """An approval ticket as one person may see it."""

    @property
    def id(self) -> str:
        """The ticket."""
    @property
    def state(
        self,
    ) -> Literal[
        "pending",
        "approved",
        "reserved",
        "unknown",
        "consumed",
        "rejected",
        "expired",
        "cancelled",
        "expired_unused",
        "stale",
    ]:
        """Where it is; all but the first four are final. ``reserved``: an operation holds it; ``unknown``:
        it was released and nobody knows whether it was applied, until somebody settles it."""
    @property
    def operation(self) -> str:
        """The operation that asked."""
    @property
    def requester(self) -> str:
        """The user whose AI asked; never among those who decide."""
    @property
    def skill(self) -> str:
        """The skill."""
    @property
    def verb(self) -> str:
        """What would be done: ``create``, ``update`` or ``delete``."""
    @property
    def entity(self) -> str:
        """The entity."""
    @property
    def record(self) -> str:
        """The record's identifier; empty on create."""
    @property
    def changes(self) -> List[Tuple[str, str, str]]:
        """Field, value before, value after, each as this person may see it."""
    @property
    def withheld(self) -> List[str]:
        """Paths at and inside those fields that get a value which this person may not see, or only
        through a mask, such as ``customer.phone``: what stands there may change although it looks
        unchanged. Empty for the requester."""
    @property
    def action(self) -> str:
        """The digest of exactly what the ticket releases."""
    @property
    def chain(self) -> str:
        """The approval chains, joined by ``+``."""
    @property
    def because(self) -> List[str]:
        """Why an approval is needed."""
    @property
    def decisions(self) -> List[StepDecision]:
        """Decisions so far, oldest first."""
    @property
    def created(self) -> datetime:
        """When it was made."""
    @property
    def expires(self) -> datetime:
        """When it expires undecided."""
    @property
    def execute_by(self) -> Optional[datetime]:
        """Once approved: until when it may be spent."""

@final
class Receipt:
    """Where a durable event is in the audit."""

    @property
    def log(self) -> str:
        """The log."""
    @property
    def seq(self) -> int:
        """Its position, from 0."""

@final
class Finding:
    """One thing that is wrong with the audit; ``str()`` of it reads ``kind: sentence``."""

    @property
    def kind(
        self,
    ) -> Literal[
        "altered",
        "deleted",
        "inserted",
        "reordered",
        "cut_off",
        "checkpoint_forged",
        "derived_row_differs",
    ]:
        """What was done."""
    @property
    def sentence(self) -> str:
        """What was found; it names the record."""
    @property
    def log(self) -> Optional[str]:
        """The log it was done to; none for rows made from events."""
    @property
    def seq(self) -> Optional[int]:
        """The first event concerned."""
    @property
    def through(self) -> Optional[int]:
        """The last event concerned; the same as ``seq`` when it is one event."""
    @property
    def operation(self) -> Optional[str]:
        """The operation concerned, when it is known."""

@final
class VerifyReport:
    """What a verification of the audit found; ``str()`` of it is the whole report."""

    @property
    def findings(self) -> List[Finding]:
        """What is wrong; empty when nothing was found."""
    @property
    def unproven(self) -> List[str]:
        """What could not be checked, because of a finding or because nothing signed covers it."""
    @property
    def conclusion(self) -> str:
        """What it comes to: ``"proven"``, ``"not_proven"`` or ``"findings"``. ``not_proven`` is no
        success: nothing wrong was found, and something could not be checked."""
    @property
    def compared_with(self) -> int:
        """How many checkpoints that were kept outside of the database it was compared with."""
    @property
    def out_of_sight(self) -> List[str]:
        """What no check of this sort can see."""
    @property
    def logs(self) -> List[str]:
        """The logs that were read, oldest first."""
    @property
    def events(self) -> int:
        """How many events were read."""

@final
class ShadowTally:
    """One kind of answer of a shadow policy, and how often it was given.

    Every proposal is counted; of what may begin, be read or be taken a figure of, only what came out
    otherwise.
    """

    @property
    def shadow_policy(self) -> str:
        """Its digest."""
    @property
    def skill(self) -> str:
        """The skill."""
    @property
    def entity(self) -> str:
        """The entity."""
    @property
    def step(self) -> str:
        """``begin``, ``read``, ``aggregate`` or ``propose``."""
    @property
    def in_force(self) -> str:
        """What the policy in force said."""
    @property
    def outcome(self) -> str:
        """What the shadow policy said."""
    @property
    def difference(self) -> str:
        """``same``, ``wider``, ``narrower`` or ``otherwise``."""
    @property
    def times(self) -> int:
        """How often."""
    @property
    def last(self) -> str:
        """The last operation in which it was."""

@final
class Reload:
    """What came of reading policies again."""

    @property
    def at(self) -> datetime:
        """When."""
    @property
    def swapped(self) -> bool:
        """Whether they are in force; otherwise those before stayed."""
    @property
    def bundle(self) -> Optional[str]:
        """The digest of what was found; ``None`` when it could not be read."""
    @property
    def message(self) -> str:
        """Why they were refused; empty when they were not."""
    @property
    def diagnostics(self) -> List[Diagnostic]:
        """What the compiler found wrong."""
    @property
    def failed_tests(self) -> List[str]:
        """Names of the policies' own tests that failed, where tests were asked for."""

@final
class Problem:
    """What is wrong with a part of the guard."""

    @property
    def part(self) -> str:
        """``policy``, ``shadow_policy``, ``tables``, ``store``, ``clock`` or ``tickets`` (a stored ticket is
        not as the guard wrote it, and was left out of an inbox, until its row is found good or gone)."""
    @property
    def since(self) -> datetime:
        """When it was first seen."""
    @property
    def code(self) -> str:
        """The error's code."""
    @property
    def message(self) -> str:
        """What is wrong, in a sentence; never a record's value."""
    @property
    def help(self) -> str:
        """What to do about it; may be empty."""

@final
class OperationLimits:
    """How much one operation may do. A skill's ``limit`` counts operations; these bound each of them.

    What is over a limit is refused with :class:`LimitReached`.
    """

    def __new__(
        cls,
        *,
        max_age: Optional[timedelta] = None,
        max_proposals: Optional[int] = None,
        max_rows: Optional[int] = None,
    ) -> "OperationLimits":
        """What is left out has its usual value."""
    @property
    def max_age(self) -> timedelta:
        """How long after its beginning an operation may still read and propose
        (``OPERATION_TOO_OLD``); 1 hour unless given."""
    @property
    def max_proposals(self) -> int:
        """How many changes it may propose (``OPERATION_PROPOSALS_REACHED``); 100 unless given."""
    @property
    def max_rows(self) -> int:
        """How many records it may be handed for reading and for figures, shown or not
        (``OPERATION_ROWS_REACHED``); 10,000 unless given."""
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...

@final
class Health:
    """How a guard is doing: whether its policies, tables and store can be watched."""

    @property
    def well(self) -> bool:
        """Whether nothing is known to be wrong. Findings about single rows do not count."""
    @property
    def problems(self) -> List[Problem]:
        """What is wrong, part by part."""
    @property
    def tables(self) -> str:
        """``current``; ``outage`` when the last look at the permission tables failed; ``too_old`` when
        the last success is so long ago that everything is refused (``PERMISSIONS_TOO_OLD``)."""
    @property
    def tables_last_success(self) -> datetime:
        """When the permission tables were last looked at with success."""
    @property
    def findings(self) -> int:
        """How many findings :meth:`Guard.diagnostics` lists."""
    @property
    def policy_in_force(self) -> bool:
        """Whether the policies, as they were last read, are in force."""
    @property
    def store_answers(self) -> bool:
        """Whether the store answered the last look, and its journal takes events. One that has failed takes
        none until the process starts again."""
    @property
    def clock_offset(self) -> Optional[timedelta]:
        """How far the database's clock was ahead of the host's when it was read last; ``None`` for SQLite,
        which has none of its own. More than two seconds either way is a problem of the part ``clock``."""

@final
class InterruptedOperation:
    """An operation that a process began and did not finish before it ended."""

    @property
    def operation(self) -> str:
        """The operation."""
    @property
    def tenant(self) -> str:
        """The tenant."""
    @property
    def user(self) -> str:
        """The user on whose behalf the agent acted."""
    @property
    def skill(self) -> str:
        """The skill."""
    @property
    def entity(self) -> str:
        """The entity."""
    @property
    def begun(self) -> datetime:
        """When it was begun."""

@final
class Operation:
    """One AI operation; a context manager, used by one thread at a time.

    Left by an exception it is recorded as failed; left unfinished, as what it came to: denied,
    waiting for an approval, or abandoned.
    """

    @property
    def id(self) -> str:
        """The operation's identifier in the audit."""
    @property
    def entity(self) -> str:
        """The entity it is on."""
    def read(self, record: Mapping[str, Any]) -> View:
        """What the model may see of one record.

        The access is queued for the audit before this returns, and durable some milliseconds later. A
        crash of the process or the machine in between loses that event, and not the operation's intent,
        which is durable since it began. After :meth:`complete` all of its events are durable.

        Args:
            record: The record as the CRM holds it, with its ``id``. Values may be None, bool, int,
                Decimal, float, str, date, datetime, UUID, Enum, list, tuple and dict. A value that
                is shown as it is stays the object that was passed in; lists, tuples and mappings
                are copied, so that a change to the view does not reach the record.

        Raises:
            NotFound: The record is out of reach, told no differently from one that does not exist.
            Denied: A rule on reading refuses, or the operation has ended.
            InputError: The record is malformed, too large, or has a number that is not exact.
            Conflict: Another thread works on this operation.
        """
    def read_many(self, records: Iterable[Mapping[str, Any]]) -> List[View]:
        """What the model may see of many records; those out of reach are left out.

        Raises:
            Denied, InputError, Conflict: As :meth:`read`.
        """
    def aggregate(
        self,
        records: Iterable[Mapping[str, Any]],
        field: str,
        figure: Literal["count", "sum", "avg", "min", "max"],
    ) -> Decimal:
        """One figure of a field over records, where the policy gives figures and not the values.

        Records out of reach are left out, and so are those without a value. The access is recorded as
        that of :meth:`read` is.

        Raises:
            Denied: The figure is not given, or the group is too small.
            InputError: The field is no number, or a record is given twice.
        """
    def propose(self, before: Mapping[str, Any], changes: Mapping[str, Any]) -> Decision:
        """Proposes an update. A refusal is a decision, not an exception.

        A ticket that it makes or releases is durable when this returns. The decision is queued for the
        audit, and durable some milliseconds later: a crash in between loses that event.

        Args:
            before: The record as the CRM holds it now, with its ``id``.
            changes: The fields that would get a new value.

        Raises:
            Denied: The operation has ended, or an earlier proposal in it was not allowed.
            InputError: The record or the changes are malformed.
            StoreUnavailable: The audit takes no more events, or a ticket could not be written.
            Conflict: Another thread works on this operation.
        """
    def propose_create(self, new: Mapping[str, Any]) -> Decision:
        """Proposes a new record; otherwise as :meth:`propose`."""
    def propose_delete(self, before: Mapping[str, Any]) -> Decision:
        """Proposes to remove a record; otherwise as :meth:`propose`."""
    @property
    def changes(self) -> Optional[Dict[str, Any]]:
        """What was released last, by :meth:`Guard.resume` or by a proposal that was allowed; ``None``
        before that. What a resumed operation is to apply, as :attr:`Decision.changes`."""
    def spend_tokens(self, tokens: int) -> None:
        """Books tokens that the model used against the skill's budgets. Use is booked even where it
        overdraws a budget: the next operation is then refused.

        Raises:
            StoreUnavailable: A counter could not be written.
        """
    def complete(self, answer: str = "") -> Receipt:
        """Ends the operation well; returns once that is durable. Only a keyed MAC of ``answer`` is
        kept.

        Raises:
            Denied: The last proposal was not allowed, unless the operation holds a ticket; or the operation
                has ended. ``TICKET_UNKNOWN``: the time to use its ticket was over before.
            StoreUnavailable: The outcome could not be made durable.
        """
    def fail(self, code: str) -> Receipt:
        """Ends the operation as failed, with a code of the host's: what it proposed was *not applied*. A
        ticket that it holds is free again, within its time to be used. An exception that leaves the ``with`` block ends it as failed
        too, and the ticket is then ``unknown``, since nobody knows whether the change was applied.

        Raises:
            Denied: The operation has ended. ``TICKET_UNKNOWN``: the time to use its ticket was over before.
            InputError: The code is no name: longer than 255 bytes, or with a character that does not
                show. The operation has ended as failed all the same.
            StoreUnavailable: The outcome could not be made durable.
        """
    def __enter__(self) -> "Operation": ...
    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        _value: Optional[BaseException],
        _traceback: Optional[TracebackType],
        /,
    ) -> Literal[False]: ...

@final
class Guard:
    """Compiled policies plus stores; a context manager. Share one among all threads of a process.

    Changed policies and tables are in force within a second. Open it after a fork: in a forked child,
    what was opened before raises :class:`SetupError`, its operations too, and is not closed.
    """

    @staticmethod
    def open(
        *,
        policies: _Path,
        store: str,
        audit_key: Union[_Path, bytes, List[bytes], None] = None,
        parameters: Optional[Dict[str, Any]] = None,
        shadow_policies: Optional[_Path] = None,
        before_swap: Literal["compile", "run_tests"] = "compile",
        permissions_max_age: Optional[timedelta] = None,
        table_prefix: str = "guard_",
        max_open_tickets: Optional[int] = None,
        operation_limits: Optional[OperationLimits] = None,
        on_problem: Optional[Callable[[Problem], object]] = None,
    ) -> "Guard":
        """Compiles the policies and opens the database.

        Args:
            policies: The folder of ``.guard`` files, or one file.
            store: ``sqlite://guard.db?mode=rwc``, ``postgres://…`` or ``mysql://…``.
            audit_key: The audit's secret: the path of its file, made with a new secret if it does
                not exist, or the 32 bytes themselves. After a rotation the file has a line for each
                secret; a list of secrets means the same, the one in force first: the others verify what
                they signed. With SQLite it may be left out: the file then is beside the database.
            parameters: Values for parameters that the policies declare (``param``), by name: ``20``
                or ``"20%"`` for a percent. They are part of the policy's digest.
            shadow_policies: Another folder of ``.guard`` files, or one file: a *shadow policy*, asked
                beside the one in force and without effect. What it would have answered is in the audit
                and in :attr:`Decision.shadow_policy`. One that is refused keeps nothing from opening:
                see :attr:`Guard.last_shadow_reload`.
            before_swap: What policies must stand before they are in force, now and when they change:
                that they compile, or that their own tests pass as well.
            permissions_max_age: The longest time since the permission tables were last looked at with
                success; 5 minutes unless given. Past it everything is refused with
                ``PERMISSIONS_TOO_OLD``, until a look succeeds again.
            table_prefix: What the names of the guard's tables begin with: at most 24 characters from
                ``a-z``, ``0-9`` and ``_``, not starting with a digit. A database keeps the prefix that
                its tables were made with.
            max_open_tickets: How many open tickets one user may have, 100 unless named; one more is
                refused with ``OPEN_TICKETS_LIMIT``.
            operation_limits: How much one operation may do; 1 hour, 100 proposals and 10,000 records
                unless given.
            on_problem: Called, once, with each problem that :meth:`Guard.health` comes to tell of, such
                as to log it. It is called from a thread of its own, one problem at a time, shortly
                after the problem is seen, and may ask the guard for anything. An exception in it goes
                to ``sys.unraisablehook``, which prints it; nothing is raised where the guard is asked.

        Keep an SQLite file of the guard's apart from your own, and do not open it with Python's
        ``sqlite3`` in the same process: when that second copy of SQLite closes the file, the guard
        loses its locks.

        Raises:
            PolicyError: A policy does not compile.
            NotFound: The policies are not there.
            SetupError: The address or the key is unusable, or a folder is missing.
            StoreUnavailable: The database does not answer.
        """
    def operation(
        self,
        principal: Principal,
        *,
        skill: str,
        entity: Optional[str] = None,
        context: str = "",
        purpose: str = "",
        ticket: Optional[str] = None,
    ) -> Operation:
        """Begins one operation; its intent is durable when this returns.

        Args:
            principal: Who asks.
            skill: What the AI wants to use.
            entity: On what; may be left out when the skill has just one.
            context: The AI context, such as ``sales_copilot``.
            purpose: Why; kept in the audit.
            ticket: A granted ticket: proposing exactly what was approved spends it.

        Raises:
            Denied: The skill is not registered, not active or not permitted, or the model is not
                allowed.
            LimitReached: A limit or budget is used up.
            InputError: The entity is none of the skill's, a name is none, or the principal has a model
                and no agent.
            StoreUnavailable: The intent could not be made durable.
        """
    def resume(
        self,
        ticket: str,
        principal: Principal,
        record: Union[Mapping[str, Any], Callable[[str], Optional[Mapping[str, Any]]], None] = None,
    ) -> Operation:
        """Begins the operation that a granted ticket releases: decided again on the record as it is now,
        and reserved for this operation. Apply its :attr:`Operation.changes`, then complete it, which uses
        the ticket up; :meth:`Operation.fail` says that nothing was applied and gives the ticket back. What
        does neither in time leaves the ticket ``unknown`` until somebody settles it.

        Args:
            record: The present record, or a function that loads it by its identifier; none for a ticket
                that creates a record. The ticket is stale if a value that a condition read, a card showed
                or the change sets is another by now, and for nothing else.

        Raises:
            Denied: The ticket does not release, or the decision is another now.
            NotFound: No ticket of this tenant has this identifier, or there is no such record within reach:
                one that is gone and one that is out of scope are told alike.
            InputError: ``record`` is no mapping, or another record than the ticket's.
            AuditTampered: The stored ticket is not one that the guard wrote.
        """
    def settle(
        self, ticket: str, principal: Principal, outcome: Literal["applied", "not_applied"]
    ) -> Ticket:
        """Puts on record what became of a release whose outcome is unknown: ``applied`` or
        ``not_applied``. A person other than the requester, without an agent, with one of the roles that
        decide the ticket, says so; the ticket has then ended, and never releases again.

        Raises:
            Denied: This person may not settle it, or its outcome is not unknown.
        """
    def sweep(self) -> int:
        """Writes into their rows that the time of overdue tickets is over; how many there were. The guard
        does so by itself now and then, and treats and shows such tickets the same until then.
        """
    def tickets(
        self, principal: Principal, *, after: Optional[Ticket] = None, limit: int = 1_000
    ) -> List[Ticket]:
        """Open tickets that this person asked for or may decide, oldest first: those after ``after``, the
        last one of the page before, and at most ``limit``, which is 1,000 at most.

        Raises:
            InputError: The limit is not at least 1.
        """
    def ticket(self, ticket: str, principal: Principal) -> Ticket:
        """One ticket, as this person may see it.

        Raises:
            NotFound: It is not this person's business.
            AuditTampered: The guard did not write its row, or not last.
        """
    def approve(self, ticket: str, principal: Principal, *, comment: str = "") -> Ticket:
        """Agrees to the waiting step of a ticket.

        Raises:
            Denied: This person may not decide it, or it is no longer open.
            Conflict: Somebody else was first.
        """
    def reject(self, ticket: str, principal: Principal, *, comment: str = "") -> Ticket:
        """Refuses a ticket; otherwise as :meth:`approve`."""
    def cancel(self, ticket: str, principal: Principal) -> None:
        """Withdraws a ticket; only its requester may."""
    def refresh(self) -> bool:
        """Looks for changed permissions, roles and skills now; whether there were any.

        Raises:
            PolicyError, StoreUnavailable: What was in force then stays.
        """
    def reload(self) -> None:
        """Reads the policies again; a bundle that does not compile is refused and the old one stays.

        Raises:
            PolicyError: It does not compile.
        """
    def reload_shadow(self) -> None:
        """Reads the shadow policy again; one that is refused leaves the one before where it was.

        Raises:
            PolicyError: It does not compile, or its tests fail.
            SetupError: The guard was opened without shadow policies.
        """
    @property
    def last_reload(self) -> Optional[Reload]:
        """What came of the last time that the policies were read again, by the watch or by
        :meth:`reload`; ``None`` while they are those that the guard was opened with."""
    @property
    def last_shadow_reload(self) -> Optional[Reload]:
        """What came of the last time that the shadow policy was read; ``None`` without one."""
    def shadow_report(self, principal: Principal) -> List[ShadowTally]:
        """What shadow policies answered to operations of the principal's tenant, added up. Reads the
        whole audit.

        Raises:
            InputError: A name of the principal is none, or it has a model and no agent.
            AuditTampered: An event cannot be read, and may have been a further answer.
            StoreUnavailable: The audit cannot be read.
        """
    def verify(self, *, against: Optional[str] = None) -> VerifyReport:
        """Checks the whole audit. What is wrong is in the report, not an exception.

        Args:
            against: A copy of checkpoints that was kept outside of the database, as :meth:`checkpoints` gave
                it: a database that was put back to an older state is behind it.

        Raises:
            InputError: ``against`` is no copy of checkpoints that the guard's keys signed.
            StoreUnavailable: The audit cannot be read.
        """
    def checkpoints(self) -> str:
        """The latest signed checkpoint of each log, as text to be kept where the database's owner cannot
        change it.

        Raises:
            NotFound: Nothing is recorded yet.
            AuditTampered: The latest checkpoint of a log is not genuine.
            StoreUnavailable: The audit cannot be read.
        """
    def trace(self, operation: str, principal: Principal) -> str:
        """One operation of the principal's tenant, from intent to outcome, as text for auditors: the host
        decides who they are. It names the rules whose conditions held, also on fields that the requester
        may not see; to the requester or a model goes ``trace_for_requester``. A record to which
        no signed checkpoint leads is marked ``NOT PROVEN``, one that was changed ``NOT AS SEALED``; of a
        record that is gone only ``verify`` tells.

        Raises:
            NotFound: The tenant has no such operation.
            InputError: A name of the principal is none, or it has a model and no agent.
        """
    def trace_for_requester(self, operation: str, principal: Principal) -> str:
        """What of the trace of an operation may go to the user it was for, or to their model: what was
        asked, the reasons of answers, tickets, and the outcome. It has no rules, risk, duties or answers
        of a shadow policy, and no hidden fields: the audit names those that a record has.

        Raises:
            NotFound: There is no such operation, or it was for another user or tenant.
        """
    def interrupted(self) -> List[InterruptedOperation]:
        """Operations that a process before left unfinished, as found when this guard was opened."""
    def health(self) -> Health:
        """How the guard is doing: whether policies, permission tables and store can be watched, and
        since when not."""
    def diagnostics(self) -> List[Diagnostic]:
        """Rows of the permission tables, role lines and skill statuses that were not accepted, or that
        can have no effect: for administrators."""
    @property
    def policy_digest(self) -> str:
        """The policy in force: ``sha256:`` and 64 hexadecimal digits."""
    @property
    def shadow_policy_digest(self) -> Optional[str]:
        """The shadow policy, if there is one."""
    def close(self) -> None:
        """Writes what the audit still holds and closes the database, once the last operation has
        ended. Closing twice does nothing; anything else then raises :class:`SetupError`."""
    def __enter__(self) -> "Guard": ...
    def __exit__(
        self,
        _kind: Optional[Type[BaseException]],
        _value: Optional[BaseException],
        _traceback: Optional[TracebackType],
        /,
    ) -> Literal[False]: ...

def evaluate(
    request: Union[str, Dict[str, Any]],
    *,
    policies: _Path,
    parameters: Optional[Dict[str, Any]] = None,
) -> Dict[str, Any]:
    """Decides one request in memory; what ``guard eval --format json`` prints.

    Args:
        request: The request as JSON text or as a ``dict``: ``principal``, ``skill``, and as needed
            ``entity``, ``context``, ``purpose``, ``at``, ``record``, ``changes``, ``verb``.
        policies: The folder of ``.guard`` files, or one file.
        parameters: As for :meth:`Guard.open`.

    Raises:
        PolicyError: A policy does not compile, or a parameter does not fit it.
        NotFound: The policies are not there.
        InputError: The request is malformed.
    """

def explain(request: Union[str, Dict[str, Any]], *, policies: _Path) -> Explanation:
    """Explains one request in memory; what ``guard why`` prints.

    Args:
        request: As for :func:`evaluate`.
        policies: The folder of ``.guard`` files, or one file.

    Raises:
        PolicyError: A policy does not compile.
        NotFound: The policies are not there.
        InputError: The request is malformed, or has neither a record nor changes.
    """

def check(
    policies: _Path,
    *,
    parameters: Optional[Dict[str, Any]] = None,
    language: str = "en",
) -> str:
    """The findings of the policy checker as text; empty when there are none.

    Args:
        policies: The folder of ``.guard`` files, or one file.
        parameters: As for :meth:`Guard.open`.
        language: A tag such as ``en`` or ``zh-CN``.

    Raises:
        NotFound, InputError: The policies are not there, or cannot be read.
        InputError: Nothing is told in that language.
    """

def findings(
    policies: _Path,
    *,
    parameters: Optional[Dict[str, Any]] = None,
    language: str = "en",
) -> List[Diagnostic]:
    """The findings of the policy checker as data, in the order of files and lines.

    A policy with a finding whose ``severity`` is ``"error"`` is refused.

    Args:
        policies: The folder of ``.guard`` files, or one file.
        parameters: As for :meth:`Guard.open`.
        language: A tag such as ``en`` or ``zh-CN``, for messages and helps.

    Raises:
        NotFound, InputError: The policies are not there, or cannot be read.
        InputError: Nothing is told in that language.
        PolicyError: A file is too large, or no text at all.
    """
