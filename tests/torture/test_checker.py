"""The checker: of books in order it says nothing, and each thing that is wrong it calls by its name."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from torture.book import Book
from torture.checker import judge

Books = dict[str, list[dict[str, Any]]]

MAIL = {"order_id": "A1", "state": "sent", "phase": "none", "attempt": 1, "leased": None}
IN_ORDER: Books = {
    "client": [
        {
            "act": "story",
            "order_id": "A1",
            "wanted": {
                "payment": "PAID",
                "fulfillment": "SHIPPED",
                "paid_minor": 1000,
                "shipped": {"1": 1},
                "parcels": 1,
                "gift_cards": 1,
                "downloads": 1,
                "mails": {"shipped": 1},
                "attention": ["overpaid"],
            },
        },
        {"act": "placed", "order_id": "A1", "status": 201},
        {
            "act": "command",
            "order_id": "A1",
            "command_id": "c-0-anna",
            "outcome": "applied",
            "wanted": "applied",
            "rivals": True,
        },
        {
            "act": "command",
            "order_id": "A1",
            "command_id": "c-0-bram",
            "outcome": "refused",
            "wanted": "applied",
            "rivals": True,
        },
        {"act": "played", "order_id": "A1"},
    ],
    "payments": [
        {
            "order_id": "A1",
            "event_id": "p",
            "command_id": "p",
            "event_status": "paid",
            "amount": "10.00",
            "outcome": "applied",
        }
    ],
    "smtp": [{"message_id": "<m1>", "sha256": "x", "taken": True}, {"message_id": "<m1>", "taken": False}],
    "dump": [
        {
            "row": "order",
            "store": "default",
            "order_id": "A1",
            "payment_status": "PAID",
            "fulfillment_status": "SHIPPED",
            "is_history": False,
            "started": True,
            "ended": False,
            "facts": {"payments": [{"status": "paid", "amount_minor": 1000}], "parcels": [{}]},
        },
        {"row": "line", "order_id": "A1", "line_id": "1", "ordered": 1, "cancelled": 0, "shipped": 1},
        {"row": "command", "order_id": "A1", "command_id": "c-0-anna", "outcome": "applied"},
        {"row": "command", "order_id": "A1", "command_id": "c-0-bram", "outcome": "refused"},
        {"row": "command", "order_id": "A1", "command_id": "p", "outcome": "applied"},
        {"row": "moment", "order_id": "A1", "kind": "picked", "command_id": "c-0-anna"},
        {"row": "mail", "mail_key": "shipped:A", "kind": "shipped", "message_id": "<m1>", **MAIL},
        {"row": "attention", "order_id": "A1", "key": "overpaid:", "reason": "overpaid", "owner": "finance"},
        {"row": "gift_card", "order_id": "A1", "line_id": "1", "unit": 1},
        {"row": "download", "order_id": "A1", "line_id": "1", "file": "book.epub"},
        {
            "row": "workflow",
            "workflow_id": "order/default/A1",
            "status": "RUNNING",
            "timers": 1,
            "task_failures": ["UNHANDLED_COMMAND: "],
            "is_first_run": True,
        },
    ],
}


def said_of(folder: Path, books: Books) -> list[str]:
    """The classes of what the checker found."""
    for name, lines in books.items():
        with Book(folder / f"{name}.jsonl") as book:
            for line in lines:
                book.write(**line)
    return [finding.kind for finding in judge(folder).findings]


def row(books: Books, kind: str, number: int = 0) -> dict[str, Any]:
    return [line for line in books["dump"] if line["row"] == kind][number]


def without(books: Books, kind: str) -> None:
    books["dump"] = [line for line in books["dump"] if line["row"] != kind]


def again(books: Books, kind: str) -> None:
    books["dump"].append(dict(row(books, kind)))


def not_started(books: Books) -> None:
    row(books, "order")["started"] = False
    without(books, "workflow")


def nobody_waits(books: Books) -> None:
    row(books, "workflow")["timers"] = 0
    books["client"][0]["wanted"]["attention"] = []
    without(books, "attention")


def both_rivals(books: Books) -> None:
    books["client"][3]["outcome"] = "applied"
    row(books, "command", 1)["outcome"] = "applied"


def unknown_and_listed(books: Books) -> None:
    row(books, "mail")["state"] = "unknown"
    key, owner = "mail_unknown:shipped:A", "customer_service"
    books["dump"].append(
        {"row": "attention", "order_id": "A1", "key": key, "reason": "mail_unknown", "owner": owner}
    )


def unknown_and_nobodys(books: Books) -> None:
    unknown_and_listed(books)
    row(books, "attention", 1)["owner"] = None


def only_attention(books: Books, *owners: str | None) -> None:
    """No timer runs, and there is an entry for each of these owners."""
    row(books, "workflow")["timers"] = 0
    entry = row(books, "attention")
    books["dump"] += [{**entry, "owner": owner} for owner in owners]
    books["dump"].remove(entry)


def test_of_books_that_are_in_order_nothing_is_said(tmp_path: Path) -> None:
    assert said_of(tmp_path, IN_ORDER) == []


def test_a_mail_that_nobody_can_speak_for_is_no_finding_if_it_is_on_the_list(tmp_path: Path) -> None:
    books = copy.deepcopy(IN_ORDER)
    unknown_and_listed(books)

    assert said_of(tmp_path, books) == []


@pytest.mark.parametrize(("at", "said"), [(101.0, []), (99.0, ["unexplained"])])
def test_a_mail_that_came_while_the_dump_was_written_cannot_be_in_it(
    tmp_path: Path, at: float, said: list[str]
) -> None:
    books = copy.deepcopy(IN_ORDER)
    books["dump"].append({"row": "dump", "at": 100.0})
    books["smtp"].append({"message_id": "<m2>", "sha256": "y", "taken": True, "at": at})

    assert said_of(tmp_path, books) == said


def test_an_order_that_waits_for_somebody_by_name_is_not_stuck(tmp_path: Path) -> None:
    books = copy.deepcopy(IN_ORDER)
    only_attention(books, None, "finance")

    assert said_of(tmp_path, books) == []


@pytest.mark.parametrize("owner", [None, "", " "])
def test_an_order_that_waits_for_a_person_whom_nobody_names_is_stuck(
    tmp_path: Path, owner: str | None
) -> None:
    books = copy.deepcopy(IN_ORDER)
    only_attention(books, owner)

    assert said_of(tmp_path, books) == ["stuck"]


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (lambda books: books["client"].pop(1), "stuck"),
        (lambda books: books["client"].pop(), "stuck"),
        (lambda books: without(books, "order"), "lost"),
        (lambda books: again(books, "order"), "doubled"),
        (lambda books: without(books, "workflow"), "lost"),
        (lambda books: again(books, "workflow"), "doubled"),
        (lambda books: row(books, "workflow").update(status="TERMINATED"), "stuck"),
        (
            lambda books: row(books, "workflow").update(task_failures=["NON_DETERMINISTIC_ERROR: "]),
            "unexplained",
        ),
        (not_started, "stuck"),
        (nobody_waits, "stuck"),
        (lambda books: books["dump"].remove(row(books, "command")), "lost"),
        (lambda books: again(books, "command"), "doubled"),
        (lambda books: again(books, "moment"), "doubled"),
        (lambda books: row(books, "command").update(outcome=None), "stuck"),
        (lambda books: row(books, "command").update(outcome="refused"), "unexplained"),
        (both_rivals, "doubled"),
        (lambda books: books["client"][2].update(rivals=False, wanted="refused"), "unexplained"),
        (
            lambda books: row(books, "order")["facts"]["payments"].append(
                {"status": "paid", "amount_minor": 1}
            ),
            "wrong money",
        ),
        (lambda books: row(books, "order")["facts"]["payments"].clear(), "wrong money"),
        (lambda books: again(books, "gift_card"), "doubled"),
        (lambda books: without(books, "gift_card"), "lost"),
        (lambda books: again(books, "download"), "doubled"),
        (lambda books: without(books, "download"), "lost"),
        (lambda books: row(books, "line").update(shipped=2), "doubled"),
        (lambda books: row(books, "line").update(shipped=0), "lost"),
        (lambda books: row(books, "order")["facts"]["parcels"].append({}), "doubled"),
        (lambda books: row(books, "order")["facts"]["parcels"].clear(), "lost"),
        (lambda books: row(books, "order").update(payment_status="CANCELLED"), "unexplained"),
        (lambda books: without(books, "attention"), "lost"),
        (lambda books: books["smtp"].append(books["smtp"][0]), "doubled"),
        (lambda books: books["smtp"].clear(), "lost"),
        (lambda books: without(books, "mail"), "lost"),
        (lambda books: row(books, "mail").update(state="unknown"), "stuck"),
        (lambda books: row(books, "mail").update(state="failed"), "stuck"),
        (unknown_and_nobodys, "stuck"),
        (lambda books: row(books, "mail").update(state="retry"), "stuck"),
        (
            lambda books: books["smtp"].append({"message_id": "<m2>", "sha256": "y", "taken": True}),
            "unexplained",
        ),
        (lambda books: books["dump"].append({**row(books, "order"), "order_id": "B2"}), "unexplained"),
        (
            lambda books: books["client"].append(
                {"act": "bad answer", "path": "/", "status": 500, "said": ""}
            ),
            "unexplained",
        ),
    ],
)
def test_each_harm_is_called_by_its_name(tmp_path: Path, harm: Callable[[Books], object], kind: str) -> None:
    books = copy.deepcopy(IN_ORDER)
    harm(books)

    assert kind in said_of(tmp_path, books)


def test_the_checker_shares_nothing_with_what_it_judges() -> None:
    ours = ("orders", "workflows", "db", "activities", "mails", "starter", "desk", "embedded", "worker")
    look = "import json, sys, torture.checker; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", look], capture_output=True, check=True).stdout)

    assert [name for name in loaded if name.partition(".")[0] in (*ours, "asyncpg", "temporalio")] == []
