# pyright: strict
"""Row scope: a record that no grant reaches is answered like one that does not exist.

    of 2 quotes the AI sees 1: {"discount":5,"id":"Q-1","owner":"u-17"}
    Q-2, asked for by name: not_found

The policy is in `examples/ladder/policies`; in Rust it is `examples/row_scope.rs`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from crm_guardrails import Guard, NotFound, Principal

POLICIES = Path(__file__).resolve().parents[1] / "ladder/policies"

own = {"id": "Q-1", "owner": "u-17", "discount": 5}
of_another = {"id": "Q-2", "owner": "u-18", "discount": 5}
rep = Principal("acme", "u-17", roles=["SALES_REP"])
with tempfile.TemporaryDirectory() as folder:
    with Guard.open(policies=POLICIES, store=f"sqlite://{folder}/guard.db?mode=rwc") as guard:
        with guard.operation(rep, skill="quote.draft") as op:
            # A list: what is out of reach is left out.
            views = op.read_many([own, of_another])
            shown = [json.dumps(dict(view), sort_keys=True, separators=(",", ":")) for view in views]
            print(f"of 2 quotes the AI sees {len(shown)}: {', '.join(shown)}")

            # One record: the error says no more than that there is no such record within reach.
            try:
                op.read(of_another)
            except NotFound as error:
                print("Q-2, asked for by name:", error.code)
