"""A click that is taken back: its mail waits for some seconds, is stopped in time, or goes after all."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest

from tests.house import House
from tests.sample_orders import BOOK, an_order

KEY = "shipped:1"


def mail_of(order: dict[str, Any], key: str = KEY) -> dict[str, Any]:
    return next(each for each in order["mails"] if each["mail_key"] == key)


async def test_a_mail_that_can_be_taken_back_waits_just_so_long(house: House) -> None:
    order_id = await house.paid(an_order())
    order = await house.done(order_id, "shipped", undo_seconds=4)
    received_at = await house.pool.fetchval(
        "SELECT received_at FROM commands WHERE order_id = $1 AND type = 'shipped'", order_id
    )
    waits = mail_of(order)
    sent = mail_of(await house.until(order_id, lambda order: mail_of(order)["state"] == "sent"))

    assert waits["state"] == "queued"
    assert (datetime.fromisoformat(waits["not_before"]) - received_at).total_seconds() == 4
    late = datetime.fromisoformat(sent["sent_at"]) - datetime.fromisoformat(waits["not_before"])
    assert 0 <= late.total_seconds() < 1.5


async def test_a_mail_that_nobody_wants_to_take_back_waits_for_nothing(house: House) -> None:
    order_id = await house.paid(an_order())
    order = await house.done(order_id, "shipped")

    assert mail_of(order)["not_before"] is None


async def test_the_same_command_again_does_not_let_its_mail_wait_longer(house: House) -> None:
    order_id = await house.paid(an_order())
    command_id = str(uuid.uuid4())
    first = await house.done(order_id, "shipped", command_id=command_id, undo_seconds=2)
    again = await house.done(order_id, "shipped", command_id=command_id, undo_seconds=60)

    assert mail_of(again)["not_before"] == mail_of(first)["not_before"]


@pytest.mark.parametrize("seconds", [-1, 61])
async def test_longer_than_a_minute_no_mail_waits(house: House, seconds: int) -> None:
    order_id = await house.paid(an_order())
    answer = await house.send(order_id, "shipped", undo_seconds=seconds)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "undo_seconds"


async def test_many_commands_at_once_can_be_taken_back_too(house: House) -> None:
    order_id = await house.paid(an_order())
    answer = await house.http.post(
        "/v1/commands",
        params={"undo_seconds": 60},
        json={"commands": [{"order_id": order_id, "type": "shipped"}]},
        headers=house.headers(house.staff),
    )

    assert answer.json()["results"][0]["outcome"] == "applied"
    assert mail_of(await house.show(order_id))["not_before"]


async def test_a_mail_that_is_stopped_in_time_never_leaves_and_asks_for_nobody(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", undo_seconds=2)
    order = await house.done(order_id, "mail_stop", mail_key=KEY)
    await house.done(order_id, "delivered", notify=False)
    end = await house.ended(order_id)

    assert mail_of(order)["state"] == mail_of(end)["state"] == "withdrawn"
    assert order["timeline"][-1]["actor"] == "staff:test"
    assert order["timeline"][-1]["text"] == "The mail “shipped:1” was stopped before it left"
    assert end["attention"] == []
    number = await house.pool.fetchval(
        "SELECT message_id FROM mails WHERE order_id = $1 AND mail_key = $2", order_id, KEY
    )
    assert number not in [mail.header("Message-ID") for mail in house.mailbox.mails]


async def test_a_mail_that_has_left_is_not_stopped_and_the_person_is_told_so(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped")
    await house.until(order_id, lambda order: mail_of(order)["state"] == "sent")
    why = await house.refused(order_id, "mail_stop", mail_key=KEY)
    order = await house.show(order_id)

    assert why == "The mail “shipped:1” is on its way already; it can no longer be stopped."
    assert mail_of(order)["state"] == "sent"
    assert (order["timeline"][-1]["kind"], order["timeline"][-1]["outcome"]) == ("mail_stop", "refused")


async def test_a_mail_that_the_order_does_not_have_is_not_stopped(house: House) -> None:
    order_id = await house.paid(an_order())

    assert "no mail" in await house.refused(order_id, "mail_stop", mail_key="shipped:9")


async def test_a_mail_is_stopped_once(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", undo_seconds=60)
    await house.done(order_id, "mail_stop", mail_key=KEY)
    again = await house.send(order_id, "mail_stop", mail_key=KEY)

    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")


async def test_a_mail_that_was_stopped_leaves_at_once_when_it_is_to_go_after_all(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", undo_seconds=60)
    await house.done(order_id, "mail_stop", mail_key=KEY)
    order = await house.done(order_id, "mail_again", mail_key=KEY)
    await house.until(order_id, lambda order: mail_of(order)["state"] == "sent")
    why = await house.refused(order_id, "mail_stop", mail_key=KEY)

    assert order["timeline"][-1]["text"] == "The mail “shipped:1” was stopped, and is sent after all"
    assert "on its way" in why
    assert len(await house.mails_to(order["customer"]["email"], 2)) == 2


async def test_an_order_with_a_mail_that_was_sent_after_all_comes_to_its_end(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", undo_seconds=2)
    await house.done(order_id, "mail_stop", mail_key=KEY)
    await house.done(order_id, "mail_again", mail_key=KEY)
    await house.done(order_id, "delivered", notify=False)
    end = await house.ended(order_id)

    assert mail_of(end)["state"] == "sent"
    assert end["attention"] == []


async def test_the_shop_s_copy_is_stopped_and_sent_with_the_mail(house: House) -> None:
    await house.open_store("copied", copy_customer_mails_to="copies@pakhuis.example")
    order_id = await house.paid(an_order(store="copied"))
    await house.done(order_id, "shipped", undo_seconds=60)
    stopped = await house.done(order_id, "mail_stop", mail_key=KEY)
    await house.done(order_id, "mail_again", mail_key=KEY)
    sent = await house.until(
        order_id, lambda order: {mail_of(order, key)["state"] for key in (KEY, f"{KEY}:copy")} == {"sent"}
    )

    assert [mail_of(stopped, key)["state"] for key in (KEY, f"{KEY}:copy")] == ["withdrawn"] * 2
    assert sent["attention"] == []


@pytest.fixture
def relay(house: House) -> Iterator[dict[str, str]]:
    """What the relay answers for an address: fill it with address → answer."""
    answers: dict[str, str] = {}

    def refusal(_: str, recipients: Sequence[str]) -> str | None:
        return next((answers[each] for each in recipients if each in answers), None)

    house.mailbox.refusal = refusal
    yield answers
    house.mailbox.refusal = lambda sender, recipients: None


async def test_a_mail_that_the_relay_wants_later_can_be_stopped_while_it_waits(
    house: House, relay: dict[str, str]
) -> None:
    body = an_order()
    order_id = await house.paid(body)
    relay[body["customer"]["email"]] = "451 4.7.1 later"
    await house.done(order_id, "shipped")
    await house.until(order_id, lambda order: mail_of(order)["state"] == "retry")
    stop = await house.send(order_id, "mail_stop", mail_key=KEY)
    while stop.status_code == 409:  # It was just being tried.
        assert mail_of(await house.show(order_id))["state"] in ("sending", "retry")
        stop = await house.send(order_id, "mail_stop", mail_key=KEY)

    assert mail_of(stop.json()["order"])["state"] == "withdrawn"


async def test_also_after_its_end_an_order_s_mail_waits_is_stopped_and_goes_after_all(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    await house.ended(order_id)
    order = await house.done(order_id, "reissue", line_id="2", command_id=f"new-{order_id}", undo_seconds=60)
    key = f"downloads:new-{order_id}"
    stopped = await house.done(order_id, "mail_stop", mail_key=key)
    await house.done(order_id, "mail_again", mail_key=key)

    assert mail_of(order, key)["state"] == "queued"
    assert mail_of(stopped, key)["state"] == "withdrawn"
    await house.until(order_id, lambda order: mail_of(order, key)["state"] == "sent")


async def test_after_its_end_a_mail_that_waits_leaves_when_its_time_has_come(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    await house.ended(order_id)
    order = await house.done(order_id, "reissue", line_id="2", command_id=f"new-{order_id}", undo_seconds=2)
    key = f"downloads:new-{order_id}"
    sent = await house.until(order_id, lambda order: mail_of(order, key)["state"] == "sent")

    assert mail_of(order, key)["state"] == "queued"
    assert mail_of(sent, key)["sent_at"] >= mail_of(order, key)["not_before"]


async def test_a_plain_signal_stops_a_mail_too(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", undo_seconds=60)
    await house.signal(order_id, "mail_stop", {"mail_key": KEY})

    await house.until(order_id, lambda order: mail_of(order)["state"] == "withdrawn")
