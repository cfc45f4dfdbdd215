"""Replacing the link of a customer's page at the desk: once, shown once, and written down."""

import asyncio
import html
import re

import pytest

from orders.rights import Role
from orders.store import Language
from tests.customer_visits import a_browser, come_in, link_of
from tests.desk_visits import at_the_desk
from tests.house import PUBLIC_URL, House
from tests.order_visits import Form, forms, open_order
from tests.sample_orders import an_order

WRITTEN_DOWN = "SELECT actor, act FROM audit WHERE subject = $1"
SHOWN = re.compile(r'<input id="link" value="([^"]*)" readonly>')


def replacing(page: str) -> Form:
    found = [form for form in forms(page) if form.action.endswith("/customer-page")]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("language", "button", "said"),
    [
        ("en", "Make a new link", "The customer is not told: send it yourself."),
        ("nl", "Maak een nieuwe link", "De klant krijgt geen bericht: stuur hem zelf."),
    ],
)
async def test_a_new_link_is_shown_once_and_the_old_one_opens_nothing(
    house: House, language: Language, button: str, said: str
) -> None:
    body = an_order()
    order_id = await house.placed(body)
    old = await link_of(house, order_id)

    async with (
        at_the_desk(house, Role.PACKER, language=language, name="Bram") as bram,
        a_browser(house) as sanne,
    ):
        visited = await come_in(sanne, old)
        form = replacing(await open_order(bram, order_id))
        answer = await bram.post(form.action, data=form)
        after = await open_order(bram, order_id)
        dead = [await sanne.get(address) for address in (old, visited)]
        shown = SHOWN.search(answer.text)
        assert shown is not None
        address = html.unescape(shown[1])
        fresh = await come_in(sanne, address.removeprefix(PUBLIC_URL))

    assert form.button == button
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    assert said in answer.text
    assert body["customer"]["email"] in answer.text
    assert [each.status_code for each in dead] == [404, 403]
    assert fresh.startswith("/o/order/")
    assert await link_of(house, order_id) == address.removeprefix(PUBLIC_URL)
    assert address.rpartition("/")[2] not in after
    written = await house.pool.fetch(WRITTEN_DOWN, f"order:default/{order_id}")
    assert [row["act"] for row in written] == ["link_replaced"]
    assert written[0]["actor"].startswith("staff:")


async def test_a_double_click_and_a_reload_replace_it_once(house: House) -> None:
    order_id = await house.placed(an_order())

    async with at_the_desk(house) as anna:
        form = replacing(await open_order(anna, order_id))
        answers = await asyncio.gather(*(anna.post(form.action, data=form) for _ in range(3)))
        answers.append(await anna.post(form.action, data=form))
        answers += [await anna.post(form.action, data={"issue": odd}) for odd in ("", "x", "-1", "9" * 40)]

    shown = {found[1] for answer in answers if (found := SHOWN.search(answer.text))}
    assert shown == {PUBLIC_URL + await link_of(house, order_id)}
    assert len(await house.pool.fetch(WRITTEN_DOWN, f"order:default/{order_id}")) == 1


async def test_who_may_only_look_is_not_offered_it(house: House) -> None:
    order_id = await house.placed(an_order())

    async with at_the_desk(house, Role.VIEWER) as viewer:
        page = await open_order(viewer, order_id)
        answer = await viewer.post(f"/desk/orders/default/{order_id}/customer-page", data={"issue": "0"})

    assert [form for form in forms(page) if form.action.endswith("/customer-page")] == []
    assert answer.status_code == 403
    assert await house.pool.fetch(WRITTEN_DOWN, f"order:default/{order_id}") == []


async def test_the_audit_tells_of_it_in_words(house: House) -> None:
    order_id = await house.placed(an_order())

    async with at_the_desk(house) as anna:
        form = replacing(await open_order(anna, order_id))
        await anna.post(form.action, data=form)
        audit = (await anna.get("/desk/audit")).text

    assert "Replaced the link of a customer" in audit
    assert f"order:default/{order_id}" in audit
