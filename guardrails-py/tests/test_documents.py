# pyright: strict
"""The Python of the pages in `docs`, run from top to bottom in a folder of its own.

A fence that names a file writes it, the `python` fences of a page are one program, and its `text` fences are
what the program prints first.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Tuple

import pytest

from crm_guardrails import Principal

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(page: str) -> Iterator[Tuple[str, str, str]]:
    for fence in FENCE.finditer((ROOT / page).read_text("utf-8")):
        yield fence[1], fence[2] or "", fence[3]


PRINTING = ["docs/tutorials/python.md", "docs/zh/tutorials/python.md", "docs/how-to/introduce.md"]
FRONT_PAGES = {"docs/zh/README.md"}  # run by test_front_page.py


@pytest.mark.parametrize("page", PRINTING)
def test_a_page_prints_what_it_says(tmp_path: Path, page: str) -> None:
    program: List[str] = []
    printed: List[str] = []
    for kind, name, text in fences(page):
        if name:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
        elif kind == "python":
            program.append(text)
        elif kind == "text":
            printed += text.splitlines()
    done = subprocess.run(
        [sys.executable, "-c", "".join(program)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    assert len(printed) >= 3
    assert done.stdout.splitlines()[: len(printed)] == printed


def test_roles_may_come_from_casbin() -> None:
    class Enforcer:
        """The one method of Casbin's enforcer that the page calls."""

        def get_roles_for_user_in_domain(self, user: str, domain: str) -> List[str]:
            return ["SALES_REP"] if (user, domain) == ("u-17", "acme") else []

    names = {"enforcer": Enforcer(), "Principal": Principal}
    for kind, _, text in fences("docs/how-to/casbin.md"):
        if kind == "python":
            exec(text, names)
    assert "principal" in names


def test_all_python_in_the_documents_is_run() -> None:
    run = {*PRINTING, *FRONT_PAGES, "docs/how-to/casbin.md"}
    pages = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert {page for page in pages if any(kind == "python" for kind, _, _ in fences(page))} == run
