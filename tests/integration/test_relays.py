"""Asking a relay what became of a mail: a Postfix by its log, a Mailpit over HTTP."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from activities.mailpit import Mailpit
from activities.postfix_log import PostfixLog
from activities.relays import SETTLES_WITHIN, BadRelayUrl, NoRelayToAsk, relay_of
from tests.http_server import HttpServer

SINCE = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
LONG_AFTER = SINCE + SETTLES_WITHIN + timedelta(minutes=1)
OURS = "<abc234@shop.example>"
MINUTE = timedelta(minutes=1)


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def line(at: datetime, text: str) -> str:
    return f"{stamp(at)} relay postfix/{text}"


def before() -> str:
    return line(SINCE - timedelta(hours=1), "smtpd[11]: connect from localhost[127.0.0.1]")


def after() -> str:
    return line(LONG_AFTER - MINUTE, "anvil[14]: statistics: max connection rate 1/60s")


def seen(at: datetime = SINCE, message_id: str = OURS, queue_id: str = "4GkXl01Q2Rz9rJq") -> list[str]:
    return [
        line(at, f"smtpd[11]: {queue_id}: client=localhost[127.0.0.1]"),
        line(at, f"cleanup[12]: {queue_id}: message-id={message_id}"),
    ]


def taken(at: datetime = SINCE, queue_id: str = "4GkXl01Q2Rz9rJq") -> list[str]:
    return [line(at, f"qmgr[13]: {queue_id}: from=<orders@shop.example>, size=1234, nrcpt=1 (queue active)")]


class Log:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.now = LONG_AFTER

    async def says(self, *lines: str, zone: Any = None) -> str:
        self.file.write_text("".join(f"{each}\n" for each in lines))
        log = PostfixLog(str(self.file), zone=zone, now=lambda: self.now)
        return await log.ask(OURS, SINCE)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "mail.log")


async def test_a_mail_that_postfix_queued_is_there(log: Log) -> None:
    assert await log.says(before(), *seen(), *taken(), after()) == "has_it"


async def test_a_mail_that_postfix_began_to_read_and_never_queued_is_not_known(log: Log) -> None:
    assert await log.says(before(), *seen(), after()) == "cannot_say"


async def test_a_mail_that_stands_nowhere_in_a_log_of_the_whole_time_was_never_seen(log: Log) -> None:
    other = seen(message_id="<other@shop.example>")

    assert await log.says(before(), *other, *taken(), after()) == "never_saw_it"


async def test_a_part_of_another_id_is_another_mail(log: Log) -> None:
    other = seen(message_id=OURS.replace(">", ".nl>"))

    assert await log.says(before(), *other, *taken(), after()) == "never_saw_it"


async def test_a_queue_id_that_is_used_again_speaks_of_another_mail(log: Log) -> None:
    again = seen(SINCE + MINUTE, "<other@shop.example>")

    assert await log.says(before(), *seen(), *again, *taken(SINCE + MINUTE), after()) == "cannot_say"


async def test_a_log_that_begins_too_late_proves_nothing(log: Log) -> None:
    assert await log.says(line(SINCE, "smtpd[11]: connect from unknown"), after()) == "cannot_say"


async def test_a_log_that_ends_too_early_proves_nothing(log: Log) -> None:
    assert await log.says(before(), line(SINCE - MINUTE, "smtpd[11]: disconnect")) == "cannot_say"


async def test_a_relay_that_may_still_be_reading_is_not_believed_yet(log: Log) -> None:
    log.now = SINCE + SETTLES_WITHIN - MINUTE

    assert await log.says(before(), line(SINCE + MINUTE, "smtpd[11]: disconnect")) == "cannot_say"


async def test_lines_of_other_programs_prove_nothing(log: Log) -> None:
    alien = f"{stamp(SINCE - timedelta(hours=1))} relay dovecot[9]: imap-login"

    assert await log.says(alien, after()) == "cannot_say"


async def test_a_mail_that_was_there_long_before_is_the_copy_of_an_earlier_attempt(log: Log) -> None:
    earlier = SINCE - timedelta(minutes=30)

    assert await log.says(before(), *seen(earlier), *taken(earlier), after()) == "cannot_say"


async def test_the_file_that_was_rotated_away_is_read_too(log: Log) -> None:
    Path(f"{log.file}.1").write_text("\n".join([before(), *seen(), *taken()]) + "\n")

    assert await log.says(after()) == "has_it"


async def test_a_log_that_is_not_there_cannot_say(log: Log) -> None:
    assert await PostfixLog(str(log.file), now=lambda: LONG_AFTER).ask(OURS, SINCE) == "cannot_say"


def in_the_old_way(lines: list[str], zone: timezone | ZoneInfo) -> list[str]:
    def old(each: str) -> str:
        at, _, rest = each.partition(" ")
        return f"{datetime.fromisoformat(at).astimezone(zone):%b %e %H:%M:%S} {rest}"

    return [old(each) for each in lines]


async def test_lines_without_a_year_and_a_zone_are_read_in_the_zone_that_is_said(log: Log) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    there = in_the_old_way([before(), *seen(), *taken(), after()], zone)
    not_there = in_the_old_way([before(), after()], zone)

    assert await log.says(*there, zone=zone) == "has_it"
    assert await log.says(*not_there, zone=zone) == "never_saw_it"


@pytest.mark.parametrize("hours", [-9, -2, -1, 1, 2, 9])
async def test_a_log_that_is_read_in_the_wrong_zone_never_proves_a_mail_away(log: Log, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    lines = in_the_old_way([before(), *seen(), *taken(), after()], zone)

    assert await log.says(*lines, zone=UTC) in ("has_it", "cannot_say")
    assert await log.says(*in_the_old_way([before(), after()], zone), zone=UTC) == "cannot_say"


async def test_in_january_a_line_of_december_is_of_the_year_before(log: Log) -> None:
    new_year = datetime(2027, 1, 1, 0, 2, tzinfo=UTC)
    log.now = new_year + 2 * SETTLES_WITHIN
    lines = in_the_old_way(
        [line(new_year - timedelta(hours=1), "smtpd[1]: connect"), line(log.now, "smtpd[1]: connect")], UTC
    )
    log.file.write_text("\n".join(lines) + "\n")

    found = PostfixLog(str(log.file), zone=UTC, now=lambda: log.now)
    assert await found.ask(OURS, new_year) == "never_saw_it"


class Catcher:
    """A Mailpit of ours: what it holds, and how long it has run."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.uptime = 24 * 3600
        self.deleted = 0
        self.asked: list[str] = []
        self.authorizations: list[str] = []
        self.body: bytes | None = None

    def answer(self, target: str, headers: dict[str, str]) -> tuple[int, bytes]:
        self.authorizations.append(headers.get("authorization", ""))
        parts = urlsplit(target)
        if self.body is not None:
            return 200, self.body
        if parts.path == "/api/v1/search":
            (query,) = parse_qs(parts.query)["query"]
            self.asked.append(query)
            wanted = query.removeprefix('message-id:"').removesuffix('"')
            found = [each for each in self.messages if wanted in each["MessageID"]]
            return 200, json.dumps({"total": len(self.messages), "messages": found}).encode()
        if parts.path == "/api/v1/info":
            stats = {"Uptime": self.uptime, "MessagesDeleted": self.deleted, "SMTPAccepted": 9}
            return 200, json.dumps({"Version": "v1.31.1", "RuntimeStats": stats}).encode()
        return 404, b"404 page not found"

    def holds(self, at: datetime, message_id: str = OURS) -> None:
        self.messages.append({"MessageID": message_id.strip("<>"), "Created": at.isoformat()})


@pytest.fixture
def catcher() -> Catcher:
    return Catcher()


@pytest.fixture
async def server(catcher: Catcher) -> AsyncIterator[HttpServer]:
    async with HttpServer(catcher.answer) as server:
        yield server


@asynccontextmanager
async def mailpit(server: HttpServer, now: datetime = LONG_AFTER, **options: str) -> AsyncIterator[Mailpit]:
    relay = Mailpit(server.url, now=lambda: now, **options)
    try:
        yield relay
    finally:
        await relay.close()


async def test_a_mail_that_mailpit_finds_is_there(server: HttpServer, catcher: Catcher) -> None:
    catcher.holds(SINCE + timedelta(seconds=1))
    async with mailpit(server) as relay:
        assert await relay.ask(OURS, SINCE) == "has_it"

    assert catcher.asked == ['message-id:"abc234@shop.example"']


async def test_what_mailpit_does_not_find_though_it_kept_all_it_never_saw(
    server: HttpServer, catcher: Catcher
) -> None:
    catcher.holds(SINCE, OURS.replace("<", "<x"))
    async with mailpit(server) as relay:
        assert await relay.ask(OURS, SINCE) == "never_saw_it"


async def test_a_mailpit_that_was_started_again_since_cannot_say(
    server: HttpServer, catcher: Catcher
) -> None:
    catcher.uptime = 60
    async with mailpit(server) as relay:
        assert await relay.ask(OURS, SINCE) == "cannot_say"


async def test_a_mailpit_that_deleted_something_cannot_say(server: HttpServer, catcher: Catcher) -> None:
    catcher.deleted = 1
    async with mailpit(server) as relay:
        assert await relay.ask(OURS, SINCE) == "cannot_say"


async def test_a_mailpit_that_may_still_be_reading_is_not_believed_yet(
    server: HttpServer, catcher: Catcher
) -> None:
    async with mailpit(server, SINCE + MINUTE) as relay:
        assert await relay.ask(OURS, SINCE) == "cannot_say"
        catcher.holds(SINCE + MINUTE)
        assert await relay.ask(OURS, SINCE) == "has_it"


async def test_a_copy_from_long_before_is_that_of_an_earlier_attempt(
    server: HttpServer, catcher: Catcher
) -> None:
    catcher.holds(SINCE - timedelta(hours=1))
    async with mailpit(server) as relay:
        assert await relay.ask(OURS, SINCE) == "cannot_say"


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"messages": [{}]}', b"\xff"])
async def test_an_answer_that_cannot_be_read_is_none(
    server: HttpServer, catcher: Catcher, body: bytes
) -> None:
    catcher.body = body
    async with mailpit(server) as relay:
        assert await relay.ask(OURS, SINCE) == "cannot_say"


async def test_a_mailpit_that_is_away_cannot_say() -> None:
    async with HttpServer(lambda target, headers: (500, b"")) as server, mailpit(server) as relay:
        broken = await relay.ask(OURS, SINCE)
    async with mailpit(server) as relay:
        assert [broken, await relay.ask(OURS, SINCE)] == ["cannot_say", "cannot_say"]


async def test_a_name_and_a_password_are_shown_and_a_password_alone_is_a_token(
    server: HttpServer, catcher: Catcher
) -> None:
    for userinfo in ("", "anna:s%40fe@", ":t0ken@"):
        relay = relay_of(f"mailpit+{server.url.replace('://', '://' + userinfo)}")
        await relay.ask(OURS, datetime.now(UTC))
        await relay.close()

    basic = base64.b64encode(b"anna:s@fe").decode()
    assert catcher.authorizations == ["", f"Basic {basic}", "Bearer t0ken"]


@pytest.mark.parametrize("url", ["", "none"])
async def test_where_nothing_is_set_nobody_can_say(url: str) -> None:
    relay = relay_of(url)

    assert isinstance(relay, NoRelayToAsk)
    assert await relay.ask(OURS, SINCE) == "cannot_say"


async def test_a_log_is_named_by_its_path_and_zone(tmp_path: Path) -> None:
    file = tmp_path / "mail log"
    file.write_text("\n".join([before(), *seen(), *taken()]) + "\n")
    relay = relay_of(f"postfix://{str(file).replace(' ', '%20')}?zone=Europe/Amsterdam")

    assert await relay.ask(OURS, SINCE) == "has_it"


@pytest.mark.parametrize(
    "url",
    [
        "smtp://host",
        "postfix://",
        "postfix://host/var/log/mail.log",
        "postfix:///var/log/mail.log?zone=Mars/Phobos",
        "postfix:///var/log/mail.log?zone=../../etc/passwd",
        "postfix:///var/log/mail.log?tz=UTC",
        "mailpit+http://",
        "mailpit+ftp://host",
        "mailpit+http://host:secret-port",
        "mailpit+http://user:secret@host?x=1",
    ],
)
def test_a_relay_that_cannot_be_read_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadRelayUrl) as refused:
        relay_of(url)

    assert "secret" not in str(refused.value)
