"""Mails on the order page: as they were sent, with nothing secret in them, and as a click would send them."""

import re

import pytest

from db import pickup_codes
from orders.rights import Role
from tests.desk_visits import at_the_desk
from tests.house import House
from tests.order_visits import form_of, notice, open_order, press
from tests.sample_orders import BOOK, CARD, MUG, an_order

AGAIN = {"type": "mail_again", "mail_key": "order_received", "anew": "yes"}
CODE = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}")


async def number_of(house: House, order_id: str, kind: str) -> int:
    await house.mail(order_id, kind)
    number = await house.pool.fetchval(
        "SELECT number FROM mails WHERE order_id = $1 AND kind = $2 AND NOT is_copy", order_id, kind
    )
    return int(number)


async def test_a_mail_is_shown_as_it_was_sent(house: House) -> None:
    order_id = await house.paid(an_order())
    number = await number_of(house, order_id, "order_received")
    sent = await house.mail(order_id, "order_received")

    async with at_the_desk(house) as anna:
        page = await anna.get(f"/desk/orders/default/{order_id}/mails/{number}")
        frame = await anna.get(f"/desk/orders/default/{order_id}/mails/{number}/frame")

    assert sent.subject in page.text
    assert f"<title>Thank you for your order · Order {(await house.show(order_id))['number']}" in page.text
    assert f'src="/desk/orders/default/{order_id}/mails/{number}/frame"' in page.text
    assert "Blauwe mok" in frame.text
    assert "Bedankt voor je bestelling" in frame.text
    assert "sandbox;" in frame.headers["content-security-policy"]
    assert "script-src" not in frame.headers["content-security-policy"]
    assert "href" not in frame.text


@pytest.mark.parametrize("line", [BOOK, CARD], ids=["downloads", "gift card"])
async def test_links_and_codes_of_a_mail_are_hidden(house: House, line: dict[str, object]) -> None:
    order_id = await house.paid(an_order(line))
    kind = "downloads" if line is BOOK else "gift_card"
    number = await number_of(house, order_id, kind)
    sent = (await house.mail(order_id, kind)).text
    secrets = re.findall(r"/[od]/([A-Za-z0-9_-]{20,})", sent) + CODE.findall(sent)

    async with at_the_desk(house) as anna:
        page = await anna.get(f"/desk/orders/default/{order_id}/mails/{number}")
        frame = await anna.get(f"/desk/orders/default/{order_id}/mails/{number}/frame")

    assert secrets
    assert not [secret for secret in secrets if secret in page.text or secret in frame.text]
    assert "••••" in page.text
    assert not CODE.search(frame.text)


async def test_the_pickup_code_of_a_mail_is_hidden(house: House) -> None:
    order_id = await house.paid(an_order(method="pickup"))
    await house.done(order_id, "packed")
    await house.done(order_id, "ready_for_pickup")
    number = await number_of(house, order_id, "ready_for_pickup")
    async with house.pool.acquire() as connection:
        code = await pickup_codes.read(connection, house.vault, "default", order_id) or ""

    async with at_the_desk(house) as anna:
        page = await anna.get(f"/desk/orders/default/{order_id}/mails/{number}")
        frame = await anna.get(f"/desk/orders/default/{order_id}/mails/{number}/frame")

    for written in (code, f"{code[:3]} {code[3:]}"):
        assert written not in re.sub(r"#[0-9a-f]{6}", "", page.text + frame.text)
    assert "••••" in frame.text


async def test_a_mail_of_another_order_is_not_there(house: House) -> None:
    mine, other = await house.paid(an_order()), await house.paid(an_order())
    number = await number_of(house, other, "order_received")

    async with at_the_desk(house) as anna:
        page = await anna.get(f"/desk/orders/default/{mine}/mails/{number}")
        frame = await anna.get(f"/desk/orders/default/{mine}/mails/{number}/frame")

    assert (page.status_code, frame.status_code) == (404, 404)


async def test_what_is_shown_before_the_click_is_what_is_sent_after_it(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "packed")
    await house.done(order_id, "labelled", tracking_number="3SSEEN")

    async with at_the_desk(house) as anna:
        form = form_of(await open_order(anna, order_id), "shipped")
        path = f"/desk/orders/default/{order_id}/preview"
        preview = await anna.get(path, params=dict(form))
        frame = await anna.get(f"{path}/frame", params={**form, "at": "0"})
        await press(anna, form, mails="")
    sent = await house.mail(order_id, "shipped", seconds=20)

    assert sent.subject in preview.text
    assert "3SSEEN" in frame.text
    assert "3SSEEN" in sent.text
    assert "sandbox;" in frame.headers["content-security-policy"]


async def test_the_page_names_the_mail_by_the_subject_it_will_have(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "packed")
    await house.done(order_id, "labelled", tracking_number="3SSUBJECT")

    async with at_the_desk(house) as anna:
        page = await open_order(anna, order_id)

    number = (await house.show(order_id))["number"]
    assert f"Je bestelling #{number} is onderweg" in page


async def test_a_form_that_cannot_be_read_yet_shows_no_mail_and_says_why(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped")

    async with at_the_desk(house) as anna:
        path = f"/desk/orders/default/{order_id}/preview"
        preview = await anna.get(path, params={"type": "labelled", "parcel": "1"})

    assert "Letters, digits, spaces" in preview.text


async def test_a_stopped_mail_can_be_sent_after_all(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house) as anna:
        path = f"/desk/orders/default/{order_id}"
        shipped = await anna.post(
            f"{path}/commands", data={"type": "shipped", "mails": "yes", "notify": "yes"}
        )
        assert shipped.status_code == 303
        await anna.post(f"{path}/mails/shipped:1/stop")
        stopped = await open_order(anna, order_id)
        again = await anna.post(f"{path}/commands", data={"type": "mail_again", "mail_key": "shipped:1"})
        after = await anna.get(again.headers["location"])

    assert "Send it after all" in stopped
    assert notice(after.text)[0] == "ok"
    assert await house.mail(order_id, "shipped")


async def test_a_mail_that_was_sent_is_sent_again_from_its_own_page_and_can_be_taken_back(
    house: House,
) -> None:
    order_id = await house.paid(an_order())
    number = await number_of(house, order_id, "order_received")

    async with at_the_desk(house) as anna:
        path = f"/desk/orders/default/{order_id}"
        sent = await anna.get(f"{path}/mails/{number}")
        again = await anna.post(f"{path}/commands", data=AGAIN)
        after = await anna.get(again.headers["location"])

    assert "Send it again" in sent.text
    assert notice(after.text)[0] == "ok"
    assert re.search(r"/mails/order_received:again:[0-9a-f]{12}/stop", after.text)


async def test_a_click_is_undone_without_leaving_the_page_one_is_on(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house) as anna:
        path = f"/desk/orders/default/{order_id}"
        await anna.post(f"{path}/commands", data={"type": "shipped", "mails": "yes", "notify": "yes"})
        packing = await anna.get(f"/desk/pack/default/{order_id}")
        undone = await anna.post(f"{path}/mails/shipped:1/stop", data={"next": packing.url.path})
        after = await anna.get(path)

    assert f'name="next" value="/desk/pack/default/{order_id}"' in packing.text
    assert undone.headers["location"] == packing.url.path
    assert "The mail “Your order is on its way” was stopped before it left" in after.text
    assert "“shipped:1”" not in after.text


async def test_who_only_looks_may_read_the_mails_and_stop_none(house: House) -> None:
    order_id = await house.paid(an_order(MUG))
    number = await number_of(house, order_id, "order_received")

    async with at_the_desk(house, Role.VIEWER) as viewer:
        page = await viewer.get(f"/desk/orders/default/{order_id}/mails/{number}")
        stop = await viewer.post(f"/desk/orders/default/{order_id}/mails/order_received/stop")
        preview = await viewer.get(f"/desk/orders/default/{order_id}/preview?type=shipped")

    assert (page.status_code, stop.status_code, preview.status_code) == (200, 403, 403)
