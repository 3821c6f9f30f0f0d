# pyright: strict
"""A small company: a policy, its people, one quote, and a guard over a store of its own."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Sequence

import pytest

from crm_guardrails import Guard, Operation, Principal

ROOT = Path(__file__).resolve().parents[2]

POLICY = """guard 1
package company

entity Place { city : text  street : text? }

entity Quote {
    id            : text
    tenant_id     : text?
    owner         : text
    stage         : enum { DRAFT, SENT, WON }
    discount      : percent
    amount        : money(CNY)?
    valid_until   : date?
    place         : Place?
    tags          : [text]?
    cost_price    : money(CNY)?  @sensitivity(5)
    contact_phone : text?        @sensitivity(4) @pii(phone)
    contact_name  : text?        @sensitivity(3) @pii(name)
}

grant SALES_REP on Quote where owner == actor.id {
    read  id, amount, valid_until, place, tags
    write owner, stage, discount
    mask  contact_phone with phone, contact_name with name
}
grant SALES_MANAGER on Quote {
    read  * except cost_price
    write discount
}

skill quote.draft  { title "Draft"  does update on Quote impact 3 allow SALES_REP, SALES_MANAGER }
skill quote.create { title "Create" does create on Quote impact 3 allow SALES_REP }
skill quote.delete { title "Delete" does delete on Quote impact 3 allow SALES_REP }
skill quote.rare   { title "Rare"   does update on Quote impact 3 allow SALES_REP limit 1 per minute per user }
skill quote.chatty { title "Chatty" does update on Quote impact 3 allow SALES_REP budget 100 tokens per day per tenant }

approval discount_approval {
    step manager 1 of SALES_MANAGER within 4h else deny
    never requester
    expires 1d   execute within 1h
}

rule max_discount {
    on   create, update of Quote
    when discount > 15% and actor has SALES_REP
    then require approval discount_approval because "折扣超过销售代表权限: {discount}"
                                                    / en "over the limit of a representative: {discount}",
         oblige "tell_customer" { by: "{owner}", cost: "{cost_price}", days: 30, steps: ["call", null] }
}
rule too_deep {
    on   create, update of Quote
    when discount > 40%
    then deny DISCOUNT_TOO_DEEP because "no discount goes this deep"
}
rule steep @shadow {
    on   update of Quote
    when discount > 5%
    then deny STEEP because "steep"
}
rule won_stays {
    on   delete of Quote
    when stage == WON
    then deny QUOTE_WON because "what is won stays"
}
"""


def quote_of(**others: Any) -> Dict[str, Any]:
    """A quote as a CRM would hold it, with Python's own types."""
    quote: Dict[str, Any] = {
        "owner": "u-17",
        "id": "Q-1",
        "stage": "DRAFT",
        "discount": 5,
        "amount": Decimal("85500.00"),
        "valid_until": datetime.date(2026, 12, 31),
        "place": {"city": "上海", "street": "世纪大道1号"},
        "tags": ["新客户", "华东"],
        "cost_price": Decimal("60000.00"),
        "contact_phone": "13812345678",
        "contact_name": "欧阳晓燕",
    }
    quote.update(others)
    return quote


@pytest.fixture
def quote() -> Dict[str, Any]:
    return quote_of()


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "company.guard").write_text(POLICY, "utf-8")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path}/guard.db?mode=rwc"


@pytest.fixture
def guard(policies: Path, store: str) -> Iterator[Guard]:
    with Guard.open(policies=policies, store=store) as guard:
        yield guard


@pytest.fixture
def rep() -> Principal:
    return Principal("acme", "u-17", roles=["SALES_REP"], agent="sales_copilot", model="qwen:14b")


@pytest.fixture
def manager() -> Principal:
    return Principal("acme", "u-02", roles=["SALES_MANAGER"])


@pytest.fixture
def stranger() -> Principal:
    return Principal("globex", "u-17", roles=["SALES_REP", "SALES_MANAGER"])


@pytest.fixture
def op(guard: Guard, rep: Principal) -> Operation:
    return guard.operation(rep, skill="quote.draft", context="sales_copilot")


# The guard's file is never opened in the guard's own process: Python's SQLite is a second copy, and
# when that one closes the file, the guard loses its locks.
DATABASE_TOOL = """
import json, sqlite3, sys
sql, values = json.load(sys.stdin)
connection = sqlite3.connect(sys.argv[1], timeout=30)
with connection:
    print(json.dumps(connection.execute(sql, values).fetchall()))
connection.close()
"""

Administer = Callable[..., List[Any]]


@pytest.fixture
def administer(tmp_path: Path) -> Administer:
    """Somebody with a database tool, who knows nothing of the guard."""

    def run(sql: str, values: Sequence[object] = ()) -> List[Any]:
        command = [sys.executable, "-c", DATABASE_TOOL, str(tmp_path / "guard.db")]
        job = json.dumps([sql, list(values)])
        done = subprocess.run(command, input=job, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)

    return run
