# pyright: strict
"""The exceptions themselves, and that none of Rust's is without one."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import List, Type

import pytest
from conftest import ROOT

import crm_guardrails
from crm_guardrails import Denied, Diagnostic, GuardError, PolicyError, Reason, errors


def classes() -> List[Type[GuardError]]:
    return [getattr(errors, name) for name in errors.__all__]


def test_every_kind_of_error_has_its_own_class() -> None:
    """Fails with the line to add to `class` in guardrails-py/src/errors.rs."""
    core = (ROOT / "guardrails-core/src/error.rs").read_text("utf-8")
    binding = (ROOT / "guardrails-py/src/errors.rs").read_text("utf-8")
    declared = core[core.index("pub enum ErrorKind {") :]
    kinds = re.findall(r"^    ([A-Z]\w+),$", declared[: declared.index("\n}")], re.MULTILINE)
    assert len(kinds) >= 9
    mapped = dict(re.findall(r'ErrorKind::(\w+) => "(\w+)"', binding))
    missing = [f'        ErrorKind::{kind} => "…",' for kind in kinds if kind not in mapped]
    assert not missing, "\n".join(missing)
    assert len(set(mapped.values())) == len(mapped)
    assert sorted([*mapped.values(), "GuardError"]) == sorted(errors.__all__)


@pytest.mark.parametrize("kind", classes())
def test_exceptions_can_be_pickled(kind: Type[GuardError]) -> None:
    error = kind(
        "a message",
        code="G0201",
        help="do this",
        file="company.guard",
        line=3,
        column=7,
        reasons=[Reason("CODE", "why", "rule", "company.guard", 3)],
        diagnostics=[Diagnostic("G0201", "error", "wrong", "do", "company.guard", 3, 7)],
    )
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is kind and str(twin) == "a message"
    assert vars(twin) == vars(error)
    assert str(twin.reasons[0]) == "CODE: why (rule at company.guard:3)"
    assert str(twin.diagnostics[0]) == "company.guard:3:7: error[G0201]: wrong"


def test_exceptions_are_also_pythons_own() -> None:
    assert issubclass(errors.Denied, PermissionError)
    assert issubclass(errors.InputError, ValueError)
    assert issubclass(errors.NotFound, LookupError)
    assert all(issubclass(kind, GuardError) for kind in classes())


def test_tracebacks_show_the_help() -> None:
    assert getattr(PolicyError("wrong", help="do this"), "__notes__") == ["help: do this"]
    assert not hasattr(Denied("no"), "__notes__")


def test_the_package_lists_what_it_has() -> None:
    assert all(hasattr(crm_guardrails, name) for name in crm_guardrails.__all__)
    public = {name for name in vars(crm_guardrails) if not name.startswith("_")}
    modules = {"errors", "view"}
    assert public - modules == set(crm_guardrails.__all__) - {"__version__"}
    assert (Path(crm_guardrails.__file__).parent / "py.typed").exists()
