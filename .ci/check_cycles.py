"""Checks that the source files of a crate import each other in layers, without large knots.

A node is a file under a crate's `src`. An edge is a `use` or a path (`crate::`, `super::`, `self::`, a child module or
an imported module) in production code. A path that goes through re-exports leads to the file that defines the item.

    check_cycles.py                            the check: one line per finding, exit code 1 if there is any
    check_cycles.py --show CRATE               the cycles of a crate, with the edges in each
    check_cycles.py --cuts CRATE               which edges, left out, would make the largest cycle smaller
    check_cycles.py --edges CRATE FILE         what a file imports and who imports it, with the items
    check_cycles.py --self-test                the checker, on a small crate made for it
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# How many files the largest cycle may have.
MAX_CYCLE = 5

CRATES = {
    "guardrails-core": "guardrails-core/src",
    "guardrails-rules": "guardrails-rules/src",
    "guardrails-orm": "guardrails-orm/src",
    "crm-guardrails": "src",
    "guardrails-py": "guardrails-py/src",
}

# The layers of a crate, the lowest first. A file imports from its own layer and from lower ones. A room is a file
# or folder of `src`, named without `.rs`; a file is of the layer with the longest name that fits. What a `mod.rs`
# re-exports of its own folder does not count. docs/architecture.md says what each layer is.
LAYERS: dict[str, list[tuple[str, str]]] = {
    "guardrails-core": [
        (
            "words",
            "value naming nearest one_line ordered zone outside diagnostic error reason identifier digest verdict outcome_kind approval_chains risk "
            "truth explanation ticket_state",
        ),
        ("policy", "policy facts principal activity record change release request"),
        ("audit", "audit stored_rows shadow"),
        ("data", "data"),
        ("process", "process decision decision_view"),
        ("store", "store memory tables health freshness audit/handle audit/tickets"),
        ("skills", "skills table_check"),
        (
            "plan",
            "plan snapshot process/visibility process/review process/reveal process/disclosure process/explain "
            "process/card process/footprint",
        ),
        ("guard", "guard process/seen process/faulty_tickets"),
        ("operation", "operation process/approvals process/redeem process/advance"),
    ],
    "guardrails-rules": [
        ("text", "source ast parse codes action/codes analyse/codes"),
        ("bundle", "bundle"),
        ("policy", "check compile outline format render test_case testing happening coverage analyse action service"),
    ],
}

TEST_ONLY = re.compile(r"cfg\((?:test\b|all\(test\b)")

TOKEN = re.compile(
    r"""
      (?P<blank>\s+ | //[^\n]*)
    | (?P<comment>/\*)
    | (?P<text>b?r(?P<marks>\#*)".*?"(?P=marks) | [bc]?"(?:\\.|[^"\\])*" | b?'(?:\\(?:x..|u\{[^}]*\}|.)|[^\\'])')
    | (?P<lifetime>'[A-Za-z_]\w*)
    | (?P<name>(?:r\#)?[A-Za-z_]\w*)
    | (?P<path>::)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)

ITEMS = {"struct", "enum", "union", "trait", "type", "const", "static", "fn", "macro_rules"}


def tokens(text: str) -> list[str]:
    """The words and marks of a source text: no comments, and `""` for every literal text."""
    found: list[str] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        assert match is not None
        at = match.end()
        if match["comment"]:
            at = text.index("*/", at) + 2
        elif match["text"]:
            found.append('""')
        elif not match["blank"] and not match["lifetime"]:
            found.append(match[0])
    return found


def closing(words: list[str], at: int) -> int:
    """The place after the bracket that closes the one at `at`."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    depth = 0
    for place in range(at, len(words)):
        if words[place] in pairs:
            depth += 1
        elif words[place] in pairs.values():
            depth -= 1
            if depth == 0:
                return place + 1
    return len(words)


def without_tests(words: list[str]) -> list[str]:
    """The words without attributes, and without the items that are compiled for tests only."""
    kept: list[str] = []
    at = 0
    while at < len(words):
        if words[at] == "#" and words[at + 1 : at + 2] in (["["], ["!"]):
            start = at + 1 if words[at + 1] == "[" else at + 2
            end = closing(words, start)
            inner = "".join(words[start + 1 : end - 1])
            at = end
            if words[start - 1] == "#" and TEST_ONLY.match(inner):
                at = after_item(words, end)
            continue
        kept.append(words[at])
        at += 1
    return kept


def after_item(words: list[str], at: int) -> int:
    """The place after the item, field or arm that begins at `at`, its other attributes included."""
    while words[at : at + 2] == ["#", "["]:
        at = closing(words, at + 1)
    is_value = words[at] in {"use", "const", "static", "type", "let"} or words[at : at + 2] == ["pub", "use"]
    while at < len(words):
        if words[at] in {"(", "[", "{"}:
            is_body = words[at] == "{" and not is_value
            at = closing(words, at)
            if is_body:
                return at + 1 if words[at : at + 1] == [","] else at
        elif words[at] in {";", ","}:
            return at + 1
        elif words[at] in {")", "]", "}"}:
            return at
        else:
            at += 1
    return at


@dataclass
class Module:
    """One module: where it is written, what it defines, imports and mentions."""

    file: str
    parent: Module | None
    children: dict[str, Module] = field(default_factory=dict)
    defined: set[str] = field(default_factory=set)
    imported: dict[str, list[str]] = field(default_factory=dict)
    globs: list[list[str]] = field(default_factory=list)
    mentioned: set[tuple[str, ...]] = field(default_factory=set)


def names_of_use(words: list[str], prefix: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each name that a `use` brings in, with its path; `*` for a glob."""
    path = list(prefix)
    at = 0
    while at < len(words):
        word = words[at]
        if word == "{":
            end = closing(words, at)
            for part in parts(words[at + 1 : end - 1]):
                yield from names_of_use(part, path)
            return
        if word == "as":
            yield words[at + 1], path
            return
        if word != "::":
            path.append(word)
        at += 1
    if not path:
        return
    if path[-1] == "self":
        path.pop()
    yield path[-1] if path else "crate", path


def parts(words: list[str]) -> Iterator[list[str]]:
    """The words between commas that stand in no inner bracket."""
    start = at = 0
    while at < len(words):
        if words[at] == "{":
            at = closing(words, at)
            continue
        if words[at] == ",":
            yield words[start:at]
            start = at + 1
        at += 1
    if words[start:]:
        yield words[start:]


class Crate:
    """The modules of one crate, and which file imports what of which other file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modules: list[Module] = []
        self.macros: dict[str, Module] = {}
        root = next(folder / name for name in ("lib.rs", "main.rs") if (folder / name).exists())
        self.root = self.read(root, None, folder)
        self.edges: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for module in self.modules:
            for path in [*module.mentioned, *map(tuple, module.imported.values())]:
                self.link(module, list(path))

    def read(self, file: Path, parent: Module | None, folder: Path) -> Module:
        module = Module(str(file.relative_to(self.folder)), parent)
        self.scan(module, without_tests(tokens(file.read_text(encoding="utf-8"))), folder)
        return module

    def scan(self, module: Module, words: list[str], folder: Path) -> None:
        self.modules.append(module)
        at = 0
        depth = 0
        while at < len(words):
            word = words[at]
            following = words[at + 1] if at + 1 < len(words) else ""
            if word in "{}":
                depth += 1 if word == "{" else -1
            if word == "use":
                end = words.index(";", at)
                self.scan_use(module, words[at + 1 : end])
                at = end
            elif word == "mod" and words[at + 2 : at + 3] == [";"]:
                self.scan_file(module, following, folder)
                at += 2
            elif word == "mod" and words[at + 2 : at + 3] == ["{"]:
                end = closing(words, at + 2)
                child = Module(module.file, module)
                module.children[following] = child
                self.scan(child, words[at + 3 : end - 1], folder / following)
                at = end
                continue
            elif word in ITEMS and depth == 0:
                name = words[at + 2] if word == "macro_rules" else following
                module.defined.add(name)
                if word == "macro_rules":
                    self.macros[name] = module
            elif following == "::" and words[at - 1 : at] != ["::"] and re.match(r"[A-Za-z_]", word):
                path = [word]
                while words[at + 1 : at + 2] == ["::"] and re.match(r"[A-Za-z_]", words[at + 2]):
                    path.append(words[at + 2])
                    at += 2
                module.mentioned.add(tuple(path))
            at += 1

    def scan_use(self, module: Module, words: list[str]) -> None:
        for name, path in names_of_use(words, []):
            if name == "*":
                module.globs.append(path[:-1])
            elif name == "_":
                module.mentioned.add(tuple(path))
            else:
                module.imported[name] = path

    def scan_file(self, module: Module, name: str, folder: Path) -> None:
        for file in (folder / f"{name}.rs", folder / name / "mod.rs"):
            if file.exists():
                module.children[name] = self.read(file, module, folder / name)
                return

    def link(self, module: Module, path: list[str]) -> None:
        found = self.target(module, path)
        if found and found[0].file != module.file:
            target, item = found
            self.edges[module.file][target.file].add(item)

    def target(self, module: Module, path: list[str], seen: frozenset[tuple[int, str]] = frozenset()) -> tuple[Module, str] | None:
        """The module that defines the item which a path names; none for another crate's, and for a bare module.

        What a named module neither imports nor visibly defines, a macro defines there.
        """
        at: Module | None = module
        for place, name in enumerate(path):
            assert at is not None
            if name in {"crate", "$crate"} and place == 0:
                at = self.root
            elif name == "self" and place == 0:
                pass
            elif name == "super":
                at = at.parent
                if at is None:
                    return None
            elif name in at.children:
                at = at.children[name]
            elif name in at.defined:
                return at, name
            elif at is self.root and name in self.macros:
                return self.macros[name], name
            elif place > 0 and at is not self.root and at is not module and name not in at.imported and not at.globs:
                return at, name
            else:
                return self.imported(at, name, path[place + 1 :], seen)
        return None

    def imported(self, module: Module, name: str, rest: list[str], seen: frozenset[tuple[int, str]]) -> tuple[Module, str] | None:
        if (id(module), name) in seen:
            return None
        seen = seen | {(id(module), name)}
        if name in module.imported:
            return self.target(module, module.imported[name] + rest, seen)
        for glob in module.globs:
            if found := self.target(module, [*glob, name, *rest], seen):
                return found
        return None

    def cycles(self) -> list[list[str]]:
        """The strongly connected components of more than one file, the largest first."""
        return components({file: set(targets) for file, targets in self.edges.items()})


def components(graph: dict[str, set[str]]) -> list[list[str]]:
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        on_stack.add(node)
        for target in sorted(graph.get(node, ())):
            if target not in order:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in on_stack:
                low[node] = min(low[node], order[target])
        if low[node] == order[node]:
            component = []
            while not component or component[-1] != node:
                component.append(stack.pop())
                on_stack.discard(component[-1])
            if len(component) > 1:
                found.append(sorted(component))

    sys.setrecursionlimit(10_000)
    for node in sorted(graph):
        if node not in order:
            visit(node)
    return sorted(found, key=lambda component: (-len(component), component))


def in_room(file: str, room: str) -> bool:
    return file in {f"{room}.rs", room} or file.startswith(f"{room}/")


def findings_of_layers(name: str, crate: Crate, layers: list[tuple[str, str]]) -> Iterator[str]:
    rooms = [(room, place) for place, (_, listed) in enumerate(layers) for room in listed.split()]
    rooms.sort(key=lambda room: -len(room[0]))

    def layer(file: str) -> int:
        return next((place for room, place in rooms if in_room(file, room)), -1)

    for file, targets in sorted(crate.edges.items()):
        if file in {"lib.rs", "main.rs"}:
            continue
        if layer(file) < 0:
            yield f"{name}: {file} is of no layer; name its room in `LAYERS`"
            continue
        front = file.removesuffix("mod.rs")
        for target, items in sorted(targets.items()):
            if layer(target) > layer(file) and not (front != file and target.startswith(front)):
                below, above = layers[layer(file)][0], layers[layer(target)][0]
                what = ", ".join(sorted(items))
                yield f"{name}: {file} imports {what} of {target}; `{below}` stands below `{above}`"


def findings(name: str, crate: Crate, layers: list[tuple[str, str]], largest: int = MAX_CYCLE) -> Iterator[str]:
    for component in crate.cycles():
        if len(component) > largest:
            files = ", ".join(component)
            yield f"{name}: a cycle of {len(component)} files, at most {largest} (--show {name}): {files}"
    if layers:
        yield from findings_of_layers(name, crate, layers)


def show(crate: Crate) -> None:
    for component in crate.cycles():
        members = set(component)
        print(f"cycle of {len(component)}")
        for file in component:
            for target in sorted(members & set(crate.edges[file])):
                print(f"  {file} -> {target}: {', '.join(sorted(crate.edges[file][target]))}")


def show_edges(crate: Crate, file: str) -> None:
    for target, items in sorted(crate.edges[file].items()):
        print(f"imports {target}: {', '.join(sorted(items))}")
    for source, targets in sorted(crate.edges.items()):
        if file in targets:
            print(f"imported by {source}: {', '.join(sorted(targets[file]))}")


def show_cuts(crate: Crate) -> None:
    """Single edges, and all edges from or to one file, by what the largest cycle would be without them."""
    graph = {file: set(targets) for file, targets in crate.edges.items()}
    largest = set(max(components(graph), key=len, default=[]))
    sizes: list[tuple[int, str]] = []
    for file in sorted(largest):
        for target in sorted(graph.get(file, set()) & largest):
            cut = {**graph, file: graph[file] - {target}}
            size = max(map(len, components(cut)), default=0)
            sizes.append((size, f"{file} -> {target}: {', '.join(sorted(crate.edges[file][target]))}"))
        size = max(map(len, components({**graph, file: set()})), default=0)
        sizes.append((size, f"all that {file} imports"))
    for size, what in sorted(sizes)[:60]:
        print(f"{size}  {what}")


def self_test() -> int:
    sources = {
        "lib.rs": "//! `crate::a::A` in a remark.\nmod a; mod b; mod c; mod d; pub mod e;\npub use a::A; pub use e::*;",
        "a.rs": "use crate::b::B; pub struct A; #[cfg(test)] mod tests { use crate::d::D; }",
        "b.rs": "pub struct B; fn b(_: &crate::c::C) {} const S: &str = \"crate::d::D\";",
        "c.rs": "use super::A; pub struct C; #[cfg(test)] use crate::d::D;",
        "d.rs": "use crate::{a, E as Other}; pub struct D; fn d(_: a::A, _: crate::e::Made, _: char) { let _ = '\"'; }",
        "e/mod.rs": "mod inner; pub use inner::{E, Made}; pub fn f(_: Made) { inner::g() }",
        "e/inner.rs": "pub struct E; pub fn g() {} make!(Made); macro_rules! m { () => {} } #[cfg(test)] fn t() -> super::F { crate::D }",
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, text in sources.items():
            file = Path(folder, name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        crate = Crate(Path(folder))
    got = {(file, target) for file, targets in crate.edges.items() for target in targets}
    expected = {
        ("lib.rs", "a.rs"), ("a.rs", "b.rs"), ("b.rs", "c.rs"), ("c.rs", "a.rs"), ("d.rs", "a.rs"), ("d.rs", "e/inner.rs"),
        ("e/mod.rs", "e/inner.rs"),
    }  # fmt: skip
    layers = list(findings_of_layers("it", crate, [("low", "a b c e"), ("high", "d e/inner")]))
    problems = [f"edges: {sorted(got ^ expected)}"] if got != expected else []
    if crate.cycles() != [["a.rs", "b.rs", "c.rs"]]:
        problems.append(f"cycles: {crate.cycles()}")
    if len(list(findings("it", crate, [], 2))) != 1 or list(findings("it", crate, [], 3)):
        problems.append("a cycle of three files is one finding where two are allowed, and none where three are")
    if layers:
        problems.append(f"a front that re-exports its own folder: {layers}")
    layers = list(findings_of_layers("it", crate, [("low", "a b d"), ("high", "c e/inner")]))
    if layers != [
        "it: b.rs imports C of c.rs; `low` stands below `high`",
        "it: d.rs imports E, Made of e/inner.rs; `low` stands below `high`",
        "it: e/mod.rs is of no layer; name its room in `LAYERS`",
    ]:
        problems.append(f"layers: {layers}")
    print("\n".join(problems) or "cycles: the self-test passes")
    return 1 if problems else 0


def main(arguments: list[str]) -> int:
    if arguments == ["--self-test"]:
        return self_test()
    if arguments:
        crate = Crate(ROOT / CRATES[arguments[1]])
        if arguments[0] == "--show":
            show(crate)
        elif arguments[0] == "--cuts":
            show_cuts(crate)
        else:
            show_edges(crate, arguments[2])
        return 0
    if self_test():
        return 1
    found: list[str] = []
    for name, folder in CRATES.items():
        crate = Crate(ROOT / folder)
        found += findings(name, crate, LAYERS.get(name, []))
        sizes = [len(component) for component in crate.cycles()]
        print(f"{name}: largest import cycle {max(sizes, default=1)}, allowed {MAX_CYCLE}; cycles: {sizes}")
    print("".join(f"{line}\n" for line in found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
