# pyright: strict
"""How operations and guards end, and what the audit keeps of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, Tuple

import pytest
from conftest import Administer

from crm_guardrails import (
    Denied,
    Guard,
    InputError,
    NotFound,
    Operation,
    Principal,
    SetupError,
)


def test_an_exception_fails_the_operation(
    guard: Guard, rep: Principal, quote: Dict[str, Any]
) -> None:
    with pytest.raises(ZeroDivisionError), guard.operation(rep, skill="quote.draft") as op:
        op.read(quote)
        raise ZeroDivisionError("13812345678")
    trace = guard.trace(op.id, rep)
    assert "failed" in trace and "ZeroDivisionError" in trace
    assert "138" not in trace


@pytest.mark.parametrize(
    ("discount", "word"), [(None, "abandoned"), (20, "waiting"), (50, "denied")]
)
def test_left_unfinished_it_is_what_it_came_to(
    guard: Guard, rep: Principal, quote: Dict[str, Any], discount: "int | None", word: str
) -> None:
    with guard.operation(rep, skill="quote.draft") as op:
        if discount is not None:
            op.propose(quote, {"discount": discount})
    # Written behind the caller's back, but in order: what is durable later is on record after it.
    guard.operation(rep, skill="quote.draft").complete()
    assert word in guard.trace(op.id, rep)
    with pytest.raises(Denied, match="OPERATION_ENDED"):
        op.fail("LATE")


def test_what_a_trace_tells(guard: Guard, rep: Principal, quote: Dict[str, Any]) -> None:
    purpose = "call back"
    with guard.operation(
        rep, skill="quote.draft", context="sales_copilot", purpose=purpose
    ) as op:
        op.read(quote)
        op.propose(quote, {"discount": 10})
        op.complete("I have put ten per cent on the quote.")
    trace = guard.trace(op.id, rep)
    for word in ("intent", "data_access", "decision", "allow", "outcome", "completed"):
        assert word in trace, word
    for word in (op.id, "u-17", "quote.draft", "sales_copilot", purpose, "contact_phone"):
        assert word in trace, word
    for value in ("138", "欧阳", "60000", "ten per cent"):
        assert value not in trace, value


def test_what_a_requester_may_trace(
    guard: Guard, rep: Principal, manager: Principal, quote: Dict[str, Any]
) -> None:
    with guard.operation(rep, skill="quote.draft") as op:
        op.read(quote)
        op.propose(quote, {"discount": 10})
        op.complete("done")
    assert ", risk " in guard.trace(op.id, manager)
    told = guard.trace_for_requester(op.id, rep)
    for word in ("intent", "data_access", "decision", "allow", "completed", op.id):
        assert word in told, word
    assert "risk" not in told and "rule " not in told
    with pytest.raises(NotFound):
        guard.trace_for_requester(op.id, manager)


def test_what_a_requester_may_trace_does_not_tell_what_is_there_and_hidden(
    guard: Guard, rep: Principal, manager: Principal, quote: Dict[str, Any]
) -> None:
    without = {name: value for name, value in quote.items() if name != "cost_price"}

    def traces(*records: Dict[str, Any]) -> Tuple[str, str]:
        with guard.operation(rep, skill="quote.draft") as op:
            op.read(records[0])
            op.read_many(records)
            op.complete("done")
        told = guard.trace_for_requester(op.id, rep)
        told = told.replace(op.id, "ID")
        for some in (r"\d{4}-\d\d-\d\d [\d:.]+Z", r"hmac-sha256:[0-9a-f:]+"):
            told = re.sub(some, "SOME", told)
        return guard.trace(op.id, manager), told

    def pair(one: Dict[str, Any], two: Dict[str, Any]) -> Tuple[str, str]:
        return traces({**one, "id": "Q-1"}, {**two, "id": "Q-2"})

    complete, plain = pair(without, without)
    assert "cost_price" not in complete and "contact_phone masked" in plain
    for one, two in ((quote, quote), (quote, without), (without, quote)):
        complete, told = pair(one, two)
        assert "cost_price hidden" in complete, "an auditor is told"
        assert told == plain


def test_verify_names_the_record_that_was_edited(
    guard: Guard, op: Operation, quote: Dict[str, Any], administer: Administer
) -> None:
    op.propose(quote, {"discount": 10})
    op.complete()
    clean = guard.verify()
    assert clean.findings == [] and clean.events >= 3 and len(clean.logs) == 1
    assert clean.out_of_sight
    [(log, seq, payload)] = administer(
        "SELECT log_id, seq, payload FROM guard_audit_event WHERE kind = 'decision'"
    )
    administer(
        "UPDATE guard_audit_event SET payload = ? WHERE log_id = ? AND seq = ?",
        (payload.replace("u-17", "u-18", 1), log, seq),
    )
    report = guard.verify()
    found = next(finding for finding in report.findings if finding.log == log)
    assert (found.kind, found.seq, found.through, found.operation) == ("altered", seq, seq, op.id)
    assert str(found).startswith("altered: ") and str(seq) in found.sentence
    assert found.sentence in str(report)


def test_a_database_that_was_put_back_is_behind_its_checkpoints(
    policies: Path, store: str, rep: Principal, tmp_path: Path
) -> None:
    with Guard.open(policies=policies, store=store) as guard:
        guard.operation(rep, skill="quote.draft").complete("done")
    files = {file: file.read_bytes() for file in tmp_path.glob("*.db")}
    assert files
    with Guard.open(policies=policies, store=store) as guard:
        before = guard.checkpoints()
        guard.operation(rep, skill="quote.draft").complete("done")
        kept = guard.checkpoints()
        report = guard.verify(against=kept)
        assert (report.conclusion, report.compared_with) == ("proven", 2)
        with pytest.raises(InputError, match="no checkpoint in the copy"):
            guard.verify(against="")
    for file, content in files.items():
        file.write_bytes(content)
    with Guard.open(policies=policies, store=store) as guard:
        assert guard.verify().findings == []
        assert guard.verify(against=before).findings == []
        [found] = guard.verify(against=kept).findings
        assert found.kind == "cut_off" and "is behind the checkpoint" in found.sentence


def test_a_change_of_the_tables_is_in_force_after_refresh(
    guard: Guard, rep: Principal, quote: Dict[str, Any], administer: Administer
) -> None:
    def tags() -> Any:
        with guard.operation(rep, skill="quote.draft") as op:
            return op.read(quote).get("tags")

    assert tags() == ["新客户", "华东"]
    administer(
        "INSERT INTO data_field_permission (id, tenant_id, entity_type, field_name,"
        " sensitivity_level, pii_flag, encryption_required)"
        " VALUES (1, 'acme', 'Quote', 'tags', 3, FALSE, FALSE)"
    )
    administer(
        "INSERT INTO role_field_permission (tenant_id, role_id, field_id, access_type,"
        " ai_access_allowed) VALUES ('acme', 'SALES_REP', 1, 'HIDDEN', FALSE)"
    )
    guard.refresh()
    assert tags() is None
    assert guard.refresh() is False
    assert guard.diagnostics() == []


def test_reload_puts_another_policy_in_force(
    guard: Guard, rep: Principal, policies: Path, quote: Dict[str, Any]
) -> None:
    file = policies / "company.guard"
    before = guard.policy_digest
    file.write_text(file.read_text("utf-8").replace("discount > 15%", "discount > 9%"), "utf-8")
    guard.reload()
    assert guard.policy_digest != before
    with guard.operation(rep, skill="quote.draft") as op:
        assert op.propose(quote, {"discount": 10}).outcome == "needs_approval"


def test_closed(policies: Path, store: str, rep: Principal) -> None:
    guard = Guard.open(policies=policies, store=store)
    guard.operation(rep, skill="quote.draft").complete()
    guard.close()
    guard.close()
    assert repr(guard) == "Guard(closed)"
    with pytest.raises(SetupError, match="the guard is closed"):
        guard.operation(rep, skill="quote.draft")
    with Guard.open(policies=policies, store=store) as again:
        assert again.interrupted() == []
        assert again.verify().findings == []


def test_an_operation_outlives_the_guards_closing(
    policies: Path, store: str, rep: Principal, quote: Dict[str, Any]
) -> None:
    with Guard.open(policies=policies, store=store) as guard:
        op = guard.operation(rep, skill="quote.draft")
    assert op.propose(quote, {"discount": 10}).allowed
    op.complete()


def test_the_secret_may_be_bytes(policies: Path, store: str, tmp_path: Path) -> None:
    with Guard.open(policies=policies, store=store, audit_key=bytes(range(32))) as guard:
        assert guard.verify().findings == []
    assert not list(tmp_path.glob("*.key"))
    with pytest.raises(SetupError, match="32 bytes"):
        Guard.open(policies=policies, store=store, audit_key=b"short")


def test_a_rotated_key_verifies_what_the_one_before_signed(
    policies: Path, store: str, rep: Principal
) -> None:
    old, new = bytes(range(32)), bytes(range(1, 33))
    with Guard.open(policies=policies, store=store, audit_key=old) as guard:
        guard.operation(rep, skill="quote.draft").complete("done")
    with pytest.raises(SetupError, match="another key"):
        Guard.open(policies=policies, store=store, audit_key=new)
    with Guard.open(policies=policies, store=store, audit_key=[new, old]) as guard:
        guard.operation(rep, skill="quote.draft").complete("done")
        report = guard.verify()
        assert (report.findings, report.conclusion) == ([], "proven")
    with pytest.raises(SetupError, match="secrets"):
        Guard.open(policies=policies, store=store, audit_key=[])
