"""Orders full of the corpus, played through with a worker: what each mail, log line and history holds."""

import asyncio
import logging
from itertools import zip_longest
from typing import Final

import pytest

from starter.logs import Lines
from tests.bad_input.bodies import a_full_order
from tests.bad_input.corpus import CORPUS, LONG_RUN, Bad
from tests.bad_input.crowded import crowded
from tests.bad_input.strict import markup, wrong_with_log_line, wrong_with_mail
from tests.house import House
from tests.kept_histories import all_of

TELLING: Final = 12
"""Letters a string has before finding it in a history says anything."""


async def test_mails_log_lines_and_histories_hold_what_they_may(house: House, log_lines: list[str]) -> None:
    orders, refused = crowded(CORPUS)
    plain = a_full_order()
    await house.paid(plain)
    usual = await all_of(house, plain["order_id"])

    await asyncio.gather(*(house.placed(body) for body, _ in orders))
    # So many at once may be kept for a while before they are carried out.
    await asyncio.gather(*(house.pay(body["order_id"]) for body, _ in orders))
    wrong: list[str] = []
    for body, held in orders:
        order_id, to = body["order_id"], body["customer"]["email"]
        await house.until(
            order_id,
            lambda order: (
                order["payment_status"] == "PAID"
                and order["mails"]
                and all(mail["sent_at"] for mail in order["mails"])
            ),
            60,
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
    assert sum(len(held) for _, held in orders) == len(CORPUS) - len(refused) > len(CORPUS) * 0.9
    assert len(log_lines) > len(orders)


async def test_whatever_stands_in_a_request_is_one_log_line_of_json(
    idle: House, log_lines: list[str]
) -> None:
    escaped = [
        "".join(f"%{byte:02x}" for byte in bad.text[:500].encode("utf-8", "replace")) for bad in CORPUS
    ]
    # A third of them in the address, a third as the name of a client, a third as the id of a request.
    for turn in range(3 if LONG_RUN else 1):
        thirds = [escaped[(turn + number) % 3 :: 3] for number in range(3)]
        for number, (path, client, own_id) in enumerate(zip_longest(*thirds, fillvalue="x")):
            address = f"/v1/orders/{path}" if number % 2 else f"/{path}"
            headers = {"user-agent": client, "x-request-id": own_id[:60] or "x"}
            await idle.http.get(address, headers=headers)

    assert [(each, line) for line in log_lines for each in wrong_with_log_line(line)] == []
    assert len(log_lines) >= len(CORPUS) // 3


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
