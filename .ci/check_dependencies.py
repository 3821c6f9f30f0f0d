"""Holds docs/dependencies.md and the sources to each other.

Every direct dependency has a row there, with a reason and its doors: the paths that may name it. A row too
many, a dependency too many, a name outside its doors and a workspace arrow nobody drew are findings.

Prints one line per finding and exits with 1 if there is any.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TABLE = Path("docs/dependencies.md")

# `core <- rules`, `core <- orm`, `{core, rules, orm} <- root <- py`; docs/architecture.md says why.
ARROWS = {
    "guardrails-core": set[str](),
    "guardrails-rules": {"guardrails-core"},
    "guardrails-orm": {"guardrails-core"},
    "crm-guardrails": {"guardrails-core", "guardrails-rules", "guardrails-orm"},
    "guardrails-py": {"crm-guardrails"},
    "memory-host": {"crm-guardrails"},
}

ROW = re.compile(r"^\| `(?P<name>[\w-]+)` \|(?P<reason>[^|]+)\|(?P<doors>[^|]+)\|$", re.MULTILINE)
# Workspaces of their own, with lock files of their own: what they name is in nobody's dependency tree.
APART = (".ci/host/", "benches/peers/", "guardrails-rules/fuzz/")

COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


class Dependency(NamedTuple):
    """One line of one Cargo.toml."""

    package: str
    folder: Path
    name: str
    is_ours: bool


def declared() -> list[Dependency]:
    metadata = subprocess.run(
        ["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [
        Dependency(
            package["name"],
            Path(package["manifest_path"]).parent.relative_to(ROOT),
            entry["name"],
            entry.get("path") is not None,
        )
        for package in json.loads(metadata.stdout)["packages"]
        for entry in package["dependencies"]
    ]


def documented() -> dict[str, list[str]]:
    text = (ROOT / TABLE).read_text(encoding="utf-8")
    return {row["name"]: re.findall(r"`([^`]+)`", row["doors"]) for row in ROW.finditer(text)}


def sources() -> dict[str, str]:
    """Every Rust file by its path, without whole-line comments."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.rs"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    names = [name for name in listed.stdout.splitlines() if not name.startswith(APART)]
    present = [name for name in names if (ROOT / name).exists()]
    return {name: COMMENT.sub("", (ROOT / name).read_text(encoding="utf-8")) for name in present}


def naming(crate: str) -> re.Pattern[str]:
    """Matches Rust text that names `crate`: a path that begins with it, or an import."""
    name = re.escape(crate.replace("-", "_"))
    return re.compile(rf"(?<![\w:.]){name}::|\b(?:use|extern crate) (?:::)?{name}\b")


def findings_of_arrows(dependencies: list[Dependency]) -> Iterator[str]:
    for dependency in dependencies:
        if not dependency.is_ours:
            continue
        if dependency.name not in ARROWS.get(dependency.package, set()):
            yield f"{dependency.folder}/Cargo.toml: `{dependency.package}` must not know `{dependency.name}`"


def findings_of_table(names: set[str], table: dict[str, list[str]]) -> Iterator[str]:
    for name in sorted(names - table.keys()):
        yield f"{TABLE}: no row for `{name}`; say why it is needed and where its door is"
    for name in sorted(table.keys() - names):
        yield f"{TABLE}: `{name}` is no direct dependency; remove its row"
    for name, doors in sorted(table.items()):
        if not doors:
            yield f"{TABLE}: `{name}` has no door"


def findings_of_doors(table: dict[str, list[str]], texts: dict[str, str]) -> Iterator[str]:
    for crate, doors in sorted(table.items()):
        pattern = naming(crate)
        for path, text in texts.items():
            if path.startswith(tuple(doors)):
                continue
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: `{crate}` is named outside its door {', '.join(doors)}"


def findings_of_use(dependencies: list[Dependency], texts: dict[str, str]) -> Iterator[str]:
    folders = {dependency.folder for dependency in dependencies}
    for package, folder, name, _ in dependencies:
        own = [text for path, text in texts.items() if home(path, folders) == folder]
        if not any(naming(name).search(text) for text in own):
            yield f"{folder}/Cargo.toml: `{package}` declares `{name}` and never names it"


def home(path: str, folders: set[Path]) -> Path:
    """The folder of the package a source belongs to: the nearest one above it."""
    return max((f for f in folders if f in Path(path).parents), key=lambda f: len(f.parts))


def findings() -> Iterator[str]:
    dependencies, table, texts = declared(), documented(), sources()
    names = {dependency.name for dependency in dependencies if not dependency.is_ours}
    yield from findings_of_arrows(dependencies)
    yield from findings_of_table(names, table)
    yield from findings_of_doors(table, texts)
    yield from findings_of_use(dependencies, texts)


def main() -> int:
    found = list(findings())
    print("\n".join(found) or f"dependencies: {len(documented())} rows, every one true")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
