"""The packing table over HTTP, in a real house: scans, claims, parcels, and two people at one box."""

import re

import httpx

from orders.rights import Role
from tests.desk_visits import at_the_desk, hidden_field
from tests.house import House
from tests.sample_orders import MUG, an_order

PLATE = {
    "line_id": "2",
    "kind": "physical",
    "sku": "PLATE-1",
    "barcode": "0012345678905",
    "location": "B-2",
    "name": "Bord",
    "quantity": 1,
    "unit_price": "7.00",
}


def table(order_id: str) -> str:
    return f"/desk/pack/default/{order_id}"


async def scanned(desk: httpx.AsyncClient, order_id: str, code: str, **more: str) -> str:
    """Scan something as an open page does; what is said."""
    answer = await desk.post(
        f"{table(order_id)}/scans", data={"code": code, **more}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200, answer.text
    found = re.search(r'id="said"[^>]*><bdi>([^<]*)</bdi>', answer.text)
    assert found is not None, answer.text
    return found.group(1)


async def step(
    desk: httpx.AsyncClient, order_id: str, html: str, type_: str, **fields: str
) -> httpx.Response:
    """Send the form of this step as the page drew it."""
    sent = {"type": type_, **fields}
    for name in ("command_id", "parcel", "contents"):
        found = re.findall(rf'name="{name}" value="([^"]*)"', html)
        if found and name not in sent:
            sent[name] = found[-1]
    return await desk.post(f"{table(order_id)}/steps", data=sent)


async def page(desk: httpx.AsyncClient, path: str) -> str:
    answer = await desk.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_box_is_scanned_packed_labelled_and_handed_over(house: House) -> None:
    order_id = await house.paid(an_order(MUG, PLATE))

    async with at_the_desk(house, Role.PACKER) as desk:
        await page(desk, table(order_id))
        assert await scanned(desk, order_id, "mug-blue") == "Blauwe mok: 1 of 2."
        assert await scanned(desk, order_id, "12345678905") == "Bord: 1 of 1."
        assert await scanned(desk, order_id, "MUG-BLUE") == "Everything is in the box."
        packed = await step(desk, order_id, await page(desk, table(order_id)), "packed", weight_grams="780")
        after = packed.headers["location"]
        labelled = await step(
            desk, order_id, await page(desk, after), "labelled", tracking_number="3STEST1", carrier="PostNL"
        )
        await step(
            desk,
            order_id,
            await page(desk, labelled.headers["location"]),
            "shipped",
            mails="yes",
            notify="yes",
        )
        done = await page(desk, after)

    (parcel,) = (await house.show(order_id))["parcels"]
    assert (parcel["state"], parcel["weight_grams"], parcel["tracking_number"], parcel["carrier"]) == (
        "shipped",
        780,
        "3STEST1",
        "PostNL",
    )
    assert "Parcel 1 is done" in done


async def test_what_does_not_belong_in_the_box_is_said_and_not_counted(house: House) -> None:
    await house.placed(an_order({**PLATE, "sku": "SAUCER-9", "name": "Schotel"}))
    order_id = await house.paid(an_order(MUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        wrong = await scanned(desk, order_id, "SAUCER-9")
        unknown = await scanned(desk, order_id, "871")
        too_many = await scanned(desk, order_id, "3*MUG-BLUE")
        await scanned(desk, order_id, "2*MUG-BLUE")
        full = await scanned(desk, order_id, "MUG-BLUE")
        drawn = await page(desk, table(order_id))

    assert wrong == "Stop: Schotel does not belong in this order."
    assert unknown == "Stop: nothing in this order has the code 871."
    assert too_many.startswith("Stop: 3 × Blauwe mok is too many.")
    assert full == "Stop: all 2 × Blauwe mok are in the box already."
    assert hidden_field(drawn, "contents") == "1:2"


async def test_a_scan_that_is_sent_twice_counts_once(house: House) -> None:
    order_id = await house.paid(an_order(MUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        said = [await scanned(desk, order_id, "MUG-BLUE", scan_id="scan-1") for _ in range(2)]

    assert said == ["Blauwe mok: 1 of 2.", "Blauwe mok: 1 of 2."]


async def test_what_was_scanned_is_there_for_another_browser(house: House) -> None:
    order_id = await house.paid(an_order(MUG))
    async with at_the_desk(house, Role.PACKER) as desk:
        await scanned(desk, order_id, "MUG-BLUE")
        await desk.post(f"/desk/orders/default/{order_id}/claim/release")

    async with at_the_desk(house, Role.PACKER) as other:
        drawn = await page(other, table(order_id))

    assert "1 of 2 pieces" in drawn


async def test_a_short_box_becomes_a_parcel_and_the_rest_stays_to_be_packed(house: House) -> None:
    order_id = await house.paid(an_order(MUG, PLATE))

    async with at_the_desk(house, Role.PACKER) as desk:
        await scanned(desk, order_id, "2*MUG-BLUE")
        short = await page(desk, table(order_id))
        await step(desk, order_id, short, "packed")
        parcel = await page(desk, f"{table(order_id)}?parcel=1")

    assert "1 × Bord (B-2)" in short
    assert "1 piece of this order is in no parcel yet." in parcel
    after = await house.show(order_id)
    assert [line["units"]["packed"] for line in after["lines"]] == [2, 0]
    assert len(after["parcels"]) == 1


async def test_who_opens_an_order_second_sees_who_is_at_it_and_can_take_it_over(house: House) -> None:
    order_id = await house.paid(an_order(MUG))

    async with (
        at_the_desk(house, Role.PACKER, name="Anna") as anna,
        at_the_desk(house, Role.PACKER, name="Ben") as ben,
    ):
        await page(anna, table(order_id))
        seen = await page(ben, table(order_id))
        refused = await scanned(ben, order_id, "MUG-BLUE")
        await ben.post(
            f"/desk/orders/default/{order_id}/claim", data={"take_over": "yes", "next": table(order_id)}
        )
        taken = await page(ben, table(order_id))
        told = await anna.get(f"{table(order_id)}/claim")

    assert "Anna is packing this order" in seen
    assert "Scan an article" not in seen
    assert refused.startswith("Anna is packing this order")
    assert "Scan an article" in taken
    assert "Ben is packing this order" in told.text


async def test_two_who_pack_the_same_box_make_one_parcel(house: House) -> None:
    order_id = await house.paid(an_order(MUG))

    async with (
        at_the_desk(house, Role.PACKER, name="Anna", staff_id="anna-packs") as anna,
        at_the_desk(house, Role.PACKER, name="Ben") as ben,
    ):
        await scanned(anna, order_id, "2*MUG-BLUE")
        first = await page(anna, table(order_id))
        await ben.post(f"/desk/orders/default/{order_id}/claim", data={"take_over": "yes"})
        second = await page(ben, table(order_id))
        await step(anna, order_id, first, "packed")
        late = await step(ben, order_id, second, "packed")
        told = await page(ben, late.headers["location"])

    assert "notice bad" in told
    assert "anna-packs" in told
    assert len((await house.show(order_id))["parcels"]) == 1


async def test_a_box_that_is_sent_twice_is_packed_once(house: House) -> None:
    order_id = await house.paid(an_order(MUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        await scanned(desk, order_id, "2*MUG-BLUE")
        drawn = await page(desk, table(order_id))
        await step(desk, order_id, drawn, "packed")
        again = await step(desk, order_id, drawn, "packed")
        told = await page(desk, again.headers["location"])

    assert "notice bad" not in told
    assert len((await house.show(order_id))["parcels"]) == 1


async def test_lines_without_a_code_are_counted_by_hand_and_taken_out_again(house: House) -> None:
    order_id = await house.paid(an_order({**MUG, "sku": ""}))

    async with at_the_desk(house, Role.PACKER) as desk:
        path = f"{table(order_id)}/counts"
        await desk.post(path, data={"line_id": "1", "count": "all"})
        all_in = await page(desk, table(order_id))
        await desk.post(path, data={"line_id": "1", "count": "out"})
        one_out = await page(desk, table(order_id))
        by_place = await scanned(desk, order_id, "#1")

    assert "2 of 2 pieces" in all_in
    assert "1 of 2 pieces" in one_out
    assert by_place == "Everything is in the box."


async def test_a_browser_without_scripts_gets_the_whole_page_with_the_answer(house: House) -> None:
    order_id = await house.paid(an_order(MUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        answer = await desk.post(f"{table(order_id)}/scans", data={"code": "NOPE"})

    assert "Stop: nothing in this order has the code NOPE." in answer.text
    assert "<!doctype html>" in answer.text


async def test_a_wrong_weight_stays_beside_its_field(house: House) -> None:
    order_id = await house.paid(an_order(MUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        await scanned(desk, order_id, "2*MUG-BLUE")
        drawn = await page(desk, table(order_id))
        answer = await step(desk, order_id, drawn, "packed", weight_grams="half a kilo")

    assert answer.status_code == 422
    assert 'value="half a kilo"' in answer.text
    assert "Write the weight in whole grams" in answer.text
    assert (await house.show(order_id))["parcels"] == []


async def test_an_order_that_may_not_be_packed_says_why(house: House) -> None:
    order_id = await house.placed(an_order(MUG))

    async with at_the_desk(house, Role.PACKER) as desk:
        drawn = await page(desk, table(order_id))

    assert "This order cannot be packed now" in drawn
    assert "Scan an article" not in drawn


async def test_an_order_is_found_by_number_parcel_and_article(house: House) -> None:
    sku = "ONLY-HERE-1"
    body = an_order({**MUG, "sku": sku}, number="PK-77/A")
    order_id = await house.paid(body)
    await house.done(order_id, "picked")

    async with at_the_desk(house, Role.PACKER) as desk:
        found = [
            (await desk.get("/desk/pack", params={"code": code})).headers.get("location")
            for code in ("pk-77/a", f"default/{order_id}/1", sku.lower())
        ]
        unknown = await page(desk, "/desk/pack?code=nothing-like-it")

    assert found == [table(order_id), f"{table(order_id)}?parcel=1", table(order_id)]
    assert "is called nothing-like-it" in unknown


async def test_another_stores_order_is_not_found_at_the_table(house: House) -> None:
    await house.open_store("outlet")
    body = an_order(MUG, store="outlet", number="OUT-991")
    order_id = await house.placed(body)

    async with at_the_desk(house, Role.PACKER, stores=("default",)) as desk:
        by_number = await desk.get("/desk/pack", params={"code": "OUT-991"})
        by_parcel = await desk.get("/desk/pack", params={"code": f"outlet/{order_id}/1"})

    assert (by_number.status_code, by_parcel.status_code) == (200, 200)
