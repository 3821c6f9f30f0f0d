# pyright: strict
"""Approve and resume: a change waits for a person, is decided again on the record of then, and is released once.

    20% waits for manager
    the manager is shown discount: 5% -> 20%
    released: {"discount":20}
    a second time: TICKET_SPENT

The policy is in `examples/ladder/policies`; in Rust it is `examples/approve.rs`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from crm_guardrails import Denied, Guard, Principal

POLICIES = Path(__file__).resolve().parents[1] / "ladder/policies"

quote = {"id": "Q-1", "owner": "u-17", "discount": 5}
rep = Principal("acme", "u-17", roles=["SALES_REP"])
manager = Principal("acme", "u-02", roles=["SALES_MANAGER"])
with tempfile.TemporaryDirectory() as folder:
    with Guard.open(policies=POLICIES, store=f"sqlite://{folder}/guard.db?mode=rwc") as guard:
        with guard.operation(rep, skill="quote.draft") as op:
            decision = op.propose(quote, {"discount": 20})
        ticket = decision.ticket
        assert ticket, "20% asks for nobody"
        print("20% waits for", decision.chain)

        # Later, in the manager's inbox.
        for field, before, after in guard.ticket(ticket, manager).changes:
            print(f"the manager is shown {field}: {before} -> {after}")
        guard.approve(ticket, manager, comment="good customer")

        # Back at the seller's. The quote is as the CRM has it by now; a CRM loads it here.
        with guard.resume(ticket, rep, quote) as op:
            print("released:", json.dumps(op.changes, separators=(",", ":")))
            op.complete("applied")
        try:
            guard.resume(ticket, rep, quote)
        except Denied as error:
            print("a second time:", error.code)
