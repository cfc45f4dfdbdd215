"""Pickup places at the desk: added, changed and taken away, with hours as people write them."""

from typing import Any

import httpx
import pytest

from db import stores
from desk.staff.settings_fields import hours_meant
from orders.store import PickupPlace
from tests.desk_visits import hidden_field
from tests.house import House
from tests.sample_orders import MUG, an_order


async def places(house: House, store: str) -> tuple[PickupPlace, ...]:
    async with house.pool.acquire() as connection:
        return (await stores.settings(connection, store)).pickup_places


async def save(desk: httpx.AsyncClient, store: str, number: int, **fields: Any) -> httpx.Response:
    path = f"/desk/settings/{store}/places/{number}"
    seen = hidden_field((await desk.get(path)).text, "version")
    sent = {"version": seen, **{name.replace("__", "."): value for name, value in fields.items()}}
    return await desk.post(path, data=sent)


async def test_a_place_is_added_changed_and_taken_away(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    added = await save(
        desk,
        store,
        0,
        name="Winkel",
        address="Prinsengracht 263",
        hours__monday="9-12.30 en 13:30 – 18",
        special_days__name=["2026-12-25", ""],
        special_days__text=["", ""],
        instructions__nl="Bel aan.",
    )
    (first,) = await places(house, store)
    listed = await desk.get(f"/desk/settings/{store}/parts/pickup")
    changed = await save(desk, store, 0, name="Loket")
    (second,) = await places(house, store)
    asked = (await desk.get(f"/desk/settings/{store}/places/0")).text
    seen = hidden_field(asked, "version")
    removed = await desk.post(f"/desk/settings/{store}/places/0/removed", data={"version": seen})

    assert (added.status_code, changed.status_code, removed.status_code) == (303, 303, 303)
    assert "then read of the first place that is left" in asked
    assert first.model_dump(mode="json") == {
        "name": "Winkel",
        "address": ["Prinsengracht 263"],
        "hours": {"monday": "09:00-12:30, 13:30-18:00"},
        "special_days": [{"day": "2026-12-25", "hours": ""}],
        "instructions": {"nl": "Bel aan."},
    }
    assert f"/desk/settings/{store}/places/0" in listed.text
    assert second == PickupPlace(name="Loket")
    assert await places(house, store) == ()


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "There must be something here."),
        ("hours.monday", "all day", "Write hours such as 9:00-17:30."),
        ("hours.monday", "17:00-9:00", "Each time must come after the one before it."),
        ("hours.monday", "25-26", "Write hours such as 9:00-17:30."),
        ("special_days.name", "2026-02-30", "There is no such day."),
        ("special_days.text", "9-17", "Give each row a day"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(
    house: House, desk: httpx.AsyncClient, store: str, field: str, typed: str, said: str
) -> None:
    fields = {"name": "Winkel", "special_days.name": "", "special_days.text": "", field: typed}

    answer = await save(desk, store, 0, **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    assert await places(house, store) == ()


async def test_two_places_of_one_name_are_refused(house: House, desk: httpx.AsyncClient, store: str) -> None:
    await save(desk, store, 0, name="Winkel")

    answer = await save(desk, store, 1, name="winkel ")

    assert answer.status_code == 422
    assert "There is a place of this name already." in answer.text


async def test_a_place_that_somebody_else_changed_is_not_overwritten(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    await save(desk, store, 0, name="Winkel")
    path = f"/desk/settings/{store}/places/0"
    seen = hidden_field((await desk.get(path)).text, "version")
    await save(desk, store, 0, name="Loket")

    answer = await desk.post(path, data={"version": seen, "name": "Kluis"})

    assert answer.status_code == 409
    assert "Now set: Loket" in answer.text
    assert 'value="Kluis"' in answer.text
    assert [place.name for place in await places(house, store)] == ["Loket"]


async def test_a_place_beyond_the_next_is_not_there(desk: httpx.AsyncClient, store: str) -> None:
    assert (await desk.get(f"/desk/settings/{store}/places/1")).status_code == 404


async def test_the_customer_reads_where_to_collect_in_the_mail(house: House, store: str) -> None:
    place = {"name": "Loket", "address": ["Kade 1"], "hours": {"monday": "09:00-17:00"}}
    await house.open_store(store, language="nl", pickup_places=[{"name": "Winkel"}, place])
    body = an_order(MUG, method="pickup") | {"store": store}
    body["fulfillment"] = {**body["fulfillment"], "method": "pickup", "option": "Loket"}
    order_id = await house.placed(body)
    await house.done(order_id, "payment", status="paid")
    await house.done(order_id, "packed")
    await house.done(order_id, "ready_for_pickup")

    mail = await house.mail(order_id, "ready_for_pickup")

    assert "Loket" in mail.text
    assert "Kade 1" in mail.text
    assert "Maandag: 09:00–17:00" in mail.text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("9-17", "09:00-17:00"),
        ("09.00 – 17.30", "09:00-17:30"),
        ("9:00-12:00,13:00-18:00", "09:00-12:00, 13:00-18:00"),
        ("9-12 and 13-18", "09:00-12:00, 13:00-18:00"),
        ("", ""),
        ("noon", "noon"),
        ("9-17,", "9-17,"),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, kept: str) -> None:
    assert hours_meant(typed) == kept
