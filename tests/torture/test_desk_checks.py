"""What the checker says of jobs, invoices and words about mails: nothing if they are in order."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from torture.book import Book
from torture.desk_checks import invoices, jobs, words
from torture.findings import Books, Finding, Verdict

Lines = dict[str, list[dict[str, Any]]]

IN_ORDER: Lines = {
    "client": [
        {"act": "story", "order_id": "A1", "wanted": {"mails": {"order_received": 1}}},
        {
            "act": "job",
            "job_id": "j",
            "type": "packed",
            "people": 1,
            "wanted": {"A1": "applied", "B2": "refused"},
            "results": [
                {"order_id": "A1", "command_id": "c1", "outcome": "applied"},
                {"order_id": "B2", "command_id": "c2", "outcome": "refused"},
            ],
        },
        {"act": "invoice", "order_id": "A1", "status": 200, "sha256": "aa", "is_pdf": True},
        {"act": "invoice", "order_id": "A1", "status": 200, "sha256": "aa", "is_pdf": True},
        {"act": "invoice", "order_id": "B2", "status": 200, "sha256": "bb", "is_pdf": True},
        {"act": "word", "order_id": "A1", "mail_key": "shipped:A", "kind": "shipped", "word": "mail_stop"},
        {"act": "word", "order_id": "A1", "mail_key": "received", "kind": "order_received", "word": "anew"},
        {"act": "word", "order_id": "B2", "mail_key": "shipped:B", "kind": "shipped", "word": "mail_stop"},
        {"act": "word", "order_id": "B2", "mail_key": "shipped:B", "kind": "shipped", "word": "mail_again"},
    ],
    "payments": [],
    "smtp": [{"message_id": name, "sha256": "x", "taken": True} for name in ("<m2>", "<m3>", "<m4>")],
    "dump": [
        {"row": "job", "job_id": "j", "kind": "packed", "is_done": True},
        {"row": "job_row", "job_id": "j", "order_id": "A1", "command_id": "c1", "is_given": True},
        {"row": "job_row", "job_id": "j", "order_id": "B2", "command_id": "c2", "is_given": True},
        {"row": "command", "order_id": "A1", "command_id": "c1", "type": "packed", "outcome": "applied"},
        {"row": "command", "order_id": "B2", "command_id": "c2", "type": "packed", "outcome": "refused"},
        {"row": "invoice", "store": "s", "order_id": "A1", "number": 1, "sha256": "aa"},
        {"row": "invoice", "store": "s", "order_id": "B2", "number": 2, "sha256": "bb"},
        {"row": "mail", "order_id": "A1", "mail_key": "shipped:A", "kind": "shipped", "state": "withdrawn"},
        {"row": "mail", "order_id": "A1", "mail_key": "received", "kind": "order_received", "state": "sent"},
        {"row": "mail", "order_id": "A1", "mail_key": "again", "kind": "order_received", "state": "sent"},
        {"row": "mail", "order_id": "B2", "mail_key": "shipped:B", "kind": "shipped", "state": "sent"},
    ],
}
for number, mail in enumerate(IN_ORDER["dump"][7:], start=1):
    mail["message_id"] = f"<m{number}>"
for each in IN_ORDER["dump"][5:7]:
    each |= {"kind": "invoice", "year": 2026}
for each in IN_ORDER["client"][5:]:
    each |= {"outcome": "applied", "command_id": f"{each['mail_key']}-{each['word']}"}


def findings(folder: Path, lines: Lines) -> list[Finding]:
    for name, of_book in lines.items():
        with Book(folder / f"{name}.jsonl") as book:
            for line in of_book:
                book.write(**line)
    books, verdict = Books(folder), Verdict()
    return [*jobs(books, verdict), *invoices(books, verdict), *words(books, verdict)]


def dumped(lines: Lines, kind: str, number: int = 0) -> dict[str, Any]:
    return [line for line in lines["dump"] if line["row"] == kind][number]


def told(lines: Lines, act: str, number: int = 0) -> dict[str, Any]:
    return [line for line in lines["client"] if line["act"] == act][number]


def another_command(lines: Lines) -> None:
    lines["dump"].append({**dumped(lines, "command"), "command_id": "c3", "outcome": "refused"})


def told_again_otherwise(lines: Lines) -> None:
    again = copy.deepcopy(told(lines, "job"))
    again["results"][0]["command_id"] = "c4"
    lines["client"].append(again)


def another_invoice(lines: Lines) -> None:
    lines["dump"].append({**dumped(lines, "invoice"), "number": 3, "sha256": "cc"})


def another_mail(lines: Lines) -> None:
    lines["dump"].append({**dumped(lines, "mail", 2), "mail_key": "again2", "message_id": "<m5>"})


def test_of_books_that_are_in_order_nothing_is_said(tmp_path: Path) -> None:
    assert findings(tmp_path, IN_ORDER) == []


def test_an_invoice_is_given_out_as_often_as_anybody_asks(tmp_path: Path) -> None:
    lines = copy.deepcopy(IN_ORDER)
    lines["client"] += [told(lines, "invoice")] * 3

    assert findings(tmp_path, lines) == []


def test_a_wish_for_a_mail_is_one_however_often_it_was_told(tmp_path: Path) -> None:
    lines = copy.deepcopy(IN_ORDER)
    lines["client"].append(told(lines, "word", 1))

    assert findings(tmp_path, lines) == []


@pytest.mark.parametrize(
    ("harm", "kind", "words_of_it"),
    [
        (lambda lines: lines["dump"].pop(0), "lost", "is not there"),
        (lambda lines: dumped(lines, "job").update(is_done=False), "stuck", "still under way"),
        (lambda lines: dumped(lines, "job").update(job_id="k", is_done=False), "stuck", "never came to its"),
        (told_again_otherwise, "unexplained", "told in two ways"),
        (lambda lines: told(lines, "job")["results"].pop(), "lost", "0 results"),
        (lambda lines: told(lines, "job")["results"].append({**told(lines, "job")["results"][0]}), "doubled",
         "2 results"),
        (lambda lines: lines["dump"].remove(dumped(lines, "job_row")), "lost", "0 rows"),
        (lambda lines: lines["dump"].append(dumped(lines, "job_row")), "doubled", "2 rows"),
        (another_command, "doubled", "2 commands packed"),
        (lambda lines: told(lines, "job")["wanted"].update(B2="applied"), "unexplained", "not applied"),
        (lambda lines: lines["dump"].remove(dumped(lines, "command")), "lost", "is not there"),
        (lambda lines: dumped(lines, "command").update(outcome="refused"), "unexplained", "kept as refused"),
        (lambda lines: told(lines, "invoice").update(status=409), "unexplained", "answered 409"),
        (lambda lines: told(lines, "invoice").update(is_pdf=False), "unexplained", "answered 200"),
        (lambda lines: told(lines, "invoice").update(sha256="zz"), "doubled", "2 papers"),
        (lambda lines: told(lines, "invoice", 2).update(sha256="zz"), "lost", "bytes that are not kept"),
        (lambda lines: lines["dump"].remove(dumped(lines, "invoice", 1)), "lost", "is not there"),
        (lambda lines: dumped(lines, "invoice", 1).update(number=3), "lost", "number 2 is missing"),
        (lambda lines: dumped(lines, "invoice", 1).update(number=1), "doubled", "given 2 times"),
        (another_invoice, "doubled", "2 invoices"),
        (lambda lines: lines["smtp"].append({"message_id": "<m1>", "sha256": "x", "taken": True}),
         "unexplained", "the server took it"),
        (lambda lines: dumped(lines, "mail").update(state="sent"), "unexplained", "and is sent"),
        (lambda lines: told(lines, "word").update(outcome="refused"), "lost", "nobody was told"),
        (lambda lines: lines["client"].pop(), "unexplained", "the server took it"),
        (lambda lines: lines["dump"].remove(dumped(lines, "mail", 2)), "lost", "0 mails order_received"),
        (another_mail, "doubled", "2 mails order_received"),
    ],
)  # fmt: skip
def test_each_harm_is_called_by_its_name(
    tmp_path: Path, harm: Callable[[Lines], object], kind: str, words_of_it: str
) -> None:
    lines = copy.deepcopy(IN_ORDER)
    harm(lines)

    said = [(each.kind, each.sentence) for each in findings(tmp_path, lines)]
    assert [each for each in said if each[0] == kind and words_of_it in each[1]], said
