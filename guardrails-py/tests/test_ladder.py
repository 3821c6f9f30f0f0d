# pyright: strict
"""The Python examples that show one idea each print what their first lines say.

That the Rust examples say and print the same is held by `tests/documents/ladder.rs`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Iterable

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/python"
STORY = "sales_copilot"  # run by test_shared_cases.py
RUNGS = sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem != STORY)


def flat(lines: Iterable[str]) -> str:
    """The lines without blanks in front of them, and without empty ones."""
    return "".join(f"{line.strip()}\n" for line in lines if line.strip())


def said(program: Path) -> str:
    docstring = program.read_text("utf-8").split('"""')[1]
    return flat(line for line in docstring.splitlines() if line.startswith("    "))


@pytest.mark.parametrize("name", RUNGS)
def test_it_prints_what_it_says(name: str) -> None:
    program = EXAMPLES / f"{name}.py"
    done = subprocess.run(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    assert flat(done.stdout.splitlines()) == said(program)


def test_each_rust_example_has_a_twin() -> None:
    rust = {path.stem for path in EXAMPLES.parent.glob("*.rs")}
    assert set(RUNGS) == rust - {"first_steps", "policies_only", "readme"}
