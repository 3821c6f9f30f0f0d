"""Holds what a host pays for the guard to a budget, counted in third-party crates.

`.ci/host` is a small host with axum and SeaORM. What its dependency tree has more of with the feature
`guard` than without is ours; each version of a crate counts. And a build without default features must not
have what it leaves out.

Prints one line per finding and exits with 1 if there is any.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = ROOT / ".ci/host/Cargo.toml"

# Five are moka's, with which plans are cached: it is a requirement.
MAX_CRATES = 49

# What nobody gets who asks for no database and no Casbin.
LEFT_OUT = {"casbin", "sea-orm", "sqlx", "tokio"}
# Our own crates are what is paid for, not the price.
OURS = ("crm-guardrails", "guardrails-")


def tree(manifest: Path, *arguments: str) -> set[str]:
    """Names and versions of the crates that a package builds with, proc macros included."""
    listed = subprocess.run(
        ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}",
         "--manifest-path", str(manifest), *arguments],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    lines = (line.split() for line in listed.stdout.splitlines())
    return {f"{words[0]} {words[1]}" for words in lines if words and not words[0].startswith(OURS)}


def findings_of_host() -> Iterator[str]:
    added = sorted(tree(HOST, "--features", "guard") - tree(HOST))
    print(f"budget: the guard adds {len(added)} crates to a host with axum and SeaORM, at most {MAX_CRATES}")
    if len(added) > MAX_CRATES:
        yield f"{HOST.relative_to(ROOT)}: {len(added)} crates more than without the guard: {', '.join(added)}"


def findings_of_smallest() -> Iterator[str]:
    # The whole tree, ours included: what is left out has names of its own.
    built = tree(ROOT / "Cargo.toml", "--package", "crm-guardrails", "--no-default-features")
    print(f"budget: without default features the guard is built from {len(built)} crates")
    names = {crate.split()[0] for crate in built}
    for name in sorted(names & LEFT_OUT):
        yield f"Cargo.toml: `{name}` is built without default features"


def main() -> int:
    try:
        found = [*findings_of_host(), *findings_of_smallest()]
    except subprocess.CalledProcessError as failed:
        found = [f"cargo tree failed; after a change of dependencies run `cargo update --manifest-path "
                 f".ci/host/Cargo.toml --workspace`:\n{failed.stderr.strip()}"]  # fmt: skip
    print("\n".join(found) or "budget: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
