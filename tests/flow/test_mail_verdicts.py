"""A mail of which nobody is sure, and what a person says of it: it arrived, or send it again."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.house import House
from tests.relay import Relay
from tests.sample_orders import BOOK, an_order
from tests.shown import reasons, state_of_mail
from workflows.patience import RELAY

KEY = "order_received"


async def row(house: House, order_id: str, key: str = KEY) -> dict[str, object]:
    found = await house.pool.fetchrow(
        "SELECT state, raw, reply_text, sent_again FROM mails WHERE order_id = $1 AND mail_key = $2",
        order_id,
        key,
    )
    assert found is not None
    return dict(found)


async def die_in_data(house: House, order_id: str) -> None:
    """As if the worker that was handing the first mail over had died between the text and the answer."""
    await house.pool.execute(
        "UPDATE mails SET state = 'sending', phase = 'data', lease_until = now() - interval '1 second'"
        " WHERE order_id = $1 AND mail_key = $2",
        order_id,
        KEY,
    )


async def unknown(house: House, relay: Relay, *lines: dict[str, Any]) -> str:
    """An order whose first mail nobody can vouch for: the worker that was handing it over died in DATA."""
    order_id = await relay.placed("451 4.7.1 later", *lines)
    await house.until(order_id, lambda order: state_of_mail(order, KEY) == "retry")
    await die_in_data(house, order_id)
    await house.until(order_id, lambda order: "mail_unknown" in reasons(order))
    relay.clear()
    return order_id


async def test_a_mail_that_arrived_after_all_is_not_sent_again(house: House, relay: Relay) -> None:
    order_id = await unknown(house, relay)
    order = await house.done(order_id, "mail_arrived", mail_key=KEY)

    assert order["attention"] == []
    assert state_of_mail(order, KEY) == "sent"
    assert (await row(house, order_id))["reply_text"] == "arrived, says staff:test"
    assert order["timeline"][-1]["kind"] == "mail_arrived"
    assert await house.copies(order_id, KEY) == 0


async def test_a_mail_is_sent_again_with_the_very_same_bytes(house: House, relay: Relay) -> None:
    order_id = await unknown(house, relay)
    before = await row(house, order_id)
    order = await house.done(order_id, "mail_again", mail_key=KEY)
    assert order["attention"] == []
    after = await house.until(order_id, lambda order: state_of_mail(order, KEY) == "sent")

    assert (await row(house, order_id))["raw"] == before["raw"] is not None
    assert await house.copies(order_id, KEY) == 1
    assert [each["kind"] for each in after["timeline"] if each["actor"] == "staff:test"] == ["mail_again"]


async def test_a_mail_that_was_refused_is_sent_again_once_the_relay_has_changed_its_mind(
    house: House, relay: Relay
) -> None:
    order_id = await relay.placed("550 5.7.1 blocked")
    await house.until(order_id, lambda order: "mail_failed" in reasons(order))
    relay.clear()
    await house.done(order_id, "mail_again", mail_key=KEY)

    await house.until(order_id, lambda order: state_of_mail(order, KEY) == "sent")
    assert await house.copies(order_id, KEY) == 1


async def test_a_mail_that_fails_again_asks_for_a_person_again(house: House, relay: Relay) -> None:
    order_id = await relay.placed("550 5.7.1 blocked")
    await house.until(order_id, lambda order: "mail_failed" in reasons(order))
    order = await house.done(order_id, "mail_again", mail_key=KEY)
    said = len([each for each in order["timeline"] if each["kind"] == "mail"])

    await house.until(
        order_id,
        lambda order: (
            reasons(order) == ["mail_failed"]
            and len([each for each in order["timeline"] if each["kind"] == "mail"]) == said + 1
        ),
    )


@pytest.mark.parametrize("type_", ["mail_arrived", "mail_again"])
@pytest.mark.parametrize("key", [KEY, "shipped:9"])
async def test_of_a_mail_that_nobody_doubts_nothing_can_be_said(house: House, type_: str, key: str) -> None:
    order_id = await house.placed(an_order())
    await house.mail(order_id, KEY)

    assert key in await house.refused(order_id, type_, mail_key=key)
    assert await house.copies(order_id, KEY) == 1


async def test_a_word_given_twice_counts_once(house: House, relay: Relay) -> None:
    order_id = await unknown(house, relay)
    command_id = str(uuid.uuid4())
    await house.done(order_id, "mail_again", mail_key=KEY, command_id=command_id)
    await house.done(order_id, "mail_again", mail_key=KEY, command_id=command_id)
    await house.refused(order_id, "mail_again", mail_key=KEY)

    await house.until(order_id, lambda order: state_of_mail(order, KEY) == "sent")
    assert await house.copies(order_id, KEY) == 1


async def test_an_order_that_only_waited_for_that_word_comes_to_its_end(house: House, relay: Relay) -> None:
    order_id = await unknown(house, relay, BOOK)
    await house.done(order_id, "payment", status="paid")
    await house.mail(order_id, "downloads")
    await house.done(order_id, "mail_again", mail_key=KEY)

    ended = await house.ended(order_id)
    assert state_of_mail(ended, KEY) == "sent"
    assert await house.copies(order_id, KEY) == 1


async def test_a_mail_that_nobody_took_for_days_is_given_up_and_asks_for_a_person(
    house: House, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RELAY, "schedule_to_close_timeout", timedelta(seconds=2))
    order_id = await relay.placed("451 4.7.1 later")
    order = await house.until(order_id, lambda order: order["attention"], 20)
    assert reasons(order) == ["mail_failed"]
    assert state_of_mail(order, KEY) == "failed"
    monkeypatch.undo()
    relay.clear()

    await house.done(order_id, "mail_again", mail_key=KEY)
    await house.until(order_id, lambda order: state_of_mail(order, KEY) == "sent")
    assert await house.copies(order_id, KEY) == 1


async def test_a_mail_of_which_the_store_chose_so_is_sent_again_without_a_person(
    house: House, relay: Relay
) -> None:
    await house.open_store("choosy", look={"name": "Keus"}, unknown_mails={KEY: "send_again"})
    order_id = await relay.placed("451 4.7.1 later", store="choosy")
    await house.until(order_id, lambda order: state_of_mail(order, KEY) == "retry")
    relay.clear()
    await die_in_data(house, order_id)

    order = await house.until(order_id, lambda order: state_of_mail(order, KEY) == "sent", 20)
    assert order["attention"] == []
    assert (await row(house, order_id))["sent_again"] is True
