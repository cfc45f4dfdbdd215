"""The checker: reads only the books and the final dump, and says what was lost, doubled, stuck or wrong.

It imports nothing of the system it judges, nor anything but the standard library and the books' format.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from torture.desk_checks import invoices, jobs, words
from torture.findings import Books, Finding, Row, Verdict

HARMLESS: Final = (
    "UNHANDLED_COMMAND",
    "FORCE_CLOSE_COMMAND",
    "FAILOVER_CLOSE_COMMAND",
    "RESET_STICKY_TASK_QUEUE",
)
"""Why Temporal gives a workflow task again without any fault of the workflow: a message came in meanwhile, or
the server itself was restarted."""


def judge(folder: Path) -> Verdict:
    """The verdict over the books in this folder: client, payments, smtp and dump, each `.jsonl`."""
    books = Books(folder)
    verdict = Verdict()
    verdict.counted["orders"] = len(books.stories)
    verdict.counted["commands"] = sum(map(len, books.commands.values()))
    verdict.counted["payments told"] = sum(map(len, books.payments.values()))
    verdict.counted["mails taken"] = len(books.taken)
    for order_id in books.stories:
        verdict.findings += _judge_order(books, order_id)
    verdict.findings += _mails(books, verdict)
    verdict.findings += jobs(books, verdict)
    verdict.findings += invoices(books, verdict)
    verdict.findings += words(books, verdict)
    verdict.findings += _strangers(books)
    return verdict


def _judge_order(books: Books, order_id: str) -> Iterator[Finding]:
    story = books.stories[order_id]
    rows = books.of("order", order_id)
    if not books.placed[order_id]:
        yield Finding("stuck", order_id, "its checkout never got an answer of 2xx")
        return
    if not rows:
        yield Finding("lost", order_id, "it was answered 2xx and is not there")
        return
    if len(rows) > 1:
        yield Finding("doubled", order_id, f"it is there {len(rows)} times")
    if order_id not in books.played:
        yield Finding("stuck", order_id, "its players gave up on an answer")
    yield from _workflows(books, order_id, rows[0])
    yield from _commands(books, order_id)
    yield from _money(books, order_id, rows[0], story)
    yield from _goods(books, order_id, rows[0], story)
    yield from _is_stuck(books, order_id, rows[0])


def _workflows(books: Books, order_id: str, row: Row) -> Iterator[Finding]:
    ours = [
        each for each in books.rows["workflow"] if each["workflow_id"] == f"order/{row['store']}/{order_id}"
    ]
    firsts = sum(each["is_first_run"] for each in ours)
    if firsts == 0:
        yield Finding("lost", order_id, "no workflow was ever started for it")
    if firsts > 1:
        yield Finding("doubled", order_id, f"{firsts} workflows were started for it")
    for each in ours:
        if each["status"] not in ("RUNNING", "COMPLETED", "CONTINUED_AS_NEW"):
            yield Finding("stuck", order_id, f"its workflow ended as {each['status']}")
        for failure in each["task_failures"]:
            if failure.partition(":")[0] not in HARMLESS:
                yield Finding("unexplained", order_id, f"a workflow task failed: {failure}")


def _commands(books: Books, order_id: str) -> Iterator[Finding]:
    kept = Counter(row["command_id"] for row in books.of("command", order_id))
    outcomes = {row["command_id"]: row["outcome"] for row in books.of("command", order_id)}
    told = Counter(
        row["command_id"]
        for row in books.of("moment", order_id)
        if row["command_id"] is not None and row["kind"] != "skipped"
    )
    groups: dict[str, list[str]] = defaultdict(list)
    for act in (*books.commands[order_id], *books.payments[order_id]):
        command_id, outcome = act["command_id"], act["outcome"]
        if kept[command_id] == 0:
            yield Finding("lost", order_id, f"command {command_id} was answered and is not there")
        elif outcomes[command_id] != outcome:
            said = outcomes[command_id]
            yield Finding(
                "unexplained", order_id, f"{command_id} was answered {outcome}, and is kept as {said}"
            )
        if act.get("rivals"):
            groups[command_id.rpartition("-")[0]].append(outcome)
        elif "wanted" in act and outcome != act["wanted"]:
            yield Finding("unexplained", order_id, f"{command_id} was {outcome}, not {act['wanted']}")
    for name, together in groups.items():
        if together.count("applied") != 1:
            yield Finding("doubled", order_id, f"of two at {name}, {together.count('applied')} were applied")
    for command_id, times in kept.items():
        if times > 1:
            yield Finding("doubled", order_id, f"command {command_id} is kept {times} times")
        if outcomes[command_id] is None:
            yield Finding("stuck", order_id, f"command {command_id} was never answered")
    for command_id, times in told.items():
        if times > 1:
            yield Finding("doubled", order_id, f"command {command_id} is {times} times on the timeline")


def _money(books: Books, order_id: str, row: Row, story: Row) -> Iterator[Finding]:
    kept = [entry for entry in row["facts"].get("payments", ()) if entry["status"] == "paid"]
    paid = sum(entry["amount_minor"] for entry in kept)
    events = {line["event_id"]: line for line in books.payments[order_id] if line["event_status"] == "paid"}
    told = sum(int(Decimal(line["amount"]) * 100) for line in events.values())
    if paid != told:
        yield Finding("wrong money", order_id, f"{told} cents were told, and {paid} are on the ledger")
    if told != story["wanted"]["paid_minor"]:
        yield Finding("stuck", order_id, f"{told} cents were told of {story['wanted']['paid_minor']}")
    cards = Counter((card["line_id"], card["unit"]) for card in books.of("gift_card", order_id))
    if any(times > 1 for times in cards.values()):
        yield Finding("doubled", order_id, "a gift card was issued twice for one unit")
    if sum(cards.values()) < story["wanted"]["gift_cards"]:
        yield Finding(
            "lost", order_id, f"{sum(cards.values())} gift cards of {story['wanted']['gift_cards']}"
        )
    links = Counter((link["line_id"], link["file"]) for link in books.of("download", order_id))
    if len(links) < story["wanted"]["downloads"]:
        yield Finding("lost", order_id, f"{len(links)} downloads of {story['wanted']['downloads']}")
    if any(times > 1 for times in links.values()):
        yield Finding("doubled", order_id, "a download was issued twice")


def _goods(books: Books, order_id: str, row: Row, story: Row) -> Iterator[Finding]:
    wanted = story["wanted"]
    for line in books.of("line", order_id):
        if line["shipped"] > line["ordered"] - line["cancelled"]:
            yield Finding("doubled", order_id, f"{line['shipped']} units shipped of {line['ordered']}")
        missing = wanted["shipped"].get(line["line_id"], 0) - line["shipped"]
        if missing > 0:
            yield Finding("lost", order_id, f"{missing} units were handed over and are not counted")
    parcels = len(row["facts"].get("parcels", ()))
    if parcels != wanted["parcels"]:
        kind = "doubled" if parcels > wanted["parcels"] else "lost"
        yield Finding(kind, order_id, f"{parcels} parcels, and {wanted['parcels']} were packed")
    statuses = (row["payment_status"], row["fulfillment_status"])
    if statuses != (wanted["payment"], wanted["fulfillment"]):
        should = f"{wanted['payment']}, {wanted['fulfillment']}"
        yield Finding("unexplained", order_id, f"it is {', '.join(statuses)} and should be {should}")
    reasons = {entry["reason"] for entry in books.of("attention", order_id)}
    for reason in wanted["attention"]:
        if reason not in reasons:
            yield Finding("lost", order_id, f"nobody is told of {reason}")


def _is_stuck(books: Books, order_id: str, row: Row) -> Iterator[Finding]:
    if row["ended"] or row["is_history"]:
        return
    if not row["started"]:
        yield Finding("stuck", order_id, "nobody started it")
    name = f"order/{row['store']}/{order_id}"
    timers = sum(each["timers"] for each in books.rows["workflow"] if each["workflow_id"] == name)
    if timers:
        return
    entries = books.of("attention", order_id)
    if not entries:
        yield Finding("stuck", order_id, "it is open, and has neither a running timer nor an attention entry")
    elif not any(_is_owned(entry) for entry in entries):
        listed = ", ".join(entry["reason"] for entry in entries)
        yield Finding("stuck", order_id, f"it is open without a running timer, and nobody owns {listed}")


def _is_owned(entry: Row) -> bool:
    """Whether the system names somebody who has to see to it."""
    return isinstance(entry.get("owner"), str) and bool(entry["owner"].strip())


def _mails(books: Books, verdict: Verdict) -> Iterator[Finding]:
    taken = Counter(line["message_id"] for line in books.taken)
    bodies: dict[str, set[str]] = defaultdict(set)
    for line in books.taken:
        bodies[line["message_id"]].add(line["sha256"])
    known = set()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for mail in books.rows["mail"]:
        subject = f"{mail['order_id']} {mail['mail_key']}"
        times = taken[mail["message_id"]]
        known.add(mail["message_id"])
        kinds[str(mail["order_id"])][mail["kind"]] += 1
        verdict.counted["mails"] += 1
        listed = any(
            entry["key"] in (f"mail_unknown:{mail['mail_key']}", f"mail_failed:{mail['mail_key']}")
            and _is_owned(entry)
            for entry in books.of("attention", str(mail["order_id"]))
        )
        if times > 1:
            same = "byte for byte" if len(bodies[mail["message_id"]]) == 1 else "with other bytes"
            yield Finding("doubled", subject, f"the server took it {times} times, {same}")
        match mail["state"]:
            case "sent":
                if times == 0:
                    yield Finding("lost", subject, "it is called sent, and the server never took it")
            case "unknown" | "failed":
                if not listed and mail["order_id"] is not None:
                    yield Finding("stuck", subject, f"it is {mail['state']}, and nobody is told")
                if mail["state"] == "unknown":
                    verdict.unknown_mails.append(subject)
                elif times:
                    yield Finding("unexplained", subject, "it is called failed, and the server took it")
            case "withdrawn":
                pass  # Whether somebody stopped it, and the server never took it, is held against the words.
            case state:
                yield Finding(
                    "stuck", subject, f"it is still {state} ({mail['phase']}, try {mail['attempt']})"
                )
    # What came while the dump was written cannot be in it.
    began = min((row["at"] for row in books.rows["dump"]), default=math.inf)
    late = {line["message_id"] for line in books.taken if line.get("at", 0.0) >= began}
    for message_id, times in taken.items():
        if message_id not in known | late:
            yield Finding("unexplained", message_id, f"the server took it {times} times, and nobody knows it")
    for order_id, story in books.stories.items():
        for kind, least in story["wanted"]["mails"].items():
            if kinds[order_id][kind] < least and books.of("order", order_id):
                yield Finding("lost", order_id, f"{kinds[order_id][kind]} mails {kind}, and {least} are due")


def _strangers(books: Books) -> Iterator[Finding]:
    for answer in books.bad_answers:
        yield Finding("unexplained", answer["path"], f"answered {answer['status']}: {answer['said'][:120]}")
    for row in books.rows["order"]:
        if row["order_id"] not in books.stories:
            yield Finding("unexplained", row["order_id"], "it is there, and nobody placed it")
