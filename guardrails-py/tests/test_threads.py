# pyright: strict
"""Threads and processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from conftest import quote_of

from crm_guardrails import Conflict, Guard, Operation, Principal

PATIENCE = 60


def both(work: Callable[[int], None]) -> None:
    failures: List[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)


def test_two_threads_work_on_one_guard(guard: Guard) -> None:
    together = threading.Barrier(2, timeout=PATIENCE)

    def work(number: int) -> None:
        rep = Principal("acme", f"u-{number}", roles=["SALES_REP"])
        quote = quote_of(owner=f"u-{number}", id=f"Q-{number}")
        for _ in range(20):
            with guard.operation(rep, skill="quote.draft") as op:
                # Both are inside an operation at the same time, each with its own record.
                together.wait()
                assert op.read(quote)["owner"] == f"u-{number}"
                assert op.propose(quote, {"discount": 10}).allowed
                op.complete()

    both(work)
    assert guard.verify().findings == []


def test_waiting_for_the_disk_leaves_the_interpreter_free(guard: Guard, rep: Principal) -> None:
    """While one thread waits for its intent to be durable, the other goes on counting."""
    counted = 0
    seen: List[int] = []
    stop = threading.Event()

    def count() -> None:
        nonlocal counted
        while not stop.is_set():
            counted += 1
            # Gives the interpreter back; waits for nothing.
            time.sleep(0)

    interval = sys.getswitchinterval()
    # Nobody is made to give the interpreter up: the counter moves only when the guard does so.
    sys.setswitchinterval(PATIENCE)
    thread = threading.Thread(target=count, daemon=True)
    try:
        thread.start()
        for _ in range(5):
            before = counted
            op = guard.operation(rep, skill="quote.draft")
            seen.append(counted - before)
            op.complete()
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join(PATIENCE)
    assert any(seen)


def test_an_operation_belongs_to_one_thread_at_a_time(op: Operation, quote: Dict[str, Any]) -> None:
    refused: List[Conflict] = []

    def work(_: int) -> None:
        for _ in range(200):
            try:
                op.read(quote)
            except Conflict as error:
                refused.append(error)

    both(work)
    assert all("another thread" in str(error) for error in refused)
    assert op.read(quote)["id"] == "Q-1"


def test_importing_starts_nothing() -> None:
    program = (
        "import os, threading\n"
        "before = set(os.listdir('.')), threading.active_count()\n"
        "tasks = lambda: len(os.listdir('/proc/self/task')) if os.path.isdir('/proc/self/task') else 0\n"
        "had = tasks()\n"
        "import crm_guardrails\n"
        "assert (set(os.listdir('.')), threading.active_count()) == before\n"
        "assert tasks() == had\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE)


FORK = """
import os, sys
from crm_guardrails import Guard, Principal, SetupError
policies, before, after = sys.argv[1:]
rep = Principal("acme", "u-17", roles=["SALES_REP"])
guard = Guard.open(policies=policies, store=before)
guard.operation(rep, skill="quote.draft").complete()
child = os.fork()
if child == 0:
    try:
        guard.operation(rep, skill="quote.draft")
    except SetupError as error:
        assert "before a fork" in str(error), error
        with Guard.open(policies=policies, store=after) as own:
            own.operation(rep, skill="quote.draft").complete()
        os._exit(0)
    os._exit(1)
_, status = os.waitpid(child, 0)
guard.operation(rep, skill="quote.draft").complete()
guard.close()
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 2)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_after_a_fork_the_child_opens_its_own(tmp_path: Path, policies: Path) -> None:
    stores = [f"sqlite://{tmp_path}/{name}.db?mode=rwc" for name in ("before", "after")]
    command = [sys.executable, "-W", "ignore", "-c", FORK, str(policies), *stores]
    subprocess.run(command, check=True, timeout=PATIENCE)
