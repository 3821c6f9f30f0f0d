# pyright: strict
"""Explanations: why, what nearly mattered, and what would have to change."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Dict

import pytest
from conftest import POLICY

from crm_guardrails import Explanation, InputError, Operation, PolicyError, explain


def test_a_refusal_says_what_would_have_to_change(op: Operation, quote: Dict[str, Any]) -> None:
    explanation = op.propose(quote, {"discount": 50}).explain()
    assert isinstance(explanation, Explanation)
    assert explanation.outcome == "deny"
    assert "too_deep (company.guard:" in explanation.text
    told = explanation.as_dict()
    [first, *_] = told["remedies"]
    assert [step["now"]["value"] for step in first["steps"]] == ["50%"]
    assert explanation.text == str(explanation) == explanation.to_text()
    assert repr(explanation) == "Explanation(deny)"


def test_an_allowed_change_has_nothing_to_change(op: Operation, quote: Dict[str, Any]) -> None:
    decision = op.propose(quote, {"discount": Decimal("12.5")})
    told = decision.explain().as_dict()
    assert (told["outcome"], told["remedies"], told["refusals"]) == ("allow", [], [])
    assert [near["standing"] for near in told["near_misses"]].count("not_held") > 0
    assert decision.outcome == "allow"


def test_what_is_hidden_is_in_no_explanation(op: Operation, quote: Dict[str, Any]) -> None:
    marked = {**quote, "cost_price": "31415926.53", "contact_phone": "13987654321"}
    explanation = op.propose(marked, {"discount": 50}).explain()
    for text in (explanation.text, explanation.to_json(), repr(explanation)):
        assert "31415926" not in text and "13987654321" not in text
    fields = {field["field"]: field["access"] for field in explanation.as_dict()["fields"]}
    assert fields["cost_price"] == "hidden"
    assert fields["contact_phone"] == "masked with phone"


def test_text_has_a_language_and_marks(op: Operation, quote: Dict[str, Any]) -> None:
    explanation = op.propose(quote, {"discount": 50}).explain()
    assert explanation.to_text(language="zh-CN").startswith("拒绝")
    assert "[yes]" in explanation.to_text(words=True)
    with pytest.raises(InputError) as raised:
        explanation.to_text(language="tlh")
    assert raised.value.help == "give `en` or `zh`"


def test_a_request_is_explained_without_a_database(tmp_path: Path) -> None:
    policies = tmp_path / "company.guard"
    policies.write_text(POLICY, encoding="utf-8")
    request: Dict[str, Any] = {
        "principal": {"tenant": "acme", "user": "u-17", "roles": ["INTERN"]},
        "skill": "quote.draft",
        "record": {"id": "q-1", "owner": "u-17", "discount": 5},
    }
    explanation = explain(request, policies=policies)
    [refusal] = explanation.as_dict()["refusals"]
    assert refusal["code"] == "SKILL_NOT_PERMITTED"
    assert refusal["remedy"] == "one of the roles SALES_REP, SALES_MANAGER"
    assert explain(json.dumps(request), policies=policies).text == explanation.text
    with pytest.raises(InputError):
        explain({**request, "surprise": 1}, policies=policies)
    policies.write_text("guard 1\nrule", encoding="utf-8")
    with pytest.raises(PolicyError):
        explain(request, policies=policies)
