# pyright: strict
"""What the model may see of a record."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
from collections import OrderedDict
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from conftest import quote_of

from crm_guardrails import Denied, Guard, NotFound, Operation, Principal, View


def test_a_view_has_what_may_be_seen(op: Operation, quote: Dict[str, Any]) -> None:
    view = op.read(quote)
    assert view == {
        "owner": "u-17",
        "id": "Q-1",
        "stage": "DRAFT",
        "discount": 5,
        "amount": Decimal("85500.00"),
        "valid_until": quote["valid_until"],
        "place": {"city": "上海", "street": "世纪大道1号"},
        "tags": ["新客户", "华东"],
        "contact_phone": "138****5678",
        "contact_name": "欧阳**",
    }


def test_what_is_readable_stays_the_callers_own_object(
    op: Operation, quote: Dict[str, Any]
) -> None:
    view = op.read(quote)
    for name in ("amount", "valid_until", "id"):
        assert view[name] is quote[name], name
    assert type(view["amount"]) is Decimal
    assert str(view["amount"]) == "85500.00"


def test_a_change_to_the_view_does_not_reach_the_record(
    op: Operation, quote: Dict[str, Any]
) -> None:
    before = copy.deepcopy(quote)
    view = op.read(quote)
    view["tags"].clear()
    view["place"]["city"] = "北京"
    view.clear()
    assert quote == before


def test_the_order_of_the_fields_stays(op: Operation, quote: Dict[str, Any]) -> None:
    view = op.read(quote)
    assert list(view) == [name for name in quote if name != "cost_price"]
    backwards = dict(reversed(list(quote.items())))
    assert list(op.read(backwards)) == list(reversed(list(view)))


def test_a_view_says_what_it_withholds(op: Operation, quote: Dict[str, Any]) -> None:
    view = op.read({**quote, "legacy_code": "x"})
    assert view.hidden == ("cost_price", "tenant_id")
    assert "`contact_phone` is masked with phone" in view.notes
    assert "`cost_price` is hidden" in view.notes
    assert "one undeclared field is left out" in view.notes
    assert "legacy_code" not in view


def test_a_view_is_a_dict(op: Operation, quote: Dict[str, Any]) -> None:
    view = op.read(quote)
    assert isinstance(view, dict) and type(view) is View
    assert json.loads(json.dumps(view, default=str))["contact_phone"] == "138****5678"
    for twin in (copy.deepcopy(view), pickle.loads(pickle.dumps(view))):
        assert (twin, twin.hidden, twin.notes) == (view, view.hidden, view.notes)


def test_reading_does_not_touch_the_record(op: Operation, quote: Dict[str, Any]) -> None:
    op.read(quote)
    assert quote == quote_of()


def test_rows_out_of_reach_are_left_out(op: Operation, quote: Dict[str, Any]) -> None:
    rows = [quote_of(id="Q-0", owner="u-18"), quote, quote_of(id="Q-2", contact_phone=None)]
    views = op.read_many(iter(rows))
    assert [view["id"] for view in views] == ["Q-1", "Q-2"]
    assert views[0]["contact_phone"] == "138****5678"
    assert views[0].hidden is views[1].hidden


def test_the_same_row_twice_is_shown_twice(op: Operation, quote: Dict[str, Any]) -> None:
    views = op.read_many([quote, quote])
    assert views[0] == views[1] and len(views) == 2
    assert op.read_many([]) == []


def test_out_of_reach_reads_like_not_there(op: Operation) -> None:
    with pytest.raises(NotFound) as foreign:
        op.read(quote_of(owner="u-18"))
    with pytest.raises(NotFound) as other_tenant:
        op.read(quote_of(tenant_id="globex"))
    assert str(foreign.value) == str(other_tenant.value)
    assert foreign.value.code == "not_found"
    assert isinstance(foreign.value, LookupError)


def test_another_tenants_operation_is_its_own(
    guard: Guard, stranger: Principal, op: Operation, quote: Dict[str, Any]
) -> None:
    op.read(quote)
    theirs = guard.operation(stranger, skill="quote.draft")
    with pytest.raises(NotFound):
        theirs.read({**quote, "tenant_id": "acme"})
    with pytest.raises(NotFound):
        guard.trace(op.id, stranger)
    with pytest.raises(NotFound):
        guard.trace_for_requester(op.id, stranger)


def test_an_ended_operation_shows_nothing(op: Operation, quote: Dict[str, Any]) -> None:
    op.complete()
    with pytest.raises(Denied) as refused:
        op.read(quote)
    assert refused.value.code == "OPERATION_ENDED"


def test_two_roles_see_two_things(guard: Guard, manager: Principal, quote: Dict[str, Any]) -> None:
    with guard.operation(manager, skill="quote.draft") as op:
        view = op.read(quote)
        op.complete()
    assert view["contact_phone"] == "13812345678"
    assert view["contact_phone"] is quote["contact_phone"]
    assert "cost_price" not in view


NESTED = """guard 1
entity Line { sku : text  day : date? }
entity Addr { city : text  door : text?  apt : decimal?  since : date?  codes : [decimal]? }
entity D { id : text  addr : Addr?  lines : [Line]? }
grant REP on D { read id, addr.city, addr.apt, addr.since, addr.codes, lines }
skill d.look { title "Look" does read on D impact 3 allow REP }
"""


class Mapping:
    """Something with keys that is no dict."""

    def __init__(self, members: Dict[str, Any]) -> None:
        self.members = members

    def keys(self) -> List[str]:
        return list(self.members)

    def __getitem__(self, key: str) -> Any:
        return self.members[key]


def addresses(secret: Dict[str, Any]) -> Dict[str, Any]:
    """In an order that is not that of the names, with what is to be withheld in the midst of it."""
    day = datetime.date(2026, 3, 2)
    codes = (Decimal("1.00"), 2)
    return {"since": day, **secret, "city": "SH", "codes": codes, "apt": Decimal("7.50")}


@pytest.mark.parametrize("form", [dict, OrderedDict, Mapping])
def test_order_and_types_do_not_tell_that_something_is_withheld(
    tmp_path: Path, form: Callable[[Dict[str, Any]], Any]
) -> None:
    (tmp_path / "p.guard").write_text(NESTED, encoding="utf-8")
    store = f"sqlite://{tmp_path}/g.db?mode=rwc"
    guard = Guard.open(policies=str(tmp_path / "p.guard"), store=store)
    rep = Principal("acme", "u-1", roles=["REP"])

    def line(secret: Dict[str, Any]) -> Any:
        return form({"sku": "b", **secret, "day": datetime.date(2026, 3, 2)})

    def shown(door: Dict[str, Any], cost: Dict[str, Any], stray: List[Any]) -> View:
        lines = (line(cost), *stray, line({}))
        return op.read({"lines": lines, "id": "1", "addr": form(addresses(door))})

    with guard.operation(rep, skill="d.look") as op:
        plain = shown({}, {}, [])
        others = [
            shown({"door": "9"}, {}, []),
            shown({}, {"undeclared": 5}, []),
            shown({"a": 1, "zz": [1]}, {"cost": 5, "day2": {}}, []),
            shown({}, {"cost": 5}, ["stray", 7]),
        ]
        doors: List[Dict[str, Any]] = [{}, {"door": "9"}]
        views = op.read_many([{"addr": form(addresses(door)), "id": "2"} for door in doors])
        op.complete()
    for view in others:
        assert repr(view) == repr(plain)
        assert json.dumps(view, default=repr) == json.dumps(plain, default=repr)
    assert repr({**views[0]}) == repr({**views[1]})
    if form is dict:
        assert list(plain["addr"]) == ["since", "city", "codes", "apt"]
        assert type(others[0]["addr"]["codes"]) is tuple
        assert repr(others[0]["addr"]["apt"]) == "Decimal('7.50')"
    guard.close()
