# pyright: strict
"""The corpus of small policies, as Rust and the command replay it: the same findings in each."""

from __future__ import annotations

from pathlib import Path
from typing import List, Set

import pytest
from conftest import ROOT

from crm_guardrails import InputError, check, findings

CORPUS = ROOT / "guardrails-rules/tests/corpus"


def policies() -> List[Path]:
    return sorted(CORPUS.glob("*/*.guard"))


def expected(policy: Path) -> Set[str]:
    """The codes that a policy's first line names."""
    line = policy.read_text("utf-8").partition("\n")[0]
    _, _, codes = line.partition("// expects:")
    return {code.strip() for code in codes.split(",") if code.strip()}


def test_each_policy_has_the_findings_it_expects() -> None:
    assert len(policies()) >= 150
    for policy in policies():
        found = findings(policy)
        codes = {finding.code for finding in found}
        errors = {finding.code for finding in found if finding.severity == "error"}
        assert errors <= expected(policy) <= codes, policy.name
        assert policy.parent.name == "err" or not errors, policy.name


def test_findings_say_where_and_why() -> None:
    [found] = findings(CORPUS / "err/misspelt_field.guard")
    assert (found.code, found.severity, found.file) == ("G0201", "error", "misspelt_field.guard")
    assert "discuont" in found.message and "discount" in found.help
    assert found.line > 1 and found.column == 10
    assert str(found.line) in check(CORPUS / "err/misspelt_field.guard")


def test_findings_in_chinese() -> None:
    path = CORPUS / "err/misspelt_field.guard"
    [english], [chinese] = findings(path), findings(path, language="zh-CN")
    assert (english.code, english.line) == (chinese.code, chinese.line)
    assert english.message.isascii() and not chinese.message.isascii()
    assert chinese.message in check(path, language="zh")
    assert english.message in check(path)
    with pytest.raises(InputError, match="language"):
        findings(path, language="tlh")
