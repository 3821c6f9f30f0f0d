# pyright: strict
"""The Python of the repository's README, under the policy that stands there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

ROOT = Path(__file__).resolve().parents[2]

QUOTE = """
quote = {"id": "Q-1", "owner": "u-17", "discount": 5, "cost_price": "60000.00",
         "contact_phone": "13800005678"}
"""

SHOWN = """
print(prompt["contact_phone"], "cost_price" in prompt, decision.outcome, decision.chain)
"""


def fences(text: str, language: str) -> List[str]:
    start = language + "\n"
    return [block[len(start) :] for block in text.split("```")[1::2] if block.startswith(start)]


@pytest.mark.parametrize("page", ["README.md", "docs/zh/README.md"])
def test_the_front_page_runs(tmp_path: Path, page: str) -> None:
    readme = (ROOT / page).read_text("utf-8")
    (tmp_path / "policies").mkdir()
    policy = "".join(fences(readme, "guard"))
    (tmp_path / "policies/quote.guard").write_text(policy, "utf-8")
    program = QUOTE + "".join(fences(readme, "python")) + SHOWN
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert done.returncode == 0
    assert done.stdout == "138****5678 False needs_approval manager\n"
