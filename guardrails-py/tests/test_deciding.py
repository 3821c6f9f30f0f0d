# pyright: strict
"""Proposals: allowed, refused, waiting; tickets decided and spent."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Dict, List

import pytest
from conftest import POLICY, quote_of

from crm_guardrails import (
    Decision,
    DecisionView,
    Denied,
    Guard,
    InputError,
    LimitReached,
    NotFound,
    Operation,
    PolicyError,
    Principal,
    check,
    evaluate,
)


def waits(guard: Guard, rep: Principal, quote: Dict[str, Any]) -> str:
    with guard.operation(rep, skill="quote.draft") as op:
        ticket = op.propose(quote, {"discount": 20}).ticket
    assert ticket is not None
    return ticket


def test_allowed(op: Operation, quote: Dict[str, Any]) -> None:
    decision = op.propose(quote, {"discount": Decimal("12.5")})
    assert (decision.outcome, decision.allowed, decision.reasons) == ("allow", True, [])
    assert (decision.ticket, decision.chain) == (None, None)
    assert op.changes == decision.changes == {"discount": Decimal("12.5")}
    receipt = op.complete("done")
    assert receipt.log and receipt.seq > 0


def test_only_an_allow_is_true_and_brings_changes(
    guard: Guard, rep: Principal, quote: Dict[str, Any]
) -> None:
    for discount, outcome in ((10, "allow"), (20, "needs_approval"), (50, "deny")):
        with guard.operation(rep, skill="quote.draft") as op:
            decision = op.propose(quote, {"discount": discount})
        assert decision.outcome == outcome
        assert bool(decision) == decision.allowed == (outcome == "allow")
        assert (decision.changes is not None) == (outcome == "allow")
        assert (decision.code == "") == (outcome == "allow")


def test_changes_are_as_they_were_judged(op: Operation, quote: Dict[str, Any]) -> None:
    decision = op.propose(quote, {"discount": "12.50%"})
    assert decision.changes == {"discount": Decimal("12.5")}


def test_a_decision_says_what_it_rests_on(
    guard: Guard, op: Operation, quote: Dict[str, Any]
) -> None:
    decision = op.propose(quote, {"discount": 12})
    assert decision.risk_level in ("LOW", "MEDIUM", "HIGH")
    assert isinstance(decision.risk_score, Decimal)
    assert sum(decision.risk_factors.values()) == decision.risk_score
    assert decision.policy_digest == guard.policy_digest
    [shadow] = decision.shadows
    assert (shadow.code, shadow.rule) == ("STEEP", "steep")
    [verdict] = decision.verdicts
    assert (verdict.rule, verdict.holding, verdict.shadow) == ("steep", "held", True)
    assert verdict.file == "company.guard" and verdict.line > 0


def test_refused(op: Operation, quote: Dict[str, Any]) -> None:
    decision = op.propose(quote, {"discount": 50})
    assert decision.outcome == "deny" and not decision.allowed
    reason = next(reason for reason in decision.reasons if reason.code == "DISCOUNT_TOO_DEEP")
    assert reason.rule == "too_deep" and reason.file == "company.guard" and reason.line > 0
    assert str(reason).startswith("DISCOUNT_TOO_DEEP: no discount goes this deep (too_deep at ")
    with pytest.raises(Denied) as refused:
        op.complete("done anyway")
    assert refused.value.code == "OPERATION_DENIED"
    assert isinstance(refused.value, PermissionError)


def test_a_field_that_may_not_be_written(op: Operation, quote: Dict[str, Any]) -> None:
    decision = op.propose(quote, {"cost_price": 1})
    assert decision.outcome == "deny"
    assert [reason.code for reason in decision.reasons] == ["FIELD_NOT_WRITABLE"]


def test_texts_are_told_in_the_language_of_who_reads_them(
    guard: Guard, rep: Principal, quote: Dict[str, Any]
) -> None:
    english = Principal(rep.tenant, rep.user, roles=rep.roles, agent="copilot", language="en-GB")
    with guard.operation(english, skill="quote.draft") as op:
        decision = op.propose(quote, {"discount": 20})
    assert decision.reasons[0].message == "over the limit of a representative: 20%"
    manager = Principal(rep.tenant, "u-02", roles=["SALES_MANAGER"], language="en")
    [card] = guard.tickets(manager)
    assert card.because == ["over the limit of a representative: 20%"]


def test_parameters_are_set_by_the_host(tmp_path: Path) -> None:
    policy = """guard 1
param LIMIT : percent = 15% in 0% .. 30%
entity Quote { id : text  discount : percent }
grant REP on Quote { write * }
skill quote.draft { does update on Quote impact 1 allow REP }
rule limit { on update of Quote when discount > LIMIT then deny OVER because "over {LIMIT}" }
"""
    path = tmp_path / "limits.guard"
    path.write_text(policy, "utf-8")
    request: Dict[str, Any] = {
        "principal": {"tenant": "acme", "user": "u-1", "roles": ["REP"]},
        "skill": "quote.draft",
        "record": {"id": "q", "discount": 1},
        "changes": {"discount": 20},
    }
    refused = evaluate(request, policies=path)
    allowed = evaluate(request, policies=path, parameters={"LIMIT": Decimal("22.5")})
    assert [reason["message"] for reason in refused["reasons"]] == ["over 15%"]
    assert allowed["outcome"] == "allow" and allowed["policy"] != refused["policy"]
    assert allowed == evaluate(request, policies=path, parameters={"LIMIT": "22.5"})
    with pytest.raises(PolicyError, match="outside of its range"):
        evaluate(request, policies=path, parameters={"LIMIT": 31})
    assert "no file declares it" in check(path, parameters={"LIMITT": 1})


def test_figures_are_taken_of_what_is_not_shown(tmp_path: Path) -> None:
    policy = """guard 1
entity Deal { id : text  amount : money(CNY) }
grant ANALYST on Deal { read id  aggregate amount by sum min_group 3 }
skill deal.look { does read on Deal impact 1 allow ANALYST }
"""
    path = tmp_path / "deals.guard"
    path.write_text(policy, "utf-8")
    store = f"sqlite://{tmp_path / 'figures.db'}?mode=rwc"
    deals: List[Dict[str, Any]] = [
        {"id": f"d-{at}", "amount": Decimal("10.25")} for at in range(4)
    ]
    analyst = Principal("acme", "u-1", roles=["ANALYST"])
    with Guard.open(policies=path, store=store) as guard:
        with guard.operation(analyst, skill="deal.look") as op:
            assert op.aggregate(deals, "amount", "sum") == Decimal("41.00")
            with pytest.raises(Denied, match="GROUP_TOO_SMALL"):
                op.aggregate(deals[:2], "amount", "sum")
            with pytest.raises(Denied, match="FIELD_NOT_AGGREGABLE"):
                op.aggregate(deals, "amount", "avg")
            with pytest.raises(InputError):
                op.aggregate(deals, "id", "sum")


def test_obligations_say_what_the_host_must_do(op: Operation, quote: Dict[str, Any]) -> None:
    decision = op.propose(quote, {"discount": 20})
    [bound] = decision.obligations
    assert (bound.name, bound.rule, bound.file) == ("tell_customer", "max_discount", "company.guard")
    assert bound.line > 1
    assert bound.terms == {
        "by": "u-17",
        "cost": "‹hidden›",
        "days": 30,
        "steps": ["call", None],
    }
    assert repr(bound) == "Obligation(tell_customer, max_discount)"


def test_needs_approval_then_approved_then_spent_once(
    guard: Guard, rep: Principal, manager: Principal, op: Operation, quote: Dict[str, Any]
) -> None:
    decision = op.propose(quote, {"discount": 20})
    assert (decision.outcome, decision.chain) == ("needs_approval", "discount_approval")
    assert decision.reasons[0].message == "折扣超过销售代表权限: 20%"
    ticket = decision.ticket or ""
    with pytest.raises(Denied, match="TICKET_PENDING"):
        guard.resume(ticket, rep, quote)

    [card] = guard.tickets(manager)
    assert (card.id, card.state, card.requester, card.record) == (ticket, "pending", "u-17", "Q-1")
    assert card.changes == [("discount", "5%", "20%")]
    assert card.withheld == []
    assert card.because == ["折扣超过销售代表权限: 20%"]
    assert card.operation == op.id and card.action.startswith("hmac-sha256:")
    assert card.created.tzinfo is datetime.timezone.utc
    assert card.expires - card.created == datetime.timedelta(hours=4)

    approved = guard.approve(ticket, manager, comment="good customer")
    assert approved.state == "approved" and approved.execute_by is not None
    [said] = approved.decisions
    assert (said.by, said.role, said.vote, said.comment) == (
        "u-02",
        "SALES_MANAGER",
        "approve",
        "good customer",
    )
    with guard.resume(ticket, rep, quote) as released:
        assert released.changes == {"discount": 20}
        released.complete("applied")
    with pytest.raises(Denied) as second:
        guard.resume(ticket, rep, quote)
    assert second.value.code == "TICKET_SPENT"
    assert second.value.reasons[0].code == "TICKET_SPENT"


def test_a_ticket_releases_nothing_else(
    guard: Guard, rep: Principal, manager: Principal, quote: Dict[str, Any]
) -> None:
    ticket = waits(guard, rep, quote)
    guard.approve(ticket, manager)
    with guard.operation(rep, skill="quote.draft", ticket=ticket) as op:
        decision = op.propose(quote, {"discount": 30})
    assert [reason.code for reason in decision.reasons] == ["TICKET_MISMATCH"]
    with guard.operation(rep, skill="quote.draft", ticket=ticket) as op:
        assert op.propose(quote, {"discount": 20}).allowed
        op.complete()


def test_a_ticket_is_reserved_given_back_and_settled(
    guard: Guard, rep: Principal, manager: Principal, quote: Dict[str, Any]
) -> None:
    ticket = waits(guard, rep, quote)
    guard.approve(ticket, manager)
    with pytest.raises(NotFound):
        guard.resume(ticket, rep, lambda key: None)
    with guard.resume(ticket, rep, lambda key: quote_of(id=key)) as op:
        assert guard.ticket(ticket, rep).state == "reserved"
        op.fail("CRM_DOWN")
    assert guard.ticket(ticket, rep).state == "approved"
    with guard.resume(ticket, rep, quote):
        pass
    assert guard.ticket(ticket, rep).state == "unknown"
    with pytest.raises(Denied, match="TICKET_UNKNOWN"):
        guard.resume(ticket, rep, quote)
    assert guard.settle(ticket, manager, "not_applied").state == "expired_unused"
    assert guard.sweep() == 0


def test_a_ticket_is_stale_for_what_was_read_and_nothing_else(
    guard: Guard, rep: Principal, manager: Principal, quote: Dict[str, Any]
) -> None:
    ticket = waits(guard, rep, quote)
    guard.approve(ticket, manager)
    with guard.resume(ticket, rep, {**quote, "note": "unread"}) as op:
        op.fail("NOT_NOW")
    with pytest.raises(Denied, match="TICKET_STALE"):
        guard.resume(ticket, rep, {**quote, "discount": 6})


def test_the_inbox_comes_in_pages(
    guard: Guard, rep: Principal, manager: Principal
) -> None:
    waiting = [waits(guard, rep, quote_of(id=f"Q-{number}")) for number in range(5)]
    first = guard.tickets(manager, limit=3)
    rest = guard.tickets(manager, after=first[-1])
    assert [card.id for card in first + rest] == waiting
    assert guard.tickets(manager, after=rest[-1]) == []


def test_nobody_approves_their_own_request(
    guard: Guard, rep: Principal, quote: Dict[str, Any]
) -> None:
    ticket = waits(guard, rep, quote)
    herself = Principal("acme", "u-17", roles=["SALES_REP", "SALES_MANAGER"])
    with pytest.raises(Denied) as refused:
        guard.approve(ticket, herself)
    assert refused.value.code == "APPROVER_IS_REQUESTER"
    machine = Principal("acme", "u-02", roles=["SALES_MANAGER"], agent="managers_copilot")
    with pytest.raises(Denied) as refused:
        guard.approve(ticket, machine)
    assert refused.value.code == "APPROVER_IS_AGENT"


def test_rejected_and_cancelled_release_nothing(
    guard: Guard, rep: Principal, manager: Principal, quote: Dict[str, Any]
) -> None:
    ticket = waits(guard, rep, quote)
    assert guard.reject(ticket, manager, comment="no").state == "rejected"
    with pytest.raises(Denied, match="TICKET_REJECTED"):
        guard.resume(ticket, rep, quote)
    other = waits(guard, rep, quote_of(id="Q-2"))
    guard.cancel(other, rep)
    assert guard.ticket(other, rep).state == "cancelled"
    with pytest.raises(Denied, match="TICKET_CANCELLED"):
        guard.resume(other, rep, lambda key: quote_of(id=key))


def test_a_ticket_does_not_exist_for_another_tenant(
    guard: Guard, rep: Principal, stranger: Principal, quote: Dict[str, Any]
) -> None:
    ticket = waits(guard, rep, quote)
    assert guard.tickets(stranger) == []
    for ask in (guard.ticket, guard.approve, guard.reject, guard.resume, guard.cancel):
        with pytest.raises(NotFound):
            ask(ticket, stranger)
    assert guard.ticket(ticket, rep).state == "pending"


def test_creating_and_deleting(guard: Guard, rep: Principal, quote: Dict[str, Any]) -> None:
    def decide(skill: str, propose: str, record: Dict[str, Any]) -> Decision:
        with guard.operation(rep, skill=skill) as op:
            return getattr(op, propose)(record)

    new = {"owner": "u-17", "stage": "DRAFT", "discount": 20}
    assert decide("quote.create", "propose_create", new).outcome == "needs_approval"
    assert decide("quote.delete", "propose_delete", quote).outcome == "allow"
    won = decide("quote.delete", "propose_delete", quote_of(stage="WON"))
    assert "QUOTE_WON" in [reason.code for reason in won.reasons]
    wrong_verb = decide("quote.draft", "propose_delete", quote)
    assert [reason.code for reason in wrong_verb.reasons] == ["VERB_NOT_OF_SKILL"]


def test_refused_before_it_begins(guard: Guard, rep: Principal) -> None:
    with pytest.raises(Denied) as unknown:
        guard.operation(rep, skill="quote.export")
    assert unknown.value.code == "SKILL_NOT_REGISTERED"
    nobody = Principal("acme", "u-99")
    with pytest.raises(Denied) as not_permitted:
        guard.operation(nobody, skill="quote.draft")
    assert not_permitted.value.code == "SKILL_NOT_PERMITTED"
    assert not_permitted.value.reasons[0].code == "SKILL_NOT_PERMITTED"


def test_an_update_stays_in_the_row_scope(
    policies: Path, store: str, rep: Principal, quote: Dict[str, Any]
) -> None:
    text = POLICY.replace("write owner, stage", "write stage")
    within, beyond = text.replace("write stage", "write owner, stage"), text.replace(
        "write stage", "write owner beyond scope  write stage"
    )
    for policy, codes in [(within, ["OUT_OF_SCOPE"]), (beyond, [])]:
        (policies / "company.guard").write_text(policy, "utf-8")
        with Guard.open(policies=policies, store=store) as guard:
            decision = guard.operation(rep, skill="quote.draft").propose(quote, {"owner": "u-2"})
            assert [reason.code for reason in decision.reasons] == codes
            assert decision.allowed == (not codes)


def test_limits_and_budgets(guard: Guard, rep: Principal) -> None:
    guard.operation(rep, skill="quote.rare").complete()
    with pytest.raises(LimitReached) as reached:
        guard.operation(rep, skill="quote.rare")
    assert reached.value.reasons
    op = guard.operation(rep, skill="quote.chatty")
    op.spend_tokens(1_000)
    op.complete()
    with pytest.raises(LimitReached):
        guard.operation(rep, skill="quote.chatty")


def test_an_identifier_that_is_none(guard: Guard, rep: Principal) -> None:
    for ask in (
        guard.resume,
        guard.ticket,
        guard.approve,
        guard.trace,
        guard.trace_for_requester,
    ):
        with pytest.raises(InputError, match="identifier"):
            ask("not-a-uuid", rep)


ALERTS = """
rule alert { on update of Quote when cost_price > 600 CNY then notify "desk", risk +3 "dear", oblige "log" {} }
rule seen  { on update of Quote when discount > 5% then notify "desk", oblige "seen" {} }
"""


def test_what_may_leave_the_host_says_no_more_than_the_requester_sees(
    policies: Path, store: str, rep: Principal
) -> None:
    (policies / "company.guard").write_text(POLICY + ALERTS, "utf-8")
    views: List[DecisionView] = []
    with Guard.open(policies=policies, store=store) as guard:
        for cost in (700, 500):
            with guard.operation(rep, skill="quote.draft") as op:
                decision = op.propose(quote_of(cost_price=cost), {"discount": 12})
            dear = cost == 700
            # The host's own code is told everything.
            assert ("alert" in [verdict.rule for verdict in decision.verdicts]) is dear
            assert decision.notify == ["desk"]
            views.append(decision.for_requester())
            explanation = decision.explain()
            assert "alert" not in explanation.text + explanation.to_json()
    one, two = views
    assert one.to_json() == two.to_json() and str(one) == str(two) == "allow"
    assert one.as_dict() == two.as_dict()
    assert [verdict.rule for verdict in one.verdicts] == ["seen", "steep"] or [
        verdict.rule for verdict in one.verdicts
    ] == ["steep", "seen"]
    assert [bound.name for bound in one.obligations] == ["seen"]
    assert (one.outcome, one.ticket, one.chain, one.reasons) == ("allow", None, None, [])
    assert (one.risk_level, one.risk_score) == (None, None)
    assert [reason.code for reason in one.shadows] == ["STEEP"]
    assert repr(one) == "DecisionView(allow)"
    assert one.policy_digest.startswith("sha256:")
