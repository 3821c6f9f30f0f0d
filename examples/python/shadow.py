# pyright: strict
"""Shadow policy: what the next policy would decide, on real work and without effect.

    10%: allow; on trial: allow, same
    12%: allow; on trial: needs_approval, narrower

The policy is in `examples/ladder/policies`, the one on trial in `examples/ladder/next`; in Rust it is `examples/shadow.rs`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from crm_guardrails import Guard, Principal

POLICIES = Path(__file__).resolve().parents[1] / "ladder/policies"
NEXT = Path(__file__).resolve().parents[1] / "ladder/next"

quote = {"id": "Q-1", "owner": "u-17", "discount": 5}
rep = Principal("acme", "u-17", roles=["SALES_REP"])
with tempfile.TemporaryDirectory() as folder:
    store = f"sqlite://{folder}/guard.db?mode=rwc"
    with Guard.open(policies=POLICIES, shadow_policies=NEXT, store=store) as guard:
        for discount in (10, 12):
            with guard.operation(rep, skill="quote.draft") as op:
                decision = op.propose(quote, {"discount": discount})
            trial = decision.shadow_policy
            if trial:
                print(
                    f"{discount}%: {decision.outcome}; on trial: {trial.outcome}, {trial.difference}"
                )
