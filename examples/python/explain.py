# pyright: strict
"""Explain: why a change came out as it did, what would have to change, and which rules were near.

    needs approval by manager
      because APPROVAL_REQUIRED: 20% is more than a seller may give (discount_needs_a_manager at
        sales.guard:34)

    rules that apply
      discount_needs_a_manager (sales.guard:34): require approval manager
        ✓ discount > 15%   discount is 20%
        ✓ actor has SALES_REP

    what would have to change: any one of these
      1. `discount` at most 15% (is 20%)
      2. the actor not having the role SALES_REP

    near misses: rules that do not apply
      discount_too_deep (sales.guard:40) would deny DISCOUNT_TOO_DEEP
        ✗ discount > 40%   discount is 20%

    risk 2.4 LOW
      data_sensitivity 0.8 = 2 * max_sensitivity   max_sensitivity is 1
      impact 1.6 = skill.impact   skill.impact is 4
      user 0 = behaviour.score   behaviour.score is 0
      MEDIUM from 5: not reached
      HIGH from 8: not reached

    fields you do not see as they are
      contact_phone   masked with phone   grant SALES_REP at sales.guard:16
      cost_price      hidden              nobody grants it

The policy is in `examples/ladder/policies`; in Rust it is `examples/explain.rs`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from crm_guardrails import Guard, Principal

POLICIES = Path(__file__).resolve().parents[1] / "ladder/policies"

quote = {"id": "Q-1", "owner": "u-17", "discount": 5}
rep = Principal("acme", "u-17", roles=["SALES_REP"])
with tempfile.TemporaryDirectory() as folder:
    with Guard.open(policies=POLICIES, store=f"sqlite://{folder}/guard.db?mode=rwc") as guard:
        with guard.operation(rep, skill="quote.draft") as op:
            decision = op.propose(quote, {"discount": 20})
            # For the one who asked: it tells nothing that they may not see. `as_dict` has the same as data.
            print(decision.explain().text.rstrip())
