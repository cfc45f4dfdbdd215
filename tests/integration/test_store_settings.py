"""Settings over the API and the command line: the same rules, and the same audit, as at the desk."""

import json
import uuid
from typing import Any

import httpx
import pytest

from tests.command_line import NO_SYSTEM, run
from tests.house import House

BODY: dict[str, Any] = {"look": {"name": "De Blauwe Mok"}, "pickup_places": [{"name": "Winkel"}]}


@pytest.fixture
def store() -> str:
    return f"shop-{uuid.uuid4().hex[:8]}"


async def put(house: House, store: str, body: Any, **headers: str) -> httpx.Response:
    return await house.http.put(
        f"/v1/stores/{store}/settings", json=body, headers={**house.headers(house.ops), **headers}
    )


async def written_down(house: House, store: str) -> list[tuple[str, dict[str, Any]]]:
    """Who changed this store, and what."""
    query = "SELECT actor, facts FROM audit WHERE subject = $1 AND act = 'settings_changed' ORDER BY number"
    return [(row["actor"], row["facts"]) for row in await house.pool.fetch(query, f"store:{store}")]


async def test_settings_are_put_and_read_back(house: House, store: str) -> None:
    first = await put(house, store, BODY)
    again = await put(house, store, {**BODY, "currency": "USD"})
    read = await house.http.get(f"/v1/stores/{store}/settings", headers=house.headers(house.ops))

    assert (first.status_code, again.status_code) == (201, 200)
    assert read.json() == again.json()
    assert (read.json()["currency"], read.json()["pickup_places"][0]["name"]) == ("USD", "Winkel")


async def test_every_store_is_listed_by_its_id_with_its_name(house: House, store: str) -> None:
    await put(house, store, BODY)
    listed = await house.http.get("/v1/stores", headers=house.headers(house.ops))
    refused = await house.http.get("/v1/stores", headers=house.headers(house.staff))

    assert {"store": store, "name": "De Blauwe Mok"} in listed.json()["stores"]
    assert refused.status_code == 403


async def test_each_change_is_written_down_once(house: House, store: str) -> None:
    await put(house, store, BODY)
    await put(house, store, {**BODY, "currency": "USD"})
    await put(house, store, {**BODY, "currency": "USD"})

    rows = await written_down(house, store)
    assert [set(facts) for _, facts in rows] == [{"look.name", "pickup_places"}, {"currency"}]
    assert rows[1][1] == {"currency": "EUR → USD"}


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"languages": ["nl"], "language": "en"}, "language", "het moet een van de talen van de winkel zijn"),
        ({"time_zone": "Mars/Base"}, "time_zone", "een tijdzone wordt geschreven als “Europe/Amsterdam”"),
        (
            {"digest_every": "PT0S"},
            "digest_every",
            "minstens een minuut",
        ),
        ({"tracking_links": {"X": "ftp://x/"}}, "tracking_links.X", "met https://"),
        ({"pickup_places": [{"name": "A"}, {"name": "a"}]}, "pickup_places.1.name", "al een plek"),
        ({"how_to_pay": {"nl": "a\0b"}}, "how_to_pay.nl", "NUL"),
        ({"tracking_links": {"X\0": "https://x/{tracking_number}"}}, "tracking_links.X\0", "NUL"),
        ({"low_limits": {" MUG": 5}}, "low_limits. MUG", "spatie"),
        ({"low_limits": {"MUG": -1}}, "low_limits.MUG", "minstens 0"),
        ({"low_limit": "5"}, "low_limit", "heel getal"),
        ({"look": {"name": "a\nb"}}, "look.name", "regel"),
        ({"pickup_places": [{"name": "A", "address": ["x\ry"]}]}, "pickup_places.0.address.0", "regel"),
        ({"colour": "red"}, "colour", "dit veld bestaat niet"),
    ],
)
async def test_settings_that_cannot_be_are_refused_by_their_field(
    house: House, store: str, body: dict[str, Any], field: str, said: str
) -> None:
    answer = await put(house, store, body, **{"Accept-Language": "nl"})

    assert answer.status_code == 422
    assert {each["field"]: each["problem"] for each in answer.json()["errors"]}.keys() == {field}
    assert said in answer.json()["errors"][0]["problem"]
    assert not await house.pool.fetchval("SELECT count(*) FROM stores WHERE store = $1", store)


@pytest.mark.parametrize("scope", ["checkout", "staff"])
async def test_only_keys_of_ops_open_settings(house: House, scope: str) -> None:
    headers = house.headers(next(each for each in house.keys if each == scope))

    read = await house.http.get("/v1/stores/default/settings", headers=headers)
    written = await house.http.put("/v1/stores/default/settings", json={}, headers=headers)

    assert (read.status_code, written.status_code) == (403, 403)


async def test_a_store_nobody_set_up_is_not_there(house: House, store: str) -> None:
    answer = await house.http.get(f"/v1/stores/{store}/settings", headers=house.headers(house.ops))

    assert answer.status_code == 404


async def test_the_command_line_keeps_the_same_rules_and_the_same_audit(house: House, store: str) -> None:
    environment = {**NO_SYSTEM, **house.environment()}

    kept = await run("stores", "set", store, "-", environment=environment, given=json.dumps(BODY))
    wrong = await run(
        "stores", "set", store, "-", environment=environment, given='{"time_zone": "Mars/Base"}'
    )

    assert (kept.code, wrong.code == 0) == (0, False)
    assert "time_zone" in wrong.err
    ((actor, facts),) = await written_down(house, store)
    assert actor.startswith("cli:")
    assert facts["look.name"] == "Pakhuis → De Blauwe Mok"
