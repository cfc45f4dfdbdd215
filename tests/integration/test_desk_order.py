"""The page of one order: its big button does what it says, and every click is one command."""

import asyncio
import re
from functools import partial
from typing import Any

import pytest

from db import pickup_codes
from desk.staff.order_reading import FIELDS
from orders.commands import TYPES, Command
from orders.rights import COMMAND_RIGHTS, Right, Role, may
from tests.desk_visits import at_the_desk
from tests.house import House
from tests.order_visits import form_of, forms, keys, main_form, notice, open_order, press
from tests.sample_orders import BOOK, CARD, MUG, an_order

SHIPPING = [
    ("collect_payment", {}, "PAID", "AWAITING_PROCESSING"),
    ("pick", {}, "PAID", "PROCESSING"),
    ("pack", {"weight_grams": "780"}, "PAID", "PROCESSING"),
    ("label", {"carrier": "postnl", "tracking_number": "3SDESK1"}, "PAID", "PROCESSING"),
    ("hand_over", {}, "PAID", "SHIPPED"),
]
PICKUP = [
    *SHIPPING[:3],
    ("make_ready", {}, "PAID", "READY_FOR_PICKUP"),
    ("collect", {"code": "CODE"}, "PAID", "DELIVERED"),
]
LOCAL = [
    *SHIPPING[:3],
    ("bring", {}, "PAID", "OUT_FOR_DELIVERY"),
    ("confirm_delivery", {}, "PAID", "DELIVERED"),
]


@pytest.mark.parametrize(
    ("method", "story"), [("shipping", SHIPPING), ("pickup", PICKUP), ("local_delivery", LOCAL)]
)
async def test_the_big_button_leads_an_order_to_its_end(
    house: House, method: str, story: list[tuple[str, dict[str, str], str, str]]
) -> None:
    order_id = await house.placed(an_order(method=method))

    async with at_the_desk(house) as anna:
        page = await open_order(anna, order_id)
        for step, filled, payment, fulfillment in story:
            form = main_form(page)
            assert form is not None
            assert form["key"].split("-")[1] == step
            if "code" in filled:
                filled = {"code": await _pickup_code(house, order_id)}
            page = await press(anna, form, **filled)

            assert notice(page)[0] == "ok", notice(page)
            stands = {"payment_status": payment, "fulfillment_status": fulfillment}
            order = await house.until(order_id, partial(_is_at, stands))
            page = await open_order(anna, order_id)

    assert main_form(page) is None
    parcel = order["parcels"][0]
    assert parcel["weight_grams"] == 780
    assert order["timeline"][-1]["actor"].startswith("staff:")


async def test_the_big_button_of_an_order_on_hold_takes_the_hold_off_and_names_it(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "hold", reason="Bel de klant: is 12 of 12a bedoeld?")

    async with at_the_desk(house) as anna:
        page = await open_order(anna, order_id)
        form = main_form(page)
        assert form is not None
        after = await press(anna, form)

    assert "Bel de klant: is 12 of 12a bedoeld?" in form.button
    assert notice(after) == ("ok", "Hold taken off: Bel de klant: is 12 of 12a bedoeld?")
    assert (await house.show(order_id))["holds"] == []


async def test_a_cancel_of_some_lines_cancels_those(house: House) -> None:
    body = an_order(MUG, MUG | {"line_id": "2", "name": "Rode mok"})
    order_id = await house.paid(body)

    async with at_the_desk(house) as anna:
        page = await anna.get(f"/desk/orders/default/{order_id}/steps/cancel?key=cancel-cancel")
        form = form_of(page.text, "cancel")
        await press(anna, form, **{"quantity.2": "1", "reason": "kapot"})

    lines = {line["line_id"]: line["units"]["cancelled"] for line in (await house.show(order_id))["lines"]}
    assert lines == {"1": 0, "2": 1}


async def test_an_order_stands_as_cancelled_only_once_all_of_it_is(house: House) -> None:
    order_id = await house.paid(an_order({**MUG, "quantity": 3}))
    cancelled = re.compile(r'<li class="done"[^>]*><span>Cancelled</span>')

    async with at_the_desk(house) as anna:
        await house.done(order_id, "cancel", lines=[{"line_id": "1", "quantity": 1}])
        part = await open_order(anna, order_id)
        await house.done(order_id, "cancel")
        whole = await open_order(anna, order_id)

    assert "1 piece cancelled" in part
    assert not cancelled.search(part)
    assert cancelled.search(whole)


async def test_picking_some_of_it_leaves_the_rest(house: House) -> None:
    order_id = await house.paid(an_order(MUG | {"quantity": 5}))

    async with at_the_desk(house) as anna:
        page = await anna.get(f"/desk/orders/default/{order_id}/steps/picked?key=picked-pick")
        form = form_of(page.text, "picked")
        assert form["quantity.1"] == "5"
        await press(anna, form, **{"quantity.1": "3"})

    assert (await house.show(order_id))["lines"][0]["units"]["picked"] == 3


async def test_a_refusal_is_told_with_its_reason_and_in_red(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house) as anna:
        page = await open_order(anna, order_id)
        form = form_of(page, "picked")
        await house.done(order_id, "hold", reason="address")  # Meanwhile, somewhere else.
        after = await press(anna, form)

    assert notice(after) == ("bad", "The order is on hold: address. Take the hold off first.")


async def test_a_double_click_is_one_command(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house) as anna:
        form = form_of(await open_order(anna, order_id), "picked")
        answers = await asyncio.gather(*(anna.post(form.action, data=form) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {303}
    kinds = [moment["kind"] for moment in (await house.show(order_id))["timeline"]]
    assert kinds.count("picked") == 1


async def test_a_form_that_was_sent_with_something_else_changes_nothing(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house) as anna:
        form = form_of(await open_order(anna, order_id), "hold")
        await press(anna, form, reason="address")
        after = await press(anna, form, reason="stock")

    assert notice(after)[0] == "bad"
    assert [hold["reason"] for hold in (await house.show(order_id))["holds"]] == ["address"]


async def test_wrong_fields_come_back_with_what_was_typed_and_what_is_wrong(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "packed")

    async with at_the_desk(house) as anna:
        form = form_of(await open_order(anna, order_id), "labelled")
        typed = {"carrier": "postnl", "tracking_number": "3S<DEVC>"}
        answer = await anna.post(form.action, data={**form, **typed})

    again = form_of(answer.text, "labelled")
    assert answer.status_code == 422
    assert (again["carrier"], again["tracking_number"]) == ("postnl", "3S<DEVC>")
    assert again["command_id"] == form["command_id"]
    assert 'aria-invalid="true"' in answer.text
    assert (await house.show(order_id))["parcels"][0]["state"] == "packed"


async def test_a_quantity_that_is_no_number_comes_back_beside_its_line(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house) as anna:
        page = await anna.get(f"/desk/orders/default/{order_id}/steps/packed?key=packed-pack_at_once")
        form = form_of(page.text, "packed")
        answer = await anna.post(form.action, data={**form, "quantity.1": "two", "weight_grams": "900"})

    assert answer.status_code == 422
    again = form_of(answer.text, "packed")
    assert (again["quantity.1"], again["weight_grams"]) == ("two", "900")
    assert "Write a whole number." in answer.text


async def test_a_command_that_waits_for_the_workers_says_so(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house) as anna:
        form = form_of(await open_order(anna, order_id), "picked")
        async with house.pool.acquire() as connection, connection.transaction():
            # Whoever records must wait for this lock: the workers are as good as away.
            await connection.execute("SELECT FROM orders WHERE order_id = $1 FOR UPDATE", order_id)
            answer = await anna.post(form.action, data=form)
        page = await anna.get(answer.headers["location"])

    assert notice(page.text) == ("ok", "It is kept, and will be done: the workers are away at the moment.")
    await house.until(order_id, lambda order: order["lines"][0]["units"]["picked"] == 2)


async def test_another_store_s_order_is_as_one_that_is_not_there(house: House) -> None:
    await house.open_store("theirs", look={"name": "Theirs"})
    order_id = await house.paid(an_order(store="theirs"))

    async with at_the_desk(house, stores=("default",)) as anna:
        theirs = await anna.get(f"/desk/orders/theirs/{order_id}")
        unknown = await anna.get("/desk/orders/default/NOSUCH")
        click = await anna.post(f"/desk/orders/theirs/{order_id}/commands", data={"type": "picked"})

    assert theirs.status_code == unknown.status_code == click.status_code == 404
    assert theirs.text == unknown.text
    assert (await house.show(order_id, store="theirs"))["lines"][0]["units"]["picked"] == 0


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_sees_its_own_buttons_and_may_press_no_others(house: House, role: Role) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house, role) as anna:
        page = await open_order(anna, order_id)
        offered = {form["type"] for form in forms(page) if "type" in form}
        path = f"/desk/orders/default/{order_id}/commands"
        refused = {
            type_
            for type_ in ("hold", "cancel", "payment")
            if (await anna.post(path, data={"type": type_, "reason": "x", "amount": "x"})).status_code == 403
        }

    allowed = {type_ for type_ in TYPES if may(role, Right.FULFIL) and may(role, COMMAND_RIGHTS[type_])}
    assert offered <= allowed
    assert ("picked" in offered) is ("picked" in allowed)
    assert ("cancel" in offered) is ("cancel" in allowed)
    assert refused == {type_ for type_ in ("hold", "cancel", "payment") if type_ not in allowed}


async def test_names_that_are_markup_or_run_the_other_way_are_only_names(house: House) -> None:
    nasty = '"><img src=x onerror=alert(1)>'
    body = an_order(
        MUG | {"name": f"Mug {nasty}", "options": [nasty], "sku": "<b>"},
        customer={"name": f"{nasty} \u202eשלום 🎁", "email": "x@example.com"},
        comment="</textarea><script>alert(1)</script>",
    )
    order_id = await house.paid(body)
    await house.done(order_id, "hold", reason=nasty)

    async with at_the_desk(house) as anna:
        page = await open_order(anna, order_id)
        note = next(form for form in forms(page) if form.action.endswith("/notes"))
        page = await press(anna, note, text=nasty)

    assert "<img" not in page
    assert "<script>alert" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<bdi>" in page


async def test_the_customer_page_is_opened_by_a_click_and_its_address_stands_nowhere(house: House) -> None:
    order_id = await house.paid(an_order())
    address = (await house.show(order_id))["links"]["customer_page"]

    async with at_the_desk(house) as anna:
        page = await open_order(anna, order_id)
        answer = await anna.get(f"/desk/orders/default/{order_id}/customer-page")

    assert address.rpartition("/")[2] not in page
    assert (answer.status_code, answer.headers["location"]) == (303, address)


async def test_an_order_that_has_ended_offers_only_what_still_goes(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    await house.ended(order_id)

    async with at_the_desk(house) as anna:
        page = await open_order(anna, order_id)
        after = await press(anna, form_of(page, "reissue"))

    assert {key.split("-")[0] for key in keys(page)} == {"payment", "reissue"}
    assert main_form(page) is None
    assert notice(after)[0] == "ok", notice(after)


async def test_gift_cards_and_goods_of_one_order_stand_side_by_side(house: House) -> None:
    order_id = await house.paid(an_order(MUG, BOOK, CARD))
    await house.until(order_id, lambda order: all(line["issued"] for line in order["lines"][1:]))

    async with at_the_desk(house) as anna:
        page = await open_order(anna, order_id)

    assert "Gift card" in page
    assert "Download" in page
    assert form_of(page, "picked").is_main


def test_every_command_has_a_row_for_what_a_form_may_say_of_it() -> None:
    fields = {model.model_fields["type"].default: set(model.model_fields) for model in Command.__args__}

    assert set(FIELDS) == set(TYPES)
    assert all(set(named) <= fields[type_] for type_, named in FIELDS.items())


def _is_at(stands: dict[str, str], order: dict[str, Any]) -> bool:
    return stands.items() <= order.items()


async def _pickup_code(house: House, order_id: str) -> str:
    async with house.pool.acquire() as connection:
        return await pickup_codes.read(connection, house.vault, "default", order_id) or ""
