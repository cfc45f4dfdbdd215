"""Every mail of a store at the desk: with an order of its own, in each language, opening nothing."""

import asyncio
import re
from html import unescape

import httpx
import pytest

from db import gift_cards, stores
from orders.mail import MailKind
from tests.house import House
from tests.sample_orders import BOOK, CARD, MUG, an_order


def subject_of(page: str) -> str:
    found = re.search(r'<dd lang="(?:en|nl)"><bdi>([^<]*)</bdi>', page)
    assert found is not None
    return unescape(found.group(1))


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("kind", MailKind)
async def test_every_mail_can_be_seen_before_there_is_an_order(
    desk: httpx.AsyncClient, store: str, kind: MailKind, language: str
) -> None:
    path = f"/desk/settings/{store}/mails/{kind}"

    page = await desk.get(path, params={"language": language})
    frame = await desk.get(f"{path}/frame", params={"language": language})

    assert page.status_code == frame.status_code == 200
    assert "made up" in page.text
    assert subject_of(page.text)
    assert "De Blauwe Mok" in frame.text
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "href" not in frame.text


@pytest.mark.parametrize(
    "kind",
    [
        MailKind.ORDER_RECEIVED,
        MailKind.AWAITING_PAYMENT,
        MailKind.PAYMENT_RECEIVED,
        MailKind.DOWNLOADS,
        MailKind.GIFT_CARD,
        MailKind.CANCELLED,
        MailKind.NEW_ORDER,
    ],
)
async def test_a_mail_is_shown_with_an_order_of_the_store(
    house: House, desk: httpx.AsyncClient, store: str, kind: MailKind
) -> None:
    body = an_order(MUG, BOOK, CARD) | {"store": store}
    await house.placed(body)

    page = (await desk.get(f"/desk/settings/{store}/mails/{kind}")).text

    assert f"About order {body['number']}" in page
    assert "made up" not in page
    assert body["number"] in subject_of(page) + page


async def test_what_a_mail_hands_over_is_not_in_its_preview(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    body = an_order(CARD) | {"store": store}
    order_id = await house.placed(body)
    await house.done(order_id, "payment", status="paid")
    await house.mail(order_id, "gift_card")
    async with house.pool.acquire() as connection:
        (card,) = await gift_cards.codes(connection, house.vault, store, order_id)

    path = f"/desk/settings/{store}/mails/gift_card"
    seen = (await desk.get(path)).text + (await desk.get(f"{path}/frame")).text

    assert body["number"] in seen
    assert card.code not in re.sub(r"[\s-]", "", seen)
    assert card.code[-4:] not in seen
    assert "/o/" not in re.sub(r"/desk/\S*", "", seen)


async def test_an_order_can_be_chosen_by_its_number(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    first, second = an_order() | {"store": store}, an_order() | {"store": store}
    await house.placed(first)
    await house.placed(second)
    path = f"/desk/settings/{store}/mails/order_received"

    chosen = await desk.get(path, params={"order": first["number"], "language": "nl"})
    unknown = await desk.get(path, params={"order": "NOSUCH"})
    frame = re.search(r'<iframe[^>]* src="([^"]*)"', chosen.text)
    assert frame is not None
    framed = await desk.get(unescape(frame.group(1)))

    assert f"About order {first['number']}" in chosen.text
    assert first["number"] in framed.text
    assert 'lang="nl"' in framed.text
    assert "There is no order NOSUCH in this store." in unknown.text


async def test_an_order_that_cannot_have_the_mail_is_said_to(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    body = an_order(MUG) | {"store": store}
    await house.placed(body)
    path = f"/desk/settings/{store}/mails/downloads"

    page = await desk.get(path, params={"order": body["number"]})

    assert f"Order {body['number']} cannot have this mail" in page.text
    assert "made up" in page.text


async def test_another_stores_order_is_not_there(house: House, desk: httpx.AsyncClient, store: str) -> None:
    body = an_order()
    await house.placed(body)

    page = await desk.get(f"/desk/settings/{store}/mails/order_received", params={"order": body["order_id"]})

    assert "There is no order" in page.text
    assert "made up" in page.text


async def test_a_mail_that_is_not_sent_is_said_to_be_so(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    await house.open_store(store, policy={"silent_mails": ["delivered"]})

    silent = await desk.get(f"/desk/settings/{store}/mails/delivered")
    loud = await desk.get(f"/desk/settings/{store}/mails/shipped")

    assert "does not send this mail" in silent.text
    assert "does not send this mail" not in loud.text


async def test_a_mail_that_is_made_up_has_the_words_of_the_store_around_it(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    await house.open_store(
        store, how_to_pay={"nl": "Maak het over."}, pickup_places=[{"name": "Loket aan de kade"}]
    )

    pay, collect = [
        (await desk.get(f"/desk/settings/{store}/mails/{kind}/frame", params={"language": "nl"})).text
        for kind in ("awaiting_payment", "ready_for_pickup")
    ]

    assert "Maak het over." in pay
    assert "Loket aan de kade" in collect


async def test_an_order_comes_in_while_settings_are_being_changed(house: House, store: str) -> None:
    body = an_order() | {"store": store}
    async with house.pool.acquire() as connection, connection.transaction():
        await stores.locked(connection, store)

        assert await asyncio.wait_for(house.placed(body), 15) == body["order_id"]
