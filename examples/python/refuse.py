# pyright: strict
"""Refuse: a rule decides on the change. What is allowed comes back as a release, and only that is applied.

    10%: apply {"discount":10}
    50%: refused, DISCOUNT_TOO_DEEP: 50% is deeper than anybody may go

The policy is in `examples/ladder/policies`; in Rust it is `examples/refuse.rs`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from crm_guardrails import Guard, Principal

POLICIES = Path(__file__).resolve().parents[1] / "ladder/policies"

quote = {"id": "Q-1", "owner": "u-17", "discount": 5}
rep = Principal("acme", "u-17", roles=["SALES_REP"])
with tempfile.TemporaryDirectory() as folder:
    with Guard.open(policies=POLICIES, store=f"sqlite://{folder}/guard.db?mode=rwc") as guard:
        for discount in (10, 50):
            with guard.operation(rep, skill="quote.draft") as op:
                decision = op.propose(quote, {"discount": discount})
                if decision:
                    # A CRM writes it here.
                    print(f"{discount}%: apply", json.dumps(decision.changes, separators=(",", ":")))
                    op.complete("done")
                elif decision.outcome == "needs_approval":
                    print(f"{discount}%: waits for {decision.chain}")
                else:
                    for reason in decision.reasons:
                        print(f"{discount}%: refused, {reason.code}: {reason.message}")
