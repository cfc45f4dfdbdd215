"""The command line as people and scripts use it: real processes on the real servers."""

import asyncio
import json
import signal
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from embedded.demo_samples import FOLDER
from embedded.ports import free_port
from tests.command_line import NO_SYSTEM, run, start
from tests.house import House, open_house
from tests.sample_orders import an_order


@pytest.fixture
def nothing_set(tmp_path: Path) -> dict[str, str]:
    """An environment that says nothing of any system."""
    return NO_SYSTEM | {"PAKHUIS_HOME": str(tmp_path)}


@pytest.fixture
def environment(house: House, nothing_set: dict[str, str]) -> dict[str, str]:
    """The environment of the house."""
    return nothing_set | environment_of(house)


def environment_of(house: House) -> dict[str, str]:
    return house.environment() | {"PAKHUIS_PUBLIC_URL": "http://127.0.0.1:8080"}


async def test_an_order_goes_from_a_file_to_the_carrier(
    house: House, environment: dict[str, str], tmp_path: Path
) -> None:
    body = an_order()
    order_id = body["order_id"]
    file = tmp_path / "order.json"
    file.write_text(json.dumps(body))

    placed = await run("place", str(file), environment=environment)
    again = await run("place", "-", "--json", environment=environment, given=file.read_text())
    paid = await run("send", order_id, "payment", "--status", "paid", environment=environment)
    packed = ("send", order_id, "packed", "--parcel", "1", "--line", "1=2", "--weight-grams", "780")
    first = await run(*packed, "--command-id", "pack-1", environment=environment)
    second = await run(*packed, "--command-id", "pack-1", "--json", environment=environment)
    label = '{"parcel": "1", "tracking_number": "3SCLI"}'
    shipped = await run("send", order_id, "shipped", "--json", label, environment=environment)
    shown = await run("show", order_id, "--json", environment=environment)
    table = await run("show", order_id, environment=environment)

    assert [each.code for each in (placed, again, paid, first, second, shipped, shown, table)] == [0] * 8
    assert again.json["orders"][0]["outcome"] == "known"
    assert second.json["order"]["parcels"][0]["weight_grams"] == 780
    assert (shown.json["fulfillment_status"], shown.json["open"]) == ("SHIPPED", False)
    assert shown.json["parcels"][0]["tracking_number"] == "3SCLI"
    assert "Parcel 1 handed over, 3SCLI" in table.out
    assert [each.err for each in (placed, paid, shipped, table)] == [""] * 4


async def test_a_file_of_many_says_what_became_of_each_and_fails_if_any_was_refused(
    environment: dict[str, str], tmp_path: Path
) -> None:
    good, bad = an_order(), {**an_order(), "currency": "euro"}
    file = tmp_path / "orders.json"
    file.write_text(json.dumps([good, bad]))

    ran = await run("place", str(file), "--json", environment=environment)

    assert ran.code == 1
    assert [each["outcome"] for each in ran.json["orders"]] == ["new", "refused"]
    assert "currency" in ran.json["orders"][1]["detail"]


async def test_an_export_of_ecwid_is_placed(environment: dict[str, str]) -> None:
    files = [str(FOLDER / f"{name}.json") for name in ("bank-transfer", "delivered")]

    ran = await run("place", *files, "--format", "ecwid", "--json", environment=environment)

    assert ran.code == 0
    assert [each["order_id"] for each in ran.json["orders"]] == ["VT8BT", "VS9DL"]


async def test_a_list_is_filtered_and_paged(house: House, environment: dict[str, str]) -> None:
    bodies = [an_order(customer={"name": "Lijstenmaker", "email": "l@example.com"}) for _ in range(3)]
    for body in bodies:
        await house.placed(body)
    words = ("list", "--search", "lijstenmaker", "--payment-status", "awaiting_payment", "--open")

    page = await run(*words, "--limit", "2", "--json", environment=environment)
    rest = await run(*words, "--limit", "2", "--cursor", page.json["next"], "--json", environment=environment)
    everything = await run(*words, "--limit", "1", "--all", environment=environment)
    none = await run(*words, "--fulfillment-status", "shipped", "--json", environment=environment)

    ids = [body["order_id"] for body in reversed(bodies)]
    assert [row["order_id"] for row in page.json["orders"] + rest.json["orders"]] == ids
    assert [order_id in everything.out for order_id in ids] == [True] * 3
    assert none.json == {"orders": [], "next": None}


async def test_a_list_shows_a_queue_of_the_desk_and_names_them_where_it_is_unknown(
    house: House, environment: dict[str, str]
) -> None:
    store = f"queue-{uuid.uuid4().hex[:8]}"
    await house.open_store(store, look={"name": store})
    paid = [await house.paid(an_order(store=store)) for _ in range(2)]
    unpaid = await house.placed(an_order(store=store))
    words = ("list", "--store", store, "--oldest-first", "--json")

    to_pick = await run(*words, "--queue", "to_pick", environment=environment)
    to_be_paid = await run(*words, "--queue", "unpaid", environment=environment)
    wrong = await run(*words, "--queue", "to_eat", environment=environment)

    assert [row["order_id"] for row in to_pick.json["orders"]] == paid
    assert [row["order_id"] for row in to_be_paid.json["orders"]] == [unpaid]
    assert wrong.code == 1
    assert "to_hand_over" in wrong.err


async def test_a_refused_command_is_a_sentence_on_stderr_in_the_readers_language(
    house: House, environment: dict[str, str]
) -> None:
    order_id = await house.placed(an_order())

    english = await run("send", order_id, "picked", environment=environment)
    dutch = await run("--language", "nl", "send", order_id, "picked", environment=environment)
    locale = await run("send", order_id, "picked", environment=environment | {"LC_ALL": "nl_NL.UTF-8"})

    assert [each.code for each in (english, dutch, locale)] == [1, 1, 1]
    assert (english.out, len(english.err.splitlines())) == ("", 1)
    assert dutch.err == locale.err != english.err


async def test_a_watcher_sees_what_happens_until_the_order_has_ended(
    house: House, environment: dict[str, str]
) -> None:
    order_id = await house.paid(an_order())
    watcher = await start("watch", order_id, "--json", environment=environment)
    assert watcher.stdout is not None
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(30):
        while "payment" not in [each["kind"] for each in seen]:
            seen.append(json.loads(await watcher.stdout.readline()))
        await house.done(order_id, "cancel", reason="changed_mind")
        await house.done(order_id, "payment", status="refunded")
        seen += [json.loads(line) async for line in watcher.stdout]
        code = await watcher.wait()

    assert code == 0
    assert [each["kind"] for each in seen] == ["placed", "payment", "cancel", "payment", "ended"]
    assert (seen[-1]["payment_status"], seen[-1]["ended"]) == ("REFUNDED", True)


async def test_a_command_is_kept_while_the_workers_are_away(
    postgres_url: str, servers_folder: Path, nothing_set: dict[str, str], tmp_path: Path, house: House
) -> None:
    (tmp_path / "quiet").mkdir()
    nobody = f"nobody-{free_port()}"
    async with open_house(
        postgres_url, house.temporal_address, tmp_path / "quiet", task_queue=nobody, works=False
    ) as quiet:
        order_id = await quiet.placed(an_order())
        away = nothing_set | environment_of(quiet) | {"TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}"}

        words = ("send", order_id, "payment", "--status", "paid", "--wait", "0.2", "--command-id", "pay-1")
        ran = await run(*words, environment=away)

        kept = await quiet.pool.fetchval("SELECT command_id FROM commands WHERE order_id = $1", order_id)

    assert ran.code == 3
    assert "pay-1" in ran.out
    assert kept == "pay-1"


async def test_a_key_opens_the_door_until_it_is_revoked(house: House, environment: dict[str, str]) -> None:
    made = await run("keys", "add", "staff", "staff:cli", "--json", environment=environment)
    key = {"Authorization": f"Bearer {made.json['key']}"}
    before = await house.http.get("/v1/orders", headers=key)
    listed = await run("keys", "list", environment=environment)
    ended = await run("keys", "revoke", "staff:cli", environment=environment)
    nobody = await run("keys", "revoke", "staff:cli", environment=environment)
    unknown = await run("keys", "add", "boss", "staff:cli", environment=environment)
    revoked = await house.pool.fetchval("SELECT revoked_at FROM api_keys WHERE actor = 'staff:cli'")

    assert before.status_code == 200
    assert "staff:cli" in listed.out
    assert made.json["key"] not in listed.out
    assert [each.code for each in (ended, nobody, unknown)] == [0, 1, 1]
    assert revoked is not None


async def test_a_store_is_set_up_from_what_another_shows(environment: dict[str, str]) -> None:
    shown = await run("stores", "show", "default", environment=environment)
    settings = shown.json | {"currency": "USD"}
    kept = await run("stores", "set", "tweede", "-", environment=environment, given=json.dumps(settings))
    again = await run("stores", "show", "tweede", environment=environment)
    wrong = await run("stores", "set", "tweede", "-", environment=environment, given='{"colour": "red"}')
    listed = await run("stores", "list", "--json", environment=environment)

    assert (kept.code, again.json) == (0, settings)
    assert wrong.code == 1
    assert "colour" in wrong.err
    assert listed.json["tweede"]["currency"] == "USD"


@pytest.fixture
async def empty_database(postgres_url: str, tmp_path: Path) -> AsyncIterator[str]:
    name = f"empty_{free_port()}"
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(f"CREATE DATABASE {name}")
    yield postgres_url.rsplit("/", 1)[0] + f"/{name}"
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def test_a_database_is_migrated_once_and_says_so_before(
    empty_database: str, environment: dict[str, str]
) -> None:
    fresh = environment | {"PAKHUIS_DATABASE_URL": empty_database}
    before = await run("list", environment=fresh)
    doctor = await run("doctor", "--json", environment=fresh)
    first = await run("migrate", "--json", environment=fresh)
    second = await run("migrate", "--json", environment=fresh)
    after = await run("list", "--json", environment=fresh)

    assert before.code == 1
    assert "pakhuis migrate" in before.err
    assert [each["check"] for each in doctor.json["checks"] if each["state"] == "wrong"] == [
        "migrations",
        "durability",  # The database of the tests is not meant to outlive a crash.
    ]
    assert first.json["migrations"]
    assert second.json == {"migrations": [], "search_attributes": []}
    assert after.json == {"orders": [], "next": None}


async def test_the_doctor_names_what_is_wrong_and_what_to_do(environment: dict[str, str]) -> None:
    gone = f"127.0.0.1:{free_port()}"
    ill = environment | {
        "PAKHUIS_DATABASE_URL": f"postgresql://{gone}/pakhuis",
        "PAKHUIS_SMTP_URL": f"smtp://{gone}",
        "PAKHUIS_FILES": "/nowhere/at/all",
        "PAKHUIS_SECRET_KEY": "too short",
        "TEMPORAL_ADDRESS": gone,
    }

    ran = await run("doctor", "--json", environment=ill)
    table = await run("doctor", environment=ill)

    states = {each["check"]: each["state"] for each in ran.json["checks"]}
    assert (ran.code, ran.json["well"]) == (1, False)
    assert {check for check, state in states.items() if state == "wrong"} == {
        "settings", "secret_key", "files", "postgres", "temporal", "smtp"
    }  # fmt: skip
    assert table.code == 1
    assert "/nowhere/at/all cannot be read" in table.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("list",), 2, "PAKHUIS_DATABASE_URL"),
        (("show", "K8XTQ"), 2, "PAKHUIS_DATABASE_URL"),
        (("serve",), 2, "PAKHUIS_SECRET_KEY"),
        (("worker",), 2, "PAKHUIS_DATABASE_URL"),
        (("doctor",), 1, ""),
        (("up", "--ports", "7"), 1, "auto"),
        (("place", "/nowhere.json"), 1, "/nowhere.json"),
        (("send", "K8XTQ", "eaten"), 1, "picked"),
    ],
)
async def test_without_a_system_every_command_says_what_is_missing(
    nothing_set: dict[str, str], words: tuple[str, ...], code: int, said: str
) -> None:
    ran = await run(*words, environment=nothing_set)

    assert ran.code == code
    assert said in ran.err


async def test_a_database_that_is_away_is_one_sentence(nothing_set: dict[str, str]) -> None:
    gone = f"postgresql://127.0.0.1:{free_port()}/pakhuis"

    ran = await run("list", environment=nothing_set | {"PAKHUIS_DATABASE_URL": gone})

    assert (ran.code, ran.out) == (1, "")
    assert "The database cannot be reached" in ran.err


async def test_a_port_that_is_taken_is_one_sentence(house: House, environment: dict[str, str]) -> None:
    port = str(house.mailbox.smtp_port)

    ran = await run("serve", "--port", port, environment=environment)

    assert ran.code == 1
    assert f"127.0.0.1:{port}" in ran.err


async def test_the_api_is_served_until_it_is_asked_to_stop(environment: dict[str, str]) -> None:
    import httpx

    port = free_port()
    server = await start("serve", "--port", str(port), environment=environment)
    deadline = asyncio.get_running_loop().time() + 30
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as browser:
        while True:
            try:
                ready = await browser.get("/readyz")
                break
            except httpx.TransportError:
                assert asyncio.get_running_loop().time() < deadline
                await asyncio.sleep(0.05)
        page = await browser.get("/o/unknown")
    server.send_signal(signal.SIGTERM)
    async with asyncio.timeout(15):
        code = await server.wait()

    assert ready.json() == {"status": "ready"}
    assert page.status_code == 404
    assert "text/html" in page.headers["content-type"]
    assert code == 0
