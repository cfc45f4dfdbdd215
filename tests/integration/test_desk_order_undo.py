"""The mail that a click causes: shown, switched off, and taken back while there is time."""

from tests.desk_visits import at_the_desk
from tests.house import House
from tests.order_visits import form_of, notice, open_order, press, undo_of
from tests.sample_orders import an_order


async def test_undo_keeps_the_mail_from_leaving(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "labelled", tracking_number="3SUNDO")

    async with at_the_desk(house) as anna:
        page = await press(anna, form_of(await open_order(anna, order_id), "shipped"))
        assert "leaves in 10 seconds" in notice(page)[1]
        after = await press(anna, undo_of(page))

    assert notice(after)[0] == "ok"
    order = await house.show(order_id)
    assert {mail["kind"]: mail["state"] for mail in order["mails"]}["shipped"] == "withdrawn"
    assert order["fulfillment_status"] == "SHIPPED"


async def test_a_mail_that_was_switched_off_is_never_made(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "labelled", tracking_number="3SQUIET")

    async with at_the_desk(house) as anna:
        form = form_of(await open_order(anna, order_id), "shipped")
        assert form.pop("notify") == "yes"
        page = await press(anna, form)

    assert "seconds" not in notice(page)[1]
    kinds = [mail["kind"] for mail in (await house.show(order_id))["mails"]]
    assert "shipped" not in kinds


async def test_the_mail_of_a_payment_can_be_switched_off_too(house: House) -> None:
    order_id = await house.placed(an_order(kind="offline"))

    async with at_the_desk(house) as anna:
        form = form_of(await open_order(anna, order_id), "payment-collect_payment")
        assert form.pop("notify") == "yes"
        page = await press(anna, form)

    assert notice(page)[0] == "ok"
    order = await house.until(
        order_id, lambda order: any(mail["kind"] == "payment_received" for mail in order["mails"])
    )
    assert order["payment_status"] == "PAID"
    assert {mail["kind"]: mail["state"] for mail in order["mails"]}["payment_received"] == "withdrawn"
