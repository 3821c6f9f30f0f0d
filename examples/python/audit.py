# pyright: strict
"""Audit: what happened is on record, and verification names the event that somebody altered.

    decided: allow
    verified: nothing was altered in 4 events
    altered: event 2

The policy is in `examples/ladder/policies`; in Rust it is `examples/audit.rs`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from crm_guardrails import Guard, Principal

POLICIES = Path(__file__).resolve().parents[1] / "ladder/policies"

# Another seller is to have asked for it.
FORGERY = (
    "UPDATE guard_audit_event SET payload = REPLACE(payload, 'u-17', 'u-18') WHERE kind = 'decision';"
)


def administer(database: Path, script: str) -> None:
    """Runs SQL, as any tool for databases would: in a process of its own, since a second copy of SQLite in this one
    would take the guard's locks away."""
    program = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
    subprocess.run([sys.executable, "-c", program, str(database), script], check=True)


quote = {"id": "Q-1", "owner": "u-17", "discount": 5}
rep = Principal("acme", "u-17", roles=["SALES_REP"])
with tempfile.TemporaryDirectory() as folder:
    with Guard.open(policies=POLICIES, store=f"sqlite://{folder}/guard.db?mode=rwc") as guard:
        with guard.operation(rep, skill="quote.draft") as op:
            decision = op.propose(quote, {"discount": 10})
            print("decided:", decision.outcome)
            op.complete("done")
        report = guard.verify()
        if not report.findings:
            print(f"verified: nothing was altered in {report.events} events")
        administer(Path(folder) / "guard.db", FORGERY)
        for finding in guard.verify().findings:
            print(f"{finding.kind}: event {finding.seq}")
