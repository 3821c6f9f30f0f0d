"""Checks what no compiler checks about our Rust sources: small files, a header, no loose ends.

Prints one line per finding and exits with 1 if there is any.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LONGEST_FILE = 500

# A file of this name collects what has no home; its content has one.
HOMELESS = {"common", "helpers", "misc", "util", "utils"}

# Sleeping is clippy's to find (.clippy.toml): it takes an exception with a reason.
LOOSE_END = re.compile(r"\b(TODO|FIXME|XXX)\b")

# An outcome is an `OutcomeKind`, chains are `ApprovalChains`; only these files know the words for them.
# What a message begins with decides nothing.
WORD_OF_STATE = re.compile(r'"needs_approval"|"out_of_reach"|(?:split|join)\(.\+.\)|starts_with\("an? ')
KNOW_THE_WORDS = {"outcome_kind.rs", "shadow.rs", "approval_chains.rs"}

# A front door may keep its text in a file of its own.
HEADERS = ("//!", "#![doc = include_str!(")

INLINE_TESTS = re.compile(r"^#\[cfg\(test\)\]\n(?:#\[.*\n)*mod \w+ \{", re.MULTILINE)


def rust_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.rs"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [Path(name) for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def is_production(path: Path) -> bool:
    return "src" in path.parts and "tests" not in path.parts and path.stem != "tests"


def findings_of_shape(path: Path, text: str) -> Iterator[str]:
    production = INLINE_TESTS.split(text, maxsplit=1)[0]
    lines = production.count("\n")
    if lines > LONGEST_FILE:
        yield f"{path}:{LONGEST_FILE}: {lines} lines, at most {LONGEST_FILE}; split it by what it decides"
    if not text.startswith(HEADERS):
        yield f"{path}:1: no `//!` header; say what the file decides and what it must not do"
    if HOMELESS & {path.stem, *path.parts}:
        yield f"{path}:1: name the file after what it decides"


def findings_of_state_words(path: Path, text: str) -> Iterator[str]:
    if path.name in KNOW_THE_WORDS:
        return
    production = INLINE_TESTS.split(text, maxsplit=1)[0]
    for number, line in enumerate(production.splitlines(), start=1):
        if WORD_OF_STATE.search(line):
            yield f"{path}:{number}: decide by `OutcomeKind` or `ApprovalChains`, not by a text"


def findings_of_loose_ends(path: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        if LOOSE_END.search(line):
            yield f"{path}:{number}: finish it or leave it out"


def findings() -> Iterator[str]:
    for path in rust_files():
        text = (ROOT / path).read_text(encoding="utf-8")
        yield from findings_of_loose_ends(path, text)
        if is_production(path):
            yield from findings_of_shape(path, text)
            yield from findings_of_state_words(path, text)


def main() -> int:
    found = list(findings())
    print("\n".join(found) or f"walls: {len(rust_files())} files stand inside them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
