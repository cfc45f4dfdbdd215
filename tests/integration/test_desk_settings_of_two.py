"""Two people at the settings of one shop, and what is written down of who changed what."""

import uuid

import httpx

from orders.rights import Role
from tests.desk_visits import at_the_desk, hidden_field
from tests.house import House
from tests.settings_visits import form, save, settings_of


async def test_two_people_at_the_same_field_are_shown_each_others_change(house: House, store: str) -> None:
    async with (
        at_the_desk(house, Role.MANAGER, name="Anna") as anna,
        at_the_desk(house, Role.MANAGER, name="Bram", staff_id=f"bram{uuid.uuid4().hex[:6]}") as bram,
        at_the_desk(house, Role.MANAGER, name="Carla", staff_id=f"carla{uuid.uuid4().hex[:6]}") as carla,
    ):
        annas, brams = await form(anna, store, "look"), await form(bram, store, "look")
        path = f"/desk/settings/{store}/parts/look"
        await bram.post(path, data={**brams, "look.name": "Bram his mugs", "look.phone": "020-1"})
        await save(carla, store, "downloads", downloads__at_most="4")

        refused = await anna.post(path, data={**annas, "look.name": "Anna her mugs"})
        kept = await settings_of(house, store)
        assert 'value="020-1"' in refused.text
        again = {**annas, "look.name": "Anna her mugs", "look.phone": "020-1"}
        again["version"] = hidden_field(refused.text, "version")
        taken = await anna.post(path, data=again)

    assert refused.status_code == 409
    assert "by Bram, after you opened it" in refused.text
    assert "staff:bram" not in refused.text
    assert "Now set: Bram his mugs" in refused.text
    assert 'value="Anna her mugs"' in refused.text
    assert kept.look.name == "Bram his mugs"
    assert taken.status_code == 303
    look = (await settings_of(house, store)).look
    assert (look.name, look.phone) == ("Anna her mugs", "020-1")


async def test_two_people_at_different_fields_of_a_part_both_have_their_way(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    first, second = await form(desk, store, "look"), await form(desk, store, "look")
    path = f"/desk/settings/{store}/parts/look"

    answers = [
        await desk.post(path, data={**first, "look.phone": "020-1"}),
        await desk.post(path, data={**second, "look.website": "https://mugs.example"}),
    ]

    look = (await settings_of(house, store)).look
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (look.name, look.phone, look.website) == ("De Blauwe Mok", "020-1", "https://mugs.example")


async def test_what_is_wrong_beside_somebody_elses_change_comes_back_with_that_change(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    first, second = await form(desk, store, "look"), await form(desk, store, "look")
    path = f"/desk/settings/{store}/parts/look"

    await desk.post(path, data={**first, "look.phone": "020-1"})
    wrong = await desk.post(path, data={**second, "look.website": "nowhere"})

    assert wrong.status_code == 422
    assert 'value="020-1"' in wrong.text
    assert 'value="nowhere"' in wrong.text


async def test_a_form_from_before_a_deploy_asks_before_it_changes_anything(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    fields = {**await form(desk, store, "look"), "look.name": "Anders", "version": "0123456789abcdef0123"}

    answer = await desk.post(f"/desk/settings/{store}/parts/look", data=fields)

    assert answer.status_code == 409
    assert (await settings_of(house, store)).look.name == "De Blauwe Mok"


async def test_two_people_at_different_parts_are_in_nobodys_way(house: House, store: str) -> None:
    async with at_the_desk(house, Role.MANAGER) as anna, at_the_desk(house, Role.MANAGER) as bram:
        annas = await form(anna, store, "downloads")
        await save(bram, store, "pickup", pickup_instructions__en="Ring twice.")

        answer = await anna.post(
            f"/desk/settings/{store}/parts/downloads", data={**annas, "downloads.at_most": "3"}
        )

    assert answer.status_code == 303
    kept = await settings_of(house, store)
    assert (kept.downloads.at_most, kept.pickup_instructions) == (3, {"en": "Ring twice."})


async def test_a_change_is_written_down_with_what_it_was_and_became(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    await save(desk, store, "downloads", downloads__at_most="3")

    row = await house.pool.fetchrow("SELECT * FROM audit WHERE subject = $1", f"store:{store}")
    overview = await desk.get(f"/desk/settings/{store}")
    assert row is not None
    assert row["act"] == "settings_changed"
    assert row["facts"] == {"downloads.at_most": "– → 3"}
    assert row["actor"].startswith("staff:")
    assert "<bdi>Anna de Vries</bdi>" in overview.text
    assert "– → 3" in overview.text


async def test_nothing_is_written_down_where_nothing_changed(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    await save(desk, store, "downloads")

    assert not await house.pool.fetchval("SELECT count(*) FROM audit WHERE subject = $1", f"store:{store}")


async def test_the_same_rows_in_another_order_and_lines_as_a_browser_sends_them_are_no_change(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    look = {"name": "De Blauwe Mok"}
    await house.open_store(store, look=look, low_limits={"MUG-BLUE": 5}, how_to_pay={"en": " Pay\r\nus. "})
    path = f"/desk/settings/{store}/parts/{{}}"
    stock = {**await form(desk, store, "running_low"), "low_limits": "MUG-BLUE 5\nA 1"}
    payment = {**await form(desk, store, "payment"), "how_to_pay.en": "Pay\r\nus."}
    await house.open_store(store, look=look, low_limits={"MUG-BLUE": 5}, how_to_pay={"en": "Cash."})

    answers = [
        *[await desk.post(path.format("running_low"), data=stock) for _ in range(2)],
        await desk.post(path.format("payment"), data=payment),
    ]

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    kept = await settings_of(house, store)
    assert kept.low_limits == {"A": 1, "MUG-BLUE": 5}
    assert kept.how_to_pay == {"en": "Cash."}
