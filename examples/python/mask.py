# pyright: strict
"""Mask: the AI sees a masked field in part, and what nobody grants not at all.

    the CRM has {"id": "Q-1", "owner": "u-17", "discount": 5, "cost_price": "60000.00", "contact_phone": "13800005678"}
    the AI sees {"contact_phone":"138****5678","discount":5,"id":"Q-1","owner":"u-17"}

The policy is in `examples/ladder/policies`; in Rust it is `examples/mask.rs`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from crm_guardrails import Guard, Principal

POLICIES = Path(__file__).resolve().parents[1] / "ladder/policies"

quote = {
    "id": "Q-1",
    "owner": "u-17",
    "discount": 5,
    "cost_price": "60000.00",
    "contact_phone": "13800005678",
}
rep = Principal("acme", "u-17", roles=["SALES_REP"])
with tempfile.TemporaryDirectory() as folder:
    with Guard.open(policies=POLICIES, store=f"sqlite://{folder}/guard.db?mode=rwc") as guard:
        with guard.operation(rep, skill="quote.draft") as op:
            view = op.read(quote)
            print("the CRM has", json.dumps(quote))
            print("the AI sees", json.dumps(dict(view), sort_keys=True, separators=(",", ":")))
            op.complete("read")
