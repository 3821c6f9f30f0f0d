# pyright: strict
"""Policies that change while a guard runs, and shadow policies beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Literal

import pytest
from conftest import POLICY

from crm_guardrails import Guard, InputError, PolicyError, Principal, SetupError

FAILING_TEST = """
test "nobody gives ten" {
    actor  { id: "u-17", roles: [SALES_REP] }
    skill  quote.draft
    given  Quote { owner: "u-17", stage: DRAFT, discount: 5% }
    change { discount: 10% }
    expect deny
}
"""


def test_a_broken_policy_is_refused_and_told(guard: Guard, policies: Path) -> None:
    digest = guard.policy_digest
    (policies / "company.guard").write_text(POLICY.replace("discount > 40%", "discuont > 40%"), "utf-8")
    with pytest.raises(PolicyError):
        guard.reload()
    last = guard.last_reload
    assert last is not None and not last.swapped and last.bundle != digest
    assert [found.code for found in last.diagnostics] == ["G0201"]
    assert last.message and not last.failed_tests
    assert guard.policy_digest == digest


@pytest.mark.parametrize(("before_swap", "swapped"), [("compile", True), ("run_tests", False)])
def test_policies_with_failing_tests(
    policies: Path, store: str, before_swap: Literal["compile", "run_tests"], swapped: bool
) -> None:
    with Guard.open(policies=policies, store=store, before_swap=before_swap) as guard:
        (policies / "company.guard").write_text(POLICY + FAILING_TEST, "utf-8")
        if swapped:
            guard.reload()
        else:
            with pytest.raises(PolicyError, match="nobody gives ten"):
                guard.reload()
        last = guard.last_reload
        assert last is not None and last.swapped is swapped
        assert last.failed_tests == ([] if swapped else ["nobody gives ten"])


def test_an_unknown_word_for_before_swap(policies: Path, store: str) -> None:
    with pytest.raises(InputError, match="before_swap"):
        Guard.open(policies=policies, store=store, before_swap="hope")  # pyright: ignore[reportArgumentType]


def test_a_shadow_policy_is_asked_and_has_no_effect(
    policies: Path, store: str, tmp_path: Path, rep: Principal, quote: Dict[str, Any]
) -> None:
    shadow = tmp_path / "shadow.guard"
    shadow.write_text(POLICY.replace("discount > 15%", "discount > 7%"), "utf-8")
    with Guard.open(policies=policies, store=store, shadow_policies=shadow) as guard:
        assert guard.shadow_policy_digest not in (None, guard.policy_digest)
        first = guard.last_shadow_reload
        assert first is not None and first.swapped
        with guard.operation(rep, skill="quote.draft") as op:
            decision = op.propose(quote, {"discount": 10})
            op.complete()
        assert decision.outcome == "allow"
        said = decision.shadow_policy
        assert said is not None
        assert (said.outcome, said.chain) == ("needs_approval", "discount_approval")
        assert said.difference == "narrower"
        assert [reason.message for reason in said.reasons] == ["折扣超过销售代表权限: 10%"]
        assert said.policy_digest == guard.shadow_policy_digest
        assert "narrower" in guard.trace(op.id, rep)
        [tally] = guard.shadow_report(rep)
        assert (tally.step, tally.in_force, tally.outcome) == ("propose", "allow", "needs_approval")
        assert (tally.times, tally.last) == (1, op.id)

        shadow.write_text("guard 2", "utf-8")
        with pytest.raises(PolicyError):
            guard.reload_shadow()
        last = guard.last_shadow_reload
        assert last is not None and not last.swapped
        assert guard.shadow_policy_digest == said.policy_digest


def test_a_guard_without_shadow_policies(
    guard: Guard, rep: Principal, stranger: Principal, quote: Dict[str, Any]
) -> None:
    assert guard.shadow_policy_digest is None
    assert guard.last_reload is None and guard.last_shadow_reload is None
    with pytest.raises(SetupError):
        guard.reload_shadow()
    with guard.operation(rep, skill="quote.draft") as op:
        assert op.propose(quote, {"discount": 10}).shadow_policy is None
    assert guard.shadow_report(stranger) == []
