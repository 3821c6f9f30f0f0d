# pyright: strict
"""A sales copilot works in a CRM behind the guard: the story of `make demo`, told in Python.

Seven scenes come from `examples/crm/session.json`: what the copilot asks for, and what the guard
must answer. The Rust tests replay the same file, so both languages decide alike. Two more scenes
follow: a process that is killed, and an audit record that somebody edits.

    python examples/python/sales_copilot.py

The copilot is scripted and no model is called. Each ✓ is a check; when one fails, the exit code is 1.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Union

from crm_guardrails import (
    Denied,
    Guard,
    GuardError,
    LimitReached,
    NotFound,
    Operation,
    Principal,
    Reason,
)

CRM = Path(__file__).resolve().parents[1] / "crm"
UNTIL_KILLED = "--until-killed"
ADMINISTER = "--administer"

# Of each record that is read, the story tells these fields.
TOLD = ("cost_price", "contact_phone", "payment_terms")

Json = Dict[str, Any]
Step = Json
Answer = Json


class Story:
    """What is told, and how many of its checks held."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def scene(self, letter: str, title: str) -> None:
        print(f"\n({letter}) {title}")

    def say(self, sentence: object) -> None:
        print(f"    {sentence}")

    def quote(self, reasons: Sequence[Reason]) -> None:
        """How the guard's answer reads: code, sentence, and the line of policy behind it."""
        for reason in reasons:
            self.say(f"│ {reason.code}: {reason.message}")
            if reason.line:
                self.say(f"│ {reason.rule} at {reason.file}:{reason.line}")

    def check(self, holds: bool, sentence: str) -> None:
        if holds:
            self.passed += 1
        else:
            self.failed += 1
        self.say(f"{'✓' if holds else '✗'} {sentence}")

    def end(self) -> int:
        print(f"\ndemo: {self.passed} checks passed, {self.failed} failed")
        return 1 if self.failed else 0


class Desk:
    """A company's desk: its CRM, its people with their copilots, and the guard between them."""

    def __init__(self, session: Json, folder: Path, guard: Guard, story: Story) -> None:
        self.folder = folder
        self.guard = guard
        self.story = story
        self.works: Json = session["works"]
        self.people = {name: Principal(**person) for name, person in session["people"].items()}
        self.crm: Dict[str, Json] = {}
        self.entities: Dict[str, str] = {}
        for record in session["records"]:
            fields = dict(record)
            self.entities[fields["id"]] = fields.pop("entity")
            self.crm[fields["id"]] = fields
        self.tickets: Dict[str, str] = {}

    def play(self, step: Step) -> Answer:
        """Does one step; a refusal is an answer like others."""
        acts: Dict[str, Callable[[Step], Answer]] = {
            "approve": self.approve,
            "begin": self.begin,
            "propose": self.propose,
            "read": self.read,
            "resume": self.resume,
            "show": self.show,
            "sql": self.sql,
        }
        try:
            return acts[step["do"]](step)
        except (Denied, LimitReached, NotFound) as refused:
            return {"outcome": "refused", "codes": [refused.code]}

    def operation(self, step: Step) -> Operation:
        ticket = self.tickets[step["under"]] if "under" in step else None
        return self.guard.operation(
            self.people[step["as"]], ticket=ticket, **self.works[step["work"]]
        )

    def begin(self, step: Step) -> Answer:
        with self.operation(step) as op:
            op.complete()
        return {"outcome": "begun", "codes": []}

    def read(self, step: Step) -> Answer:
        records = [self.crm[record] for record in step["records"]]
        with self.operation(step) as op:
            views = [op.read(records[0])] if len(records) == 1 else op.read_many(records)
            op.complete("a summary of the quotes")
        for view in views:
            shown = " · ".join(f"{name} {view.get(name, '—')}" for name in TOLD)
            self.story.say(f"{step['as']} sees {view['id']}: {shown}")
        return {"outcome": "shown", "codes": [], "views": views}

    def propose(self, step: Step) -> Answer:
        record = self.crm[step["record"]]
        with self.operation(step) as op:
            if "reads" in step:
                op.read(self.crm[step["reads"]])
            decision = op.propose(record, step["changes"])
            if decision:
                record.update(decision.changes or {})
                op.complete("It is done.")
        self.story.quote(decision.reasons)
        ticket = decision.ticket
        same = ticket is None or self.tickets.setdefault(step["ticket"], ticket) == ticket
        return {
            "outcome": decision.outcome if same else "another ticket",
            "codes": [reason.code for reason in decision.reasons],
            "chain": decision.chain,
            "risk": decision.risk_level,
            "notify": decision.notify,
            "message": decision.reasons[0].message if decision.reasons else "",
            "discount": record.get("discount"),
        }

    def approve(self, step: Step) -> Answer:
        principal = self.people[step["as"]]
        ticket = self.guard.approve(self.tickets[step["ticket"]], principal, comment="good customer")
        for field, before, after in ticket.changes:
            self.story.say(
                f"{step['as']}'s inbox: {ticket.verb} {ticket.entity} {ticket.record}"
                f" · {field} {before} → {after}"
            )
        return {"outcome": ticket.state, "codes": []}

    def show(self, step: Step) -> Answer:
        ticket = self.guard.ticket(self.tickets[step["ticket"]], self.people[step["as"]])
        return {"outcome": ticket.state, "codes": []}

    def resume(self, step: Step) -> Answer:
        ticket = self.tickets[step["ticket"]]
        record = self.guard.ticket(ticket, self.people[step["as"]]).record
        try:
            op = self.guard.resume(ticket, self.people[step["as"]], self.crm[record])
        except Denied as refused:
            discount = self.crm[record].get("discount")
            return {"outcome": "refused", "codes": [refused.code], "discount": discount}
        with op:
            changes = op.changes or {}
            self.crm[record].update(changes)
            op.complete("The quote has the discount that was approved.")
        discount = self.crm[record].get("discount")
        return {"outcome": "allow", "codes": [], "changes": changes, "discount": discount}

    def sql(self, step: Step) -> Answer:
        for statement in step["statements"]:
            self.administer(statement)
        self.guard.refresh()
        return {"outcome": "done", "codes": []}

    def administer(self, sql: str, values: Sequence[object] = ()) -> List[Any]:
        """Somebody with a database tool, who knows nothing of the guard: a process of its own.

        Never open the guard's SQLite file with `sqlite3` in the guard's own process: Python brings
        a second copy of SQLite, and when that one closes the file, the first one loses its locks.
        """
        command = [sys.executable, __file__, ADMINISTER, str(self.folder / "guard.db")]
        job = json.dumps([sql, values])
        done = subprocess.run(command, input=job, stdout=subprocess.PIPE, text=True, check=True)
        rows: List[Any] = json.loads(done.stdout)
        return rows


def as_expected(answer: Answer, expect: Json) -> bool:
    """Whether the guard answered what the session says it must."""
    plain = set(expect) - {"seen", "fields", "absent"}
    if any(answer.get(name) != expect[name] for name in plain):
        return False
    if "seen" not in expect:
        return True
    views: List[Json] = answer["views"]
    first = views[0]
    return (
        [view["id"] for view in views] == expect["seen"]
        and all(first.get(field) == value for field, value in expect["fields"].items())
        and not any(field in view for field in expect["absent"] for view in views)
    )


def told(desk: Desk, step: Step) -> None:
    answer = desk.play(step)
    codes = ", ".join(answer["codes"])
    refusal = f": {codes}" if answer["outcome"] in ("refused", "deny") else ""
    holds = as_expected(answer, step["expect"])
    desk.story.check(holds, f"{step['words']}{refusal}")
    if not holds:
        desk.story.say(f"  answered {answer}")


def open_guard(folder: Path) -> Guard:
    return Guard.open(policies=CRM / "policies", store=f"sqlite://{folder}/guard.db?mode=rwc")


def killed(desk: Desk) -> None:
    desk.story.scene("h", "Killed in the middle")
    desk.story.say("A second process begins an operation, proposes, and is killed.")
    command = [sys.executable, __file__, UNTIL_KILLED, str(desk.folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="utf-8") as child:
        assert child.stdout is not None
        operation = child.stdout.readline().strip()
        child.kill()
    with open_guard(desk.folder) as guard:
        lost = guard.interrupted()
    for each in lost:
        desk.story.say(
            f"interrupted: {each.skill} on {each.entity} for {each.user} of {each.tenant},"
            f" operation {each.operation}"
        )
    desk.story.check(
        [each.operation for each in lost] == [operation],
        "the next start reports that operation, and no other",
    )


def play_until_killed(folder: Path) -> None:
    """The process that dies: begins, proposes, says so, and waits for its end."""
    desk = Desk(read_session(), folder, open_guard(folder), Story())
    op = desk.operation({"as": "colleague", "work": "draft"})
    op.propose(desk.crm["Q-1003"], {"discount": Decimal(5)})
    print(op.id, flush=True)
    sys.stdin.read()


def administer(database: str) -> None:
    """The database tool: one statement in, its rows out."""
    sql, values = json.load(sys.stdin)
    connection = sqlite3.connect(database, timeout=30)
    with connection:
        print(json.dumps(connection.execute(sql, values).fetchall()))
    connection.close()


def tampered(desk: Desk) -> None:
    desk.story.scene("i", "One byte")
    before = desk.guard.verify()
    desk.story.check(
        not before.findings,
        f"{before.events} events in {len(before.logs)} logs verify: hashes, tree and signatures fit",
    )
    [(log, seq, payload)] = desk.administer(
        "SELECT log_id, seq, payload FROM guard_audit_event"
        " WHERE kind = 'decision' AND payload LIKE '%needs_approval%' ORDER BY seq LIMIT 1"
    )
    desk.story.say("Somebody edits one byte of the audit: u-17 becomes u-18.")
    forged = payload.replace("u-17", "u-18", 1)
    desk.administer(
        "UPDATE guard_audit_event SET payload = ? WHERE log_id = ? AND seq = ?", (forged, log, seq)
    )
    findings = desk.guard.verify().findings
    for finding in findings:
        desk.story.say(f"│ {finding}")
    desk.story.check(
        any((finding.log, finding.seq) == (log, seq) for finding in findings),
        f"verify names the record that was edited: event {seq} of this log",
    )


def read_session() -> Json:
    session: Json = json.loads((CRM / "session.json").read_text("utf-8"))
    return session


def tell(folder: Path) -> int:
    session = read_session()
    story = Story()
    with open_guard(folder) as guard:
        desk = Desk(session, folder, guard, story)
        for scene in session["scenes"]:
            story.scene(scene["scene"], scene["title"])
            for step in scene["steps"]:
                told(desk, step)
        killed(desk)
        tampered(desk)
    return story.end()


def main(arguments: Sequence[str]) -> Union[int, str]:
    if arguments[:1] == [UNTIL_KILLED]:
        play_until_killed(Path(arguments[1]))
        return 0
    if arguments[:1] == [ADMINISTER]:
        administer(arguments[1])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            return tell(Path(folder))
        except GuardError as error:
            return f"the story broke off: {error}\n{error.help}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
