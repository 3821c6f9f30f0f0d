# pyright: strict
"""How a guard is doing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from conftest import POLICY

from crm_guardrails import Guard, PolicyError


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
