# pyright: strict
"""How a guard is doing."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any, Dict, List

import pytest
from conftest import POLICY

from crm_guardrails import Guard, LimitReached, OperationLimits, PolicyError, Principal, Problem


def test_a_guard_that_works_is_well(guard: Guard) -> None:
    health = guard.health()
    assert health.well and health.tables == "current"
    assert health.policy_in_force and health.store_answers
    assert health.problems == [] and health.findings == 0
    assert health.clock_offset is None
    assert repr(health) == "Health(well, tables current)"


def test_a_refused_policy_is_a_problem(policies: Path, store: str) -> None:
    with Guard.open(policies=policies, store=store, permissions_max_age=timedelta(minutes=1)) as guard:
        (policies / "company.guard").write_text(POLICY.replace("discount > 40%", "discuont > 40%"), "utf-8")
        with pytest.raises(PolicyError):
            guard.reload()
        health = guard.health()
        assert not health.well and not health.policy_in_force
        (problem,) = health.problems
        assert (problem.part, problem.code) == ("policy", "G0201")


def break_policy(policies: Path, guard: Guard) -> None:
    (policies / "company.guard").write_text(POLICY.replace("discount > 40%", "discuont > 40%"), "utf-8")
    with pytest.raises(PolicyError):
        guard.reload()


def test_a_problem_is_told_once(policies: Path, store: str) -> None:
    heard: List[Problem] = []
    told = threading.Event()
    inside: List[Any] = []

    def hear(problem: Problem) -> None:
        # Whatever is asked of the guard here waits for nobody.
        inside.append(guard.health().well)
        guard.refresh()
        heard.append(problem)
        told.set()

    with Guard.open(policies=policies, store=store, on_problem=hear) as guard:
        assert heard == []
        break_policy(policies, guard)
        assert told.wait(30)
        with pytest.raises(PolicyError):
            guard.reload()
        (problem,) = guard.health().problems
    assert [(one.part, one.code) for one in heard] == [("policy", "G0201")]
    assert heard[0].message == problem.message and inside == [False]


def test_an_error_of_the_listener_is_not_raised(
    policies: Path, store: str, monkeypatch: pytest.MonkeyPatch, rep: Principal
) -> None:
    caught: List[Any] = []
    told = threading.Event()

    def hook(unraisable: Any) -> None:
        caught.append(unraisable.exc_value)
        told.set()

    def hear(_: Problem) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("sys.unraisablehook", hook)
    with Guard.open(policies=policies, store=store, on_problem=hear) as guard:
        break_policy(policies, guard)
        assert told.wait(30)
        guard.operation(rep, skill="quote.draft").complete()
    assert [str(error) for error in caught] == ["the log is full"]


def test_a_guard_that_is_let_go_waits_for_no_listener(policies: Path, store: str) -> None:
    began, go_on = threading.Event(), threading.Event()

    def hear(_: Problem) -> None:
        began.set()
        go_on.wait(30)

    guard = Guard.open(policies=policies, store=store, on_problem=hear)
    break_policy(policies, guard)
    assert began.wait(30)
    # Not closed: the last reference goes while the listener is at work.
    del guard
    go_on.set()


def test_a_listener_is_a_function(policies: Path, store: str) -> None:
    bad: Any = "log"
    with pytest.raises(TypeError, match="on_problem"):
        Guard.open(policies=policies, store=store, on_problem=bad)


def test_an_operation_has_limits(policies: Path, store: str, rep: Principal, quote: Dict[str, Any]) -> None:
    limits = OperationLimits(max_proposals=1, max_rows=2)
    assert limits == OperationLimits(max_age=timedelta(hours=1), max_proposals=1, max_rows=2)
    assert limits.max_age == timedelta(hours=1) and OperationLimits().max_rows == 10_000
    assert repr(OperationLimits()) == "OperationLimits(3600 s, 100 proposals, 10000 rows)"
    with Guard.open(policies=policies, store=store, operation_limits=limits) as guard:
        with guard.operation(rep, skill="quote.draft") as op:
            op.propose(quote, {"discount": 3})
            with pytest.raises(LimitReached) as proposals:
                op.propose(quote, {"discount": 4})
            assert proposals.value.code == "OPERATION_PROPOSALS_REACHED"
            op.read(quote)
            op.read(quote)
            with pytest.raises(LimitReached) as rows:
                op.read(quote)
            assert rows.value.code == "OPERATION_ROWS_REACHED"
    short = OperationLimits(max_age=timedelta(0))
    with Guard.open(policies=policies, store=store, operation_limits=short) as guard:
        with pytest.raises(LimitReached) as old:
            guard.operation(rep, skill="quote.draft").read(quote)
        assert old.value.code == "OPERATION_TOO_OLD"
