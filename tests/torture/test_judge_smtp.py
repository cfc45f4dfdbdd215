"""The judge's SMTP server: what a client sees in each mode, and what the book says of it."""

import asyncio
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from tests.torture.smtp_client import BODY, PATIENCE, SEEN, Client, by_message_id, deliver, lines_of, look_up
from torture.book import read
from torture.smtp import SmtpServer
from torture.smtp_control import tell
from torture.smtp_modes import FOURTEEN, TROUBLES, Choice, Mode

BOOKED: Final[dict[Mode, tuple[bool, str, str]]] = {
    Mode.WELL: (True, "dot", "250"),
    Mode.SLOW: (True, "dot", "250"),
    Mode.REFUSED: (False, "connect", "nothing"),
    Mode.GREETING_421: (False, "greeting", "421"),
    Mode.DROP_AT_GREETING: (False, "greeting", "nothing"),
    Mode.DROP_AT_MAIL: (False, "mail", "nothing"),
    Mode.DROP_AT_RCPT: (False, "rcpt", "nothing"),
    Mode.DROP_BEFORE_354: (False, "data", "nothing"),
    Mode.DROP_MID_BODY: (False, "body", "nothing"),
    Mode.DROP_AFTER_DOT_UNTAKEN: (False, "dot", "nothing"),
    Mode.DROP_AFTER_DOT_TAKEN: (True, "dot", "nothing"),
    Mode.HANG_AT_GREETING: (False, "greeting", "nothing"),
    Mode.HANG_AT_MAIL: (False, "mail", "nothing"),
    Mode.HANG_AT_RCPT: (False, "rcpt", "nothing"),
    Mode.HANG_BEFORE_354: (False, "data", "nothing"),
    Mode.HANG_MID_BODY: (False, "body", "nothing"),
    Mode.HANG_AFTER_DOT_UNTAKEN: (False, "dot", "nothing"),
    Mode.HANG_AFTER_DOT_TAKEN: (True, "dot", "nothing"),
    Mode.RCPT_451: (False, "rcpt", "451"),
    Mode.RCPT_550: (False, "rcpt", "550"),
    Mode.DOT_451: (False, "dot", "451"),
    Mode.DOT_552: (False, "dot", "552"),
    Mode.DROP_AFTER_250: (True, "dot", "250"),
    Mode.HANG_AT_QUIT: (True, "dot", "250"),
}
"""Whether the mail was taken, how far it came, and what its client was told there."""


@pytest.mark.parametrize("mode", Mode)
async def test_each_mode_is_seen_and_booked_as_it_is_described(server: SmtpServer, mode: Mode) -> None:
    await tell(server.control, next=1, mode=mode.value)
    seen = await deliver(server.port, mode)
    [line] = await lines_of(server, 1)

    assert seen == SEEN[mode]
    assert (line["taken"], line["reached"], line["told"]) == BOOKED[mode]
    assert line["mode"] == mode.value
    assert line["taken"] is mode.takes
    assert len(server.taken) == int(mode.takes)


@pytest.mark.parametrize(
    "mode", [Mode.GREETING_421, Mode.HANG_BEFORE_354, Mode.DROP_AFTER_DOT_TAKEN, Mode.RCPT_550, Mode.SLOW]
)
async def test_a_mode_for_all_holds_until_it_is_healed(server: SmtpServer, mode: Mode) -> None:
    await tell(server.control, all=mode.value)
    seen = [await deliver(server.port, mode) for _ in range(2)]
    await tell(server.control, heal=True)

    assert seen == [SEEN[mode]] * 2
    assert await deliver(server.port) == SEEN[Mode.WELL]


async def test_nobody_listens_while_all_are_refused(server: SmtpServer) -> None:
    await tell(server.control, all="refused")
    with pytest.raises(ConnectionRefusedError):
        await deliver(server.port)
    await tell(server.control, heal=True)

    assert await deliver(server.port) == SEEN[Mode.WELL]


async def test_the_book_names_a_mail_by_all_it_is_known_by(server: SmtpServer) -> None:
    await deliver(server.port)
    [line] = await lines_of(server, 1)
    del line["at"]

    assert line == {
        "connection": 1,
        "sender": "shop@example.com",
        "recipient": "customer1@example.com",
        "message_id": "<abc.1@shop.example>",
        "mail_id": "mail-1",
        "subject": "Je bestelling is er bijna én meer",
        "sha256": hashlib.sha256(BODY).hexdigest(),
        "size": len(BODY),
        "mode": "well",
        "taken": True,
        "reached": "dot",
        "told": "250",
    }


async def test_a_mail_is_in_the_book_before_its_client_hears_of_it(server: SmtpServer) -> None:
    async with Client(server.port) as client:
        await client.hear()
        counts = []
        for number in range(20):
            await client.send(number=number)
            counts.append(len(list(read(server.book.path))))

    assert counts == list(range(1, 21))


async def test_a_mail_that_cannot_be_booked_is_not_taken(server: SmtpServer) -> None:
    server.book.close()
    async with Client(server.port) as client:
        await client.hear()
        seen = await client.send()

    assert seen == ("dot", "452")
    assert not server.taken


async def test_what_the_control_does_not_know_is_refused_and_changes_nothing(server: SmtpServer) -> None:
    wishes: list[dict[str, Any]] = [
        {"all": "badly"},
        {"next": 0, "mode": "slow"},
        {"next": 1},
        {"share": 0.5},
        {"share": 0.1, "modes": ["badly"]},
        {"heal": False},
        {"all": "slow", "next": 1},
        {},
    ]
    for wish in wishes:
        with pytest.raises(ValueError, match="error"):
            await tell(server.control, **wish)

    assert await deliver(server.port) == SEEN[Mode.WELL]


def test_by_chance_each_mode_has_its_share_and_one_seed_gives_one_order() -> None:
    drawn = []
    for _ in range(2):
        choice = Choice(seed=7)
        choice.for_share(0.02)
        drawn.append(
            [choice.at_mail() for _ in range(20_000)] + [choice.at_connection() for _ in range(20_000)]
        )
    counts = Counter(drawn[0])

    assert drawn[0] == drawn[1]
    assert all(300 < counts[mode] < 500 for mode in TROUBLES)


def test_the_fourteen_are_fourteen() -> None:
    assert len(set(FOURTEEN)) == 14


async def test_the_process_keeps_its_book_when_it_is_killed_and_knows_it_when_started_again(
    tmp_path: Path,
) -> None:
    async def start(*more: str) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "torture.smtp",
                "--book",
                str(tmp_path / "book"),
                "--fsync",
                "--seed",
                "1",
            ),
            *("--control", str(tmp_path / "control"), *more),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        return process, json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE))

    process, ports = await start()
    await tell(ports["control"], next=1, mode="dot_451")
    first = await deliver(ports["smtp"])
    second = await deliver(ports["smtp"])
    process.kill()
    await process.wait()
    process, again = await start("--port", str(ports["smtp"]))
    _, found = await look_up(again["http"], by_message_id("abc.1@shop.example"))
    third = await deliver(again["smtp"])
    process.kill()
    await process.wait()

    assert [first, second, third] == [("dot", "451"), SEEN[Mode.WELL], SEEN[Mode.WELL]]
    assert len(found["messages"]) == 1
    assert again["smtp"] == ports["smtp"]
    assert [(line["taken"], line["connection"]) for line in read(tmp_path / "book")] == [
        (False, 1),
        (True, 2),
        (True, 3),
    ]
