# pyright: strict
"""What is malformed is refused with a typed error that tells no value."""

from __future__ import annotations

import collections
import datetime
import enum
import sqlite3
import types
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, List, cast

import pytest
from conftest import quote_of

from crm_guardrails import (
    Guard,
    InputError,
    NotFound,
    Operation,
    OperationLimits,
    PolicyError,
    Principal,
    SetupError,
    StoreUnavailable,
    check,
    evaluate,
)

SECRET = "13812345678"


def nested(depth: int) -> List[Any]:
    value: List[Any] = [SECRET]
    for _ in range(depth):
        value = [value]
    return value


def nested_dict(depth: int) -> Dict[str, Any]:
    value: Dict[str, Any] = {"a": SECRET}
    for _ in range(depth):
        value = {"a": value}
    return value


def circle() -> Dict[str, Any]:
    value: Dict[str, Any] = {}
    value["self"] = value
    return value


class Shy(str):
    """Equal to nothing, so that a dict may hold it beside its own text."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


@pytest.mark.parametrize(
    ("field", "code"),
    [
        pytest.param({"place": nested_dict(10_000)}, "record_depth", id="depth 10,000 of dicts"),
        pytest.param({"tags": nested(10_000)}, "record_depth", id="depth 10,000 of lists"),
        pytest.param({"place": circle()}, "record_depth", id="a circle"),
        pytest.param({f"k{i}": i for i in range(10_000)}, "record_items", id="10,000 keys"),
        pytest.param({"tags": [SECRET] * 10_000}, "record_items", id="10,000 items"),
        pytest.param({"tags": ["长" * 400_000]}, "record_bytes", id="1.2 MB of text"),
        pytest.param({"amount": float("nan")}, "`amount`", id="nan"),
        pytest.param({"amount": float("inf")}, "`amount`", id="inf"),
        pytest.param({"amount": 0.1 + 0.2}, "not exact", id="inexact float"),
        pytest.param({"amount": 1e300}, "not exact", id="huge float"),
        pytest.param({"amount": Decimal("NaN")}, "`amount`", id="decimal nan"),
        pytest.param({"amount": Decimal("Infinity")}, "`amount`", id="decimal inf"),
        pytest.param({"amount": Decimal("1." + "1" * 30)}, "`amount`", id="31 digits"),
        pytest.param({"amount": Decimal("1." + "1" * 30 + "E+9")}, "`amount`", id="31 and E"),
        pytest.param({"amount": 10**40}, "`amount`", id="huge int"),
        pytest.param({"amount": 10**10_000}, "`amount`", id="int of 10,000 digits"),
        pytest.param({"amount": b"12"}, "the type `bytes`", id="bytes"),
        pytest.param({"amount": {SECRET}}, "the type `set`", id="set"),
        pytest.param({"amount": object()}, "the type `object`", id="object"),
        pytest.param({1: SECRET}, "must be `str`", id="int key"),
        pytest.param({"place": {None: SECRET}}, "must be `str`", id="None key, nested"),
        pytest.param({"amount": "\ud800"}, "no Unicode", id="lone surrogate"),
        pytest.param({"\ud800": SECRET}, "no Unicode", id="lone surrogate as key"),
        pytest.param({"tags": [SECRET], Shy("tags"): []}, "read the same", id="key twice"),
        pytest.param({"id": None}, "needs an `id`", id="no id"),
    ],
)
def test_refused(op: Operation, field: Dict[Any, Any], code: str) -> None:
    record = {**quote_of(), **field}

    def update(record: Dict[str, Any]) -> object:
        return op.propose(record, {"discount": 1})

    asks: List[Callable[[Dict[str, Any]], object]] = [op.read, op.propose_delete, update]
    for ask in asks:
        with pytest.raises(InputError) as refused:
            ask(cast(Dict[str, Any], record))
        assert code in str(refused.value)
        assert isinstance(refused.value, ValueError)
        assert SECRET not in repr(refused.value) + refused.value.help
    # Nothing is half-done: the operation goes on.
    assert op.read(quote_of())["id"] == "Q-1"


@pytest.mark.parametrize("changes", [{"discount": float("nan")}, {"discount": object()}])
def test_changes_are_held_to_the_same(op: Operation, changes: Dict[str, Any]) -> None:
    with pytest.raises(InputError):
        op.propose(quote_of(), changes)
    assert op.propose(quote_of(), {"discount": 10}).allowed


def test_a_value_of_the_wrong_type_is_refused_by_the_guard(op: Operation) -> None:
    decision = op.propose(quote_of(), {"discount": SECRET + "x"})
    assert decision.outcome == "deny"
    assert "FIELD_INVALID" in [reason.code for reason in decision.reasons]
    assert SECRET not in repr(decision) + repr(decision.reasons)


class Stage(enum.Enum):
    DRAFT = "DRAFT"


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("amount", 1200, 1200),
        ("amount", 1200.5, 1200.5),
        ("amount", 1e3, 1e3),
        ("amount", Decimal("1.2E+3"), Decimal("1.2E+3")),
        ("amount", "1200.50", "1200.50"),
        ("amount", None, None),
        ("stage", Stage.DRAFT, Stage.DRAFT),
        ("valid_until", datetime.date(2026, 1, 2), datetime.date(2026, 1, 2)),
        ("tags", ("a", "b"), ("a", "b")),
        ("tags", [], []),
        ("contact_name", "", "***"),
        ("contact_phone", 13812345678, "138****5678"),
    ],
)
def test_what_a_record_may_hold(op: Operation, field: str, value: object, shown: object) -> None:
    assert op.read(quote_of(**{field: value}))[field] == shown


def test_an_id_may_be_a_uuid(op: Operation) -> None:
    identifier = uuid.uuid4()
    assert op.read(quote_of(id=identifier))["id"] is identifier


def test_reading_a_record_may_run_code_that_changes_it(op: Operation) -> None:
    record = quote_of()

    class Sly(enum.Enum):
        ONE = 1

        @property
        def value(self) -> str:  # type: ignore[override]
            record.clear()
            record["cost_price"] = SECRET
            return "DRAFT"

    record["stage"] = Sly.ONE
    assert SECRET not in str(op.read(record))


def test_wrong_arguments_are_type_errors(guard: Guard, rep: Principal, op: Operation) -> None:
    anything = cast(Any, guard)
    with pytest.raises(TypeError):
        cast(Any, op).read([("id", "Q-1")])
    with pytest.raises(TypeError):
        cast(Any, op).read_many([1])
    with pytest.raises(TypeError):
        anything.operation({"user": "u-17"}, skill="quote.draft")
    with pytest.raises(TypeError):
        anything.operation(rep, "quote.draft")
    with pytest.raises(TypeError):
        cast(Any, Principal)("acme", "u-17", roles="SALES_REP")
    with pytest.raises(TypeError):
        cast(Any, Principal)("acme", "u-17", ["SALES_REP"])
    with pytest.raises(InputError):
        Principal("acme", "u-17", attributes={"region": object()})
    with pytest.raises(InputError):
        Principal("acme", "u-17", risk_score=float("nan"))
    for behaviour in ({"calls": 3}, {"calls_10x": 3}, {"calls_10m": -1}, {"calls_10m": 1.5}):
        with pytest.raises(InputError):
            Principal("acme", "u-17", behaviour=cast(Any, behaviour))
    Principal("acme", "u-17", behaviour={"calls_10m": 3, "denials_1d": 0})


@pytest.mark.parametrize("bad", ["", " ", "a\0b", "a\nb", "a\x9b", "\u202ea", "a\u200b", " a", "n" * 256])
def test_what_is_no_name_is_refused(guard: Guard, bad: str) -> None:
    people = [
        Principal(bad, "u-17", roles=["SALES_REP"]),
        Principal("acme", bad, roles=["SALES_REP"]),
        Principal("acme", "u-17", roles=[bad]),
        # A model must not pass for the person.
        Principal("acme", "u-17", roles=["SALES_REP"], model="qwen:14b"),
    ]
    ticket = str(uuid.UUID(int=0))
    with guard.operation(Principal("acme", "u-17", roles=["SALES_REP"]), skill="quote.draft") as op:
        op.complete()
    for person in people:
        calls: List[Callable[[], object]] = [
            lambda: guard.operation(person, skill="quote.draft"),
            lambda: guard.resume(ticket, person, quote_of()),
            lambda: guard.tickets(person),
            lambda: guard.ticket(ticket, person),
            lambda: guard.approve(ticket, person),
            lambda: guard.reject(ticket, person),
            lambda: guard.cancel(ticket, person),
            lambda: guard.settle(ticket, person, "applied"),
            lambda: guard.trace(op.id, person),
            lambda: guard.shadow_report(person),
        ]
        for call in calls:
            with pytest.raises(InputError):
                call()


SURROGATE = "u\ud800"


def test_text_that_is_no_unicode_is_bad_input(
    guard: Guard, rep: Principal, policies: Path, store: str
) -> None:
    bad, ticket = SURROGATE, str(uuid.UUID(int=0))
    calls: List[Callable[[], object]] = [
        lambda: Principal(bad, "u-17"),
        lambda: Principal("acme", bad),
        lambda: Principal("acme", "u-17", roles=[bad]),
        lambda: Principal("acme", "u-17", agent=bad),
        lambda: Principal("acme", "u-17", model=bad),
        lambda: Principal("acme", "u-17", language=bad),
        lambda: Principal("acme", "u-17", attributes={bad: 1}),
        lambda: guard.operation(rep, skill=bad),
        lambda: guard.operation(rep, skill="quote.draft", entity=bad),
        lambda: guard.operation(rep, skill="quote.draft", context=bad),
        lambda: guard.operation(rep, skill="quote.draft", purpose=bad),
        lambda: guard.operation(rep, skill="quote.draft", ticket=bad),
        lambda: guard.resume(bad, rep, quote_of()),
        lambda: guard.ticket(bad, rep),
        lambda: guard.approve(bad, rep),
        lambda: guard.approve(ticket, rep, comment=bad),
        lambda: guard.reject(ticket, rep, comment=bad),
        lambda: guard.cancel(bad, rep),
        lambda: guard.settle(ticket, rep, cast(Any, bad)),
        lambda: guard.trace(bad, rep),
        lambda: guard.operation(rep, skill="quote.draft").complete(bad),
        lambda: guard.operation(rep, skill="quote.draft").fail(bad),
        lambda: guard.operation(rep, skill="quote.draft").aggregate([], bad, "count"),
        lambda: Guard.open(policies=policies, store=bad),
        lambda: Guard.open(policies=policies, store=store, table_prefix=bad),
        lambda: check(policies, language=bad),
        lambda: evaluate(bad, policies=policies),
    ]
    for number, call in enumerate(calls):
        with pytest.raises(InputError) as refused:
            call()
        assert "ud800" not in str(refused.value), number


def test_numbers_out_of_range_are_bad_input(
    guard: Guard, rep: Principal, op: Operation, policies: Path, store: str
) -> None:
    calls: List[Callable[[], object]] = [lambda: guard.tickets(rep, limit=0)]
    for bad in (-1, 2**70, -(2**70)):
        calls += [
            lambda bad=bad: guard.tickets(rep, limit=bad),
            lambda bad=bad: op.spend_tokens(bad),
            lambda bad=bad: OperationLimits(max_proposals=bad),
            lambda bad=bad: OperationLimits(max_rows=bad),
            lambda bad=bad: Guard.open(policies=policies, store=store, max_open_tickets=bad),
        ]
    past = datetime.timedelta(seconds=-1)
    calls += [
        lambda: OperationLimits(max_age=past),
        lambda: Guard.open(policies=policies, store=store, permissions_max_age=past),
    ]
    for call in calls:
        with pytest.raises(InputError):
            call()
    with pytest.raises(TypeError):
        guard.tickets(rep, limit=cast(Any, "1"))
    assert guard.tickets(rep, limit=5000) == []


def test_any_mapping_is_a_record(guard: Guard, rep: Principal, manager: Principal) -> None:
    def row(record: Dict[str, Any]) -> sqlite3.Row:
        connection = sqlite3.connect(":memory:")
        connection.row_factory = sqlite3.Row
        own = {key: value for key, value in record.items() if isinstance(value, (str, int))}
        names = ", ".join(f"? AS {name}" for name in own)
        return connection.execute(f"SELECT {names}", tuple(own.values())).fetchone()

    made: List[Callable[[Dict[str, Any]], Any]] = [
        dict,
        types.MappingProxyType,
        collections.UserDict,
        collections.OrderedDict,
        lambda record: collections.ChainMap({}, record),
        row,
    ]
    for make in made:
        plain = {key: value for key, value in quote_of().items() if isinstance(value, (str, int))}
        nested = {**quote_of(), "place": make({"city": "上海"})}
        with guard.operation(rep, skill="quote.draft") as op:
            assert op.read(make(plain))["id"] == "Q-1"
            assert op.read(nested)["place"]["city"] == "上海"
            ticket = op.propose(make(plain), make({"discount": 20})).ticket
        assert ticket
        if guard.ticket(ticket, rep).state == "pending":
            guard.approve(ticket, manager)
        guard.resume(ticket, rep, make(plain)).fail("AGAIN")
        guard.resume(ticket, rep, lambda _: make(plain)).fail("AGAIN")

    with guard.operation(rep, skill="quote.draft") as op:
        ticket = op.propose(quote_of(), {"discount": 25}).ticket
    assert ticket
    guard.approve(ticket, manager)

    def load(_: str) -> Any:
        return iter(())

    none: List[Any] = [[("id", "Q-1")], "Q-1", 7, object(), load]
    for bad in none:
        with pytest.raises(InputError):
            guard.resume(ticket, rep, bad)


def test_a_record_that_is_gone_is_told_as_one_out_of_reach(
    guard: Guard, rep: Principal, manager: Principal
) -> None:
    with guard.operation(rep, skill="quote.draft") as op:
        ticket = op.propose(quote_of(), {"discount": 20}).ticket
    assert ticket
    guard.approve(ticket, manager)
    answers: List[Any] = []
    for record in (None, quote_of(owner="u-99"), quote_of(tenant_id="globex")):
        with pytest.raises(NotFound) as refused:
            guard.resume(ticket, rep, lambda _, record=record: record)
        error = refused.value
        answers.append((error.code, error.reasons, error.help, str(error)))
    assert answers[0][:2] == ("not_found", [])
    assert answers == answers[:1] * 3


def test_names_inside_a_record_are_held_to_the_same(op: Operation) -> None:
    for record in (quote_of(id="Q\0"), quote_of(id=" ")):
        with pytest.raises(InputError):
            op.read(record)
    with pytest.raises(InputError):
        op.propose(quote_of(), {"discount": 10, "notes": {"a\0": 1}})
    # Keys of the host's own data may be anything.
    assert "a\nb" not in op.read({**quote_of(), "a\nb": 1})


def test_the_code_of_a_failure_is_a_name(guard: Guard, rep: Principal) -> None:
    with guard.operation(rep, skill="quote.draft") as op:
        with pytest.raises(InputError, match="the code of the failure"):
            op.fail("CRM\ndown")
    trace = guard.trace(op.id, rep)
    assert "failed" in trace and "FAILURE_CODE_INVALID" in trace and "abandoned" not in trace


def test_broken_policies_say_where(tmp_path: Path, store: str) -> None:
    broken = tmp_path / "broken.guard"
    broken.write_text(
        "guard 1\npackage broken\n\nentity Quote { id : text }\n\n"
        "grant SALES_REP on Qoute { read id }\ngrant SALES_REP on Quote { read idd }\n",
        "utf-8",
    )
    with pytest.raises(PolicyError) as refused:
        Guard.open(policies=broken, store=store)
    error = refused.value
    assert (error.file, error.line) == ("broken.guard", 6)
    assert error.column > 1 and error.code.startswith("G") and error.help
    assert str(error).startswith("broken.guard:6:")
    assert [found.line for found in error.diagnostics] == [6, 7]
    assert str(error.diagnostics[0]) in str(error)
    assert not list(tmp_path.glob("guard.db*")), "nothing is half-done"
    text = check(broken)
    assert error.code in text and "broken.guard:6" in text and "help:" in text


def test_bad_addresses_and_folders(tmp_path: Path, policies: Path, store: str) -> None:
    with pytest.raises(NotFound):
        Guard.open(policies=tmp_path / "nowhere", store=store)
    for address in ("guard.db", "oracle://u:hunter2@host/db", "sqlite://:memory:"):
        with pytest.raises(SetupError) as wrong:
            Guard.open(policies=policies, store=address)
        assert "sqlite://" in wrong.value.help and "hunter2" not in repr(wrong.value)
    with pytest.raises((SetupError, StoreUnavailable)) as refused:
        Guard.open(policies=policies, store=f"sqlite://{tmp_path}/no/such/guard.db?mode=rwc")
    assert refused.value.help
    with pytest.raises(SetupError, match="key"):
        Guard.open(policies=policies, store="postgres://u:hunter2@localhost:1/db")
    with pytest.raises(TypeError):
        cast(Any, Guard).open(policies)
    with pytest.raises(TypeError):
        cast(Any, Guard)()


def test_bad_requests(policies: Path) -> None:
    requests: List[Any] = ["", "[]", "{", '{"skill": 1}', {}, {"skill": "quote.draft", "who": {}}]
    for request in requests:
        with pytest.raises(InputError):
            evaluate(request, policies=policies)
    with pytest.raises(TypeError):
        evaluate(cast(Any, 7), policies=policies)
