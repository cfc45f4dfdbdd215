"""Orders full of the corpus, played through with a worker: what each mail, log line and history holds."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any, Final

import pytest

from orders.errors import OrderUnreadable
from starter import arrivals
from starter.logs import Lines
from tests.bad_input.bodies import a_full_order
from tests.bad_input.corpus import CORPUS, LONG_RUN, Bad, Steps, put
from tests.bad_input.strict import markup, wrong_with_log_line, wrong_with_mail
from tests.flow.test_privacy import Kept, all_of
from tests.house import House

PERSONAL: Final[tuple[Steps, ...]] = (
    ("number",),
    ("customer", "name"),
    ("lines", 0, "name"),
    ("lines", 0, "options", 0),
    ("lines", 0, "sku"),
    ("shipping_address", "name"),
    ("shipping_address", "company"),
    ("shipping_address", "lines", 0),
    ("shipping_address", "city"),
    ("billing_address", "state"),
    ("fulfillment", "option"),
    ("payment", "method"),
    ("comment",),
    ("staff_note",),
)
TELLING: Final = 12
"""Letters a string has before finding it in a history says anything."""


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    kept, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield kept.lines
    root.removeHandler(kept)
    root.setLevel(before)


def full_orders(strings: list[Bad]) -> list[tuple[dict[str, Any], list[str]]]:
    """Orders with one string after the other in their fields, and which ones each holds."""
    left, made = list(reversed(strings)), []
    while left:
        body, held = a_full_order(), []
        for way in PERSONAL:
            if not left:
                break
            spoilt = put(body, way, left[-1].text)
            try:
                arrivals.read(spoilt)
            except OrderUnreadable:
                # Too long for this field, or for all of them.
                if way == PERSONAL[-1] or len(left[-1].text) > 4000:
                    left.pop()
                continue
            body = spoilt
            held.append(left.pop().text)
        made.append((body, held))
    return made


async def test_mails_log_lines_and_histories_hold_what_they_may(house: House, log_lines: list[str]) -> None:
    strings = list(CORPUS) if LONG_RUN else list(CORPUS[::2])
    orders = full_orders(strings)
    plain = a_full_order()
    await house.paid(plain)
    usual = await all_of(house, plain["order_id"])

    await asyncio.gather(*(house.paid(body) for body, _ in orders))
    wrong: list[str] = []
    for body, held in orders:
        order_id, to = body["order_id"], body["customer"]["email"]
        await house.until(
            order_id, lambda order: order["mails"] and all(mail["sent_at"] for mail in order["mails"]), 60
        )
        for mail in (each for each in house.mailbox.mails if to in each.recipients):
            wrong += [f"mail: {each} · {held!a:.200}" for each in wrong_with_mail(mail.raw)]
            wrong += [f"mail: {link}" for link in markup(mail.html).links if "evil" in link]
        history = await all_of(house, order_id)
        wrong += [
            f"history: {text!a:.80}"
            for text in held
            if len(text) >= TELLING and text not in usual and text in history
        ]
        assert (await house.done(order_id, "shipped", tracking_number="3SABC"))["parcels"]
    wrong += [f"log: {each} · {line!a:.120}" for line in log_lines for each in wrong_with_log_line(line)]

    assert wrong == []
    assert sum(len(held) for _, held in orders) > len(strings) * 0.8
    assert len(log_lines) > len(orders)


async def test_whatever_stands_in_a_request_is_one_log_line_of_json(
    idle: House, log_lines: list[str]
) -> None:
    for bad in CORPUS[::4]:
        text = bad.text[:500].encode("utf-8", "replace")
        escaped = "".join(f"%{byte:02x}" for byte in text)
        headers = {"user-agent": escaped, "x-request-id": escaped[:60] or "x"}
        await idle.http.get(f"/v1/orders/{escaped}", headers=headers)
        await idle.http.get(f"/{escaped}", headers=headers)

    assert [(each, line) for line in log_lines for each in wrong_with_log_line(line)] == []
    assert len(log_lines) >= len(CORPUS[::4])


@pytest.mark.parametrize("bad", [bad for bad in CORPUS if bad.class_ == "log line"], ids=str)
def test_a_log_line_is_one_line_whatever_is_logged(bad: Bad) -> None:
    record = logging.LogRecord("pakhuis.test", logging.INFO, "", 0, bad.text, None, None)
    record.path = bad.text
    line = Lines().format(record)

    assert wrong_with_log_line(line) == []


def test_the_parser_of_log_lines_sees_what_is_wrong() -> None:
    assert wrong_with_log_line('{"event": "request"}') == []
    for spoilt in ('{"event": "a\n"}', '{"event": "\x1b"}', "request", "[1]", '{"event": "\u2028"}'):
        assert wrong_with_log_line(spoilt) != []
