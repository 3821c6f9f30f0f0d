# pyright: strict
"""In a forked child, what its parent opened neither works nor is closed; the parent goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from conftest import POLICY, quote_of

from crm_guardrails import Guard, Principal, SetupError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


def in_child(work: Callable[[], str]) -> str:
    """What `work` answers in a forked child, which ends at once."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = work()
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answered:
        answer = answered.read()
    os.waitpid(child, 0)
    return answer


def refusals(calls: "Dict[str, Callable[[], object]]") -> str:
    """The names of the calls that do not raise SetupError."""
    through: List[str] = []
    for name, call in calls.items():
        try:
            call()
            through.append(name)
        except SetupError:
            pass
        except BaseException as error:
            through.append(f"{name}: {type(error).__name__}")
    return ", ".join(through)


def members(of: object, known: "Dict[str, Callable[[], object]]", harmless: "set[str]") -> None:
    """Every public member is in one of the two, so that a new one is thought of."""
    public = {name for name in dir(of) if not name.startswith("_")}
    assert public == {*known, *harmless}


def test_nothing_of_an_operation_works_in_a_child(
    guard: Guard, rep: Principal, manager: Principal, quote: Dict[str, Any]
) -> None:
    with guard.operation(rep, skill="quote.draft") as asking:
        ticket = asking.propose(quote, {"discount": 20}).ticket
    assert ticket
    guard.approve(ticket, manager)
    op = guard.resume(ticket, rep, quote)
    calls: Dict[str, Callable[[], object]] = {
        "read": lambda: op.read(quote),
        "read_many": lambda: op.read_many([quote]),
        "aggregate": lambda: op.aggregate([quote], "discount", "count"),
        "propose": lambda: op.propose(quote, {"discount": 20}),
        "propose_create": lambda: op.propose_create(quote),
        "propose_delete": lambda: op.propose_delete(quote),
        "changes": lambda: op.changes,
        "spend_tokens": lambda: op.spend_tokens(1),
        "complete": lambda: op.complete(),
        "fail": lambda: op.fail("CHILD"),
    }
    members(op, calls, {"id", "entity"})
    assert in_child(lambda: refusals(calls)) == ""
    assert guard.ticket(ticket, rep).state == "reserved"
    assert op.changes == {"discount": 20}
    op.complete()
    assert guard.ticket(ticket, rep).state == "consumed"
    assert guard.verify().findings == []


def test_nothing_of_a_guard_works_in_a_child(
    guard: Guard, rep: Principal, quote: Dict[str, Any]
) -> None:
    with guard.operation(rep, skill="quote.draft") as op:
        ticket = op.propose(quote, {"discount": 20}).ticket
    assert ticket
    calls: Dict[str, Callable[[], object]] = {
        "operation": lambda: guard.operation(rep, skill="quote.draft"),
        "resume": lambda: guard.resume(ticket, rep, quote),
        "settle": lambda: guard.settle(ticket, rep, "applied"),
        "sweep": guard.sweep,
        "tickets": lambda: guard.tickets(rep),
        "ticket": lambda: guard.ticket(ticket, rep),
        "approve": lambda: guard.approve(ticket, rep),
        "reject": lambda: guard.reject(ticket, rep),
        "cancel": lambda: guard.cancel(ticket, rep),
        "refresh": guard.refresh,
        "reload": guard.reload,
        "reload_shadow": guard.reload_shadow,
        "last_reload": lambda: guard.last_reload,
        "last_shadow_reload": lambda: guard.last_shadow_reload,
        "shadow_report": lambda: guard.shadow_report(rep),
        "verify": guard.verify,
        "checkpoints": guard.checkpoints,
        "trace": lambda: guard.trace(op.id, rep),
        "trace_for_requester": lambda: guard.trace_for_requester(op.id, rep),
        "interrupted": guard.interrupted,
        "health": guard.health,
        "diagnostics": guard.diagnostics,
        "policy_digest": lambda: guard.policy_digest,
        "shadow_policy_digest": lambda: guard.shadow_policy_digest,
    }
    members(guard, calls, {"open", "close"})
    assert in_child(lambda: refusals(calls)) == ""
    assert guard.ticket(ticket, rep).state == "pending"


def test_a_child_closes_nothing(guard: Guard, rep: Principal, quote: Dict[str, Any]) -> None:
    op = guard.operation(rep, skill="quote.draft")

    def child() -> str:
        with guard, op:
            pass
        guard.close()
        return "closed"

    assert in_child(child) == "closed"
    assert op.read(quote)["id"] == "Q-1"
    op.complete()
    assert guard.verify().findings == []


@pytest.mark.parametrize("end", ["sys.exit(0)", "del op, guard", "guard.close()", "pass"])
def test_a_child_that_ends_says_nothing(tmp_path: Path, end: str) -> None:
    (tmp_path / "company.guard").write_text(POLICY, "utf-8")
    program = f"""
import os, sys
from crm_guardrails import Guard, Principal
rep = Principal("acme", "u-17", roles=["SALES_REP"])
guard = Guard.open(policies=sys.argv[1], store=f"sqlite://{{sys.argv[1]}}/guard.db?mode=rwc")
op = guard.operation(rep, skill="quote.draft")
if os.fork() == 0:
    {end}
else:
    assert os.wait()[1] == 0
    op.complete()
    assert guard.verify().findings == []
    print("parent")
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "parent\n")


def test_a_child_opens_a_guard_of_its_own(
    guard: Guard, policies: Path, store: str, rep: Principal
) -> None:
    def child() -> str:
        with Guard.open(policies=policies, store=store) as own:
            with own.operation(rep, skill="quote.draft") as op:
                shown = op.read(quote_of())["id"]
                op.complete()
        return str(shown)

    assert in_child(child) == "Q-1"
    assert guard.verify().findings == []
