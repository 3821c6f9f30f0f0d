# pyright: strict
"""The wheel opens no connection that it was not told to open: with SQLite, none at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEALED = ROOT / "tests/no_network/sealed.py"
# What it ends with where the kernel's filter cannot be set up.
CANNOT = 77


def sealed(folder: Path, arguments: List[str]) -> "subprocess.CompletedProcess[str]":
    """Runs Python under a filter that kills it when it makes a socket."""
    done = subprocess.run(
        [sys.executable, str(SEALED), sys.executable, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if done.returncode == CANNOT and os.environ.get("CI") != "true":
        pytest.skip("connections cannot be forbidden on this machine")
    return done


def test_a_day_of_work_opens_no_connection(tmp_path: Path) -> None:
    done = sealed(tmp_path, [str(ROOT / "examples/python/sales_copilot.py")])
    assert done.returncode == 0, done.stdout


def test_a_server_that_is_named_is_looked_for(tmp_path: Path) -> None:
    """The filter sees through all that lies between Python and the kernel."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/empty.guard").write_text("guard 1\n", "utf-8")
    program = """
from crm_guardrails import Guard
Guard.open(policies="policies", store="postgres://u@127.0.0.1:1/crm", audit_key=bytes(32))
"""
    assert sealed(tmp_path, ["-c", program]).returncode == -signal.SIGSYS
