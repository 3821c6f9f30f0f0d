# pyright: strict
"""Tables: an administrator narrows, per tenant and while the guard runs, what the policy grants.

    before: {"contact_phone":"138****5678","discount":5,"id":"Q-1","owner":"u-17"}
    after:  {"discount":5,"id":"Q-1","owner":"u-17"}

The policy is in `examples/ladder/policies`; in Rust it is `examples/tables.rs`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from crm_guardrails import Guard, Principal, View

POLICIES = Path(__file__).resolve().parents[1] / "ladder/policies"

# In tenant `acme`, sellers' AIs see no telephone number.
EDIT = """
INSERT INTO data_field_permission (tenant_id, entity_type, field_name)
VALUES ('acme', 'Quote', 'contact_phone');
INSERT INTO role_field_permission (tenant_id, role_id, field_id, access_type, ai_access_allowed)
SELECT tenant_id, 'SALES_REP', id, 'HIDDEN', TRUE FROM data_field_permission;
"""


def administer(database: Path, script: str) -> None:
    """Runs SQL, as any tool for databases would: in a process of its own, since a second copy of SQLite in this one
    would take the guard's locks away."""
    program = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
    subprocess.run([sys.executable, "-c", program, str(database), script], check=True)


def shown(view: View) -> str:
    return json.dumps(dict(view), sort_keys=True, separators=(",", ":"))


quote = {"id": "Q-1", "owner": "u-17", "discount": 5, "contact_phone": "13800005678"}
rep = Principal("acme", "u-17", roles=["SALES_REP"])
with tempfile.TemporaryDirectory() as folder:
    with Guard.open(policies=POLICIES, store=f"sqlite://{folder}/guard.db?mode=rwc") as guard:
        with guard.operation(rep, skill="quote.draft") as op:
            print("before:", shown(op.read(quote)))
            administer(Path(folder) / "guard.db", EDIT)
            # Edits are seen by themselves within a second; `refresh` looks now.
            guard.refresh()
            print("after: ", shown(op.read(quote)))
