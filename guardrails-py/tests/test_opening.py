"""How a guard is opened, beside what the front page shows."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crm_guardrails import Guard, Principal, SetupError

TABLES = "import sqlite3, sys; print(*[row[0] for row in sqlite3.connect(sys.argv[1]).execute(" \
    "\"SELECT name FROM sqlite_master WHERE type = 'table'\")])"


def tables(path: Path) -> "list[str]":
    """In another process: a second copy of SQLite in this one would take the guard's locks."""
    done = subprocess.run(
        [sys.executable, "-c", TABLES, str(path)], check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def test_a_prefix_names_the_tables(policies: Path, tmp_path: Path, rep: Principal) -> None:
    store = f"sqlite://{tmp_path}/prefixed.db?mode=rwc"
    with Guard.open(policies=policies, store=store, table_prefix="crm_") as guard:
        guard.operation(rep, skill="quote.draft").complete()
    names = tables(tmp_path / "prefixed.db")
    assert "crm_audit_event" in names
    assert not [name for name in names if name.startswith("guard_")]
    with pytest.raises(SetupError, match="data_field_permission"):
        Guard.open(policies=policies, store=store)


def test_a_bad_prefix_is_refused(policies: Path, store: str) -> None:
    for bad in ["", "Guard_", "a-b", "x" * 25]:
        with pytest.raises(SetupError, match="prefix"):
            Guard.open(policies=policies, store=store, table_prefix=bad)


def test_an_applications_table_is_left_alone(policies: Path, tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE casbin_rule (id INTEGER, v0 TEXT)")
    connection.execute("CREATE TABLE guard_audit_log (mine TEXT)")
    connection.commit()
    connection.close()
    store = f"sqlite://{path}?mode=rwc"
    with pytest.raises(SetupError, match="guard_audit_log"):
        Guard.open(policies=policies, store=store)
    assert tables(path) == ["casbin_rule", "guard_audit_log"]
    Guard.open(policies=policies, store=store, table_prefix="crm_").close()
