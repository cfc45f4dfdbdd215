"""Settings at the desk: every part saved, refused with its reason, and kept from others' changes."""

import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from db import papers, stores
from desk.staff.settings_parts import PARTS, shown
from orders.mail import MailKind
from orders.rights import Role
from orders.store import PaymentKind, StoreSettings
from tests.desk_visits import at_the_desk, hidden_field
from tests.house import House
from tests.paper_reading import a_png

TOO_LONG = "It must last at least a minute and at most 3650 days."
EACH_LINE = "Each line has a SKU, a space and a whole number, such as “MUG-BLUE 5”"
TOO_LATE = "The reminder must come before the order lapses."


async def settings_of(house: House, store: str) -> StoreSettings:
    async with house.pool.acquire() as connection:
        return await stores.settings(connection, store)


async def form(desk: httpx.AsyncClient, store: str, part: str) -> dict[str, Any]:
    """The form of a part, as a browser would send it back untouched."""
    page = await desk.get(f"/desk/settings/{store}/parts/{part}")
    assert page.status_code == 200, page.text
    fields: dict[str, Any] = {"version": hidden_field(page.text, "version")}
    for path, value in shown(PARTS[part], StoreSettings()).items():
        fields[path] = list(value.ticked) if value.ticked else value.text
        if value.unit:
            fields[f"{path}.unit"] = value.unit
    if part == "look":
        fields["look.name"] = "De Blauwe Mok"
    return fields


async def save(desk: httpx.AsyncClient, store: str, part: str, **changes: Any) -> httpx.Response:
    fields = {**await form(desk, store, part), **{_path(name): value for name, value in changes.items()}}
    return await desk.post(f"/desk/settings/{store}/parts/{part}", data=fields)


def _path(name: str) -> str:
    return name.replace("__", ".")


def problem_of(page: str, field: str) -> str:
    """What stands beside a field."""
    found = re.search(rf'id="{re.escape(field)}-problem">([^<]*)<', page)
    return unescape(found.group(1)) if found else ""


def leaves(model: type[BaseModel], path: str = "") -> list[str]:
    """The path of every setting there is."""
    found = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += leaves(inner, f"{path}{name}.")
        else:
            found.append(f"{path}{name}")
    return found


def test_every_setting_can_be_reached() -> None:
    held = [field.path for part in PARTS.values() for field in part.fields]
    of_dictionaries = [
        *(
            f"policy.payment.{kind}.{name}"
            for kind in PaymentKind
            for name in ("remind_after", "expire_after")
        ),
        *(f"unknown_mails.{kind}" for kind in MailKind),
        *(
            f"{name}.{language}"
            for name in ("how_to_pay", "pickup_instructions")
            for language in ("en", "nl")
        ),
    ]
    missing = [
        path
        for path in leaves(StoreSettings)
        if not any(each == path or each.startswith(f"{path}.") for each in held)
    ]

    assert missing == ["pickup_places"]  # They have pages of their own.
    assert set(of_dictionaries) <= set(held)
    assert len(held) == len(set(held))


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_saved_untouched_changes_nothing(
    house: House, desk: httpx.AsyncClient, store: str, part: str
) -> None:
    before = await settings_of(house, store)

    answer = await save(desk, store, part)

    assert answer.status_code == 303, problem_of(answer.text, "x") or answer.text
    assert await settings_of(house, store) == before


CHANGES: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "look": (
        {"look__address": "Prinsengracht 263\n\n 1016 GV Amsterdam ", "look__colour": "#AA3300"},
        {
            "look": {
                "name": "De Blauwe Mok",
                "address": ["Prinsengracht 263", "1016 GV Amsterdam"],
                "colour": "#aa3300",
            }
        },
    ),
    "languages": (
        {"languages": ["nl"], "language": "nl", "time_zone": "Europe/Brussels", "currency": "USD"},
        {"languages": ["nl"], "language": "nl", "time_zone": "Europe/Brussels", "currency": "USD"},
    ),
    "sender": (
        {
            "reply_to": "ask@mokken.example",
            "shop_addresses": "a@mokken.example\nb@mokken.example",
            "digest_every": "1,5",
            "digest_every__unit": "hours",
        },
        {
            "reply_to": "ask@mokken.example",
            "shop_addresses": ["a@mokken.example", "b@mokken.example"],
            "digest_every": "PT1H30M",
        },
    ),
    "mails": (
        {
            "policy__silent_mails": [str(kind) for kind in MailKind if kind is not MailKind.DELIVERED],
            "unknown_mails__shipped": "send_again",
        },
        {"policy": {"silent_mails": ["delivered"]}, "unknown_mails": {"shipped": "send_again"}},
    ),
    "payment": (
        {
            "how_to_pay__nl": "Maak het over.",
            "policy__payment__online__expire_after": "",
            "policy__ships_unpaid": ["invoice"],
        },
        {
            "how_to_pay": {"nl": "Maak het over."},
            "policy": {
                "payment": {
                    **StoreSettings().model_dump(mode="json")["policy"]["payment"],
                    "online": {"remind_after": "PT4H", "expire_after": None},
                },
                "ships_unpaid": ["invoice"],
            },
        },
    ),
    "deadlines": (
        {"policy__pick_within": "90", "policy__pick_within__unit": "minutes", "policy__may_skip_steps": ""},
        {"policy": {"pick_within": "PT1H30M", "may_skip_steps": False}},
    ),
    "downloads": (
        {"downloads__valid_for": "", "downloads__at_most": "5"},
        {"downloads": {"valid_for": None, "at_most": 5}},
    ),
    "running_low": (
        {"low_limit": "3", "low_limits": "MUG-BLUE 5\r\n\r\n Tea pot, large\t0 \r\n"},
        {"low_limit": 3, "low_limits": {"MUG-BLUE": 5, "Tea pot, large": 0}},
    ),
    "tracking": (
        {
            "tracking_links__name": ["PostNL", ""],
            "tracking_links__text": ["https://postnl.example/{tracking_number}", ""],
        },
        {"tracking_links": {"PostNL": "https://postnl.example/{tracking_number}"}},
    ),
    "pickup": ({"pickup_instructions__en": "Ring twice."}, {"pickup_instructions": {"en": "Ring twice."}}),
}


@pytest.mark.parametrize("part", PARTS)
async def test_what_is_typed_in_a_part_is_kept(
    house: House, desk: httpx.AsyncClient, store: str, part: str
) -> None:
    changes, expected = CHANGES[part]

    answer = await save(desk, store, part, **changes)

    assert answer.status_code == 303, answer.text
    wanted = StoreSettings.model_validate({"look": {"name": "De Blauwe Mok"}, **expected})
    assert await settings_of(house, store) == wanted


@pytest.mark.parametrize(
    ("part", "field", "typed", "said"),
    [
        ("look", "look.name", " ", "It must say something."),
        ("running_low", "low_limit", "few", "It must be a whole number."),
        ("running_low", "low_limit", "1000000001", "It can be at most 1000000000."),
        ("running_low", "low_limits", "MUG 5\nPOT\n", f"{EACH_LINE}; this one has not: “POT”."),
        ("running_low", "low_limits", "MUG -5", f"{EACH_LINE}; this one has not: “MUG -5”."),
        ("running_low", "low_limits", "MUG 5\nMUG 6", "There are two limits for “MUG”."),
        (
            "running_low",
            "low_limits",
            "\n".join(f"MUG-{number} 1" for number in range(501)),
            "It can have at most 500 entries.",
        ),
        ("look", "look.website", "javascript:alert(1)", "Write an address that begins with https://."),
        ("look", "look.address", "\n".join("abcdefg"), "It can have at most 6 entries."),
        ("languages", "languages", [], "There must be at least one language."),
        ("languages", "language", "fr", "It must be one of these: en, nl."),
        ("languages", "time_zone", "Mars/Base", "A time zone is written such as “Europe/Amsterdam”."),
        ("languages", "currency", "euro", "Write three capital letters, such as EUR."),
        ("sender", "mail_from", "a@b\r\nBcc: c@d.nl", "Write a plain address, such as orders@example.com."),
        ("sender", "shop_addresses", "good@a.nl\nbad", "Write a plain address, such as orders@example.com."),
        ("sender", "digest_every", "soon", "It must be a number."),
        ("sender", "digest_every", "NaN", "It must be a number."),
        ("deadlines", "policy.pick_within", "0", TOO_LONG),
        ("deadlines", "policy.pick_within", "999999", TOO_LONG),
        ("deadlines", "policy.pick_within", "-5", TOO_LONG),
        ("deadlines", "policy.pick_within", "99999999999", TOO_LONG),
        ("payment", "policy.payment.online.remind_after", "9999", TOO_LATE),
        ("downloads", "downloads.at_most", "0", "It must be at least 1."),
        ("downloads", "downloads.at_most", "two", "It must be a whole number."),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_beside_its_field_and_nothing_typed_is_lost(
    house: House, desk: httpx.AsyncClient, store: str, part: str, field: str, typed: Any, said: str
) -> None:
    before = await settings_of(house, store)

    answer = await save(desk, store, part, **{field: typed})

    assert answer.status_code == 422
    assert problem_of(answer.text, field.replace(".", "-")) == said
    if isinstance(typed, str) and typed.strip() and field != "language":
        assert typed.strip().replace("\r\n", "\n") in unescape(answer.text)
    assert await settings_of(house, store) == before


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("PostNL", "javascript:alert({tracking_number})", "address that begins with https://"),
        ("PostNL", "https://postnl.example/", "{tracking_number}"),
        ("", "https://postnl.example/{tracking_number}", "must name the carrier"),
    ],
)
async def test_a_tracking_link_that_leads_nowhere_is_refused(
    house: House, desk: httpx.AsyncClient, store: str, name: str, text: str, said: str
) -> None:
    answer = await save(desk, store, "tracking", tracking_links__name=[name], tracking_links__text=[text])

    assert answer.status_code == 422
    assert said in problem_of(answer.text, "tracking_links")
    assert text in unescape(answer.text)


async def test_tracking_links_can_be_tried(house: House, desk: httpx.AsyncClient, store: str) -> None:
    await house.open_store(
        store, tracking_links={"PostNL": "https://postnl.example/{tracking_number}-{country}-{postal_code}"}
    )

    page = await desk.get(f"/desk/settings/{store}/parts/tracking", params={"number": "3S/1"})

    assert 'href="https://postnl.example/3S%2F1-NL-1016GV"' in page.text


async def test_two_people_at_the_same_field_are_shown_each_others_change(house: House, store: str) -> None:
    async with (
        at_the_desk(house, Role.MANAGER, name="Anna") as anna,
        at_the_desk(house, Role.MANAGER, name="Bram", staff_id=f"bram{uuid.uuid4().hex[:6]}") as bram,
    ):
        annas, brams = await form(anna, store, "look"), await form(bram, store, "look")
        path = f"/desk/settings/{store}/parts/look"
        await bram.post(path, data={**brams, "look.name": "Bram his mugs", "look.phone": "020-1"})

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


async def test_what_holds_for_new_orders_only_is_said_to(desk: httpx.AsyncClient, store: str) -> None:
    said = "For new orders"
    pages = {part: (await desk.get(f"/desk/settings/{store}/parts/{part}")).text for part in PARTS}

    assert {part for part, page in pages.items() if said in page} == {"mails", "payment", "deadlines"}


async def test_a_new_store_is_set_up_once(house: House) -> None:
    name = f"new-{uuid.uuid4().hex[:8]}"
    async with at_the_desk(house, Role.ADMIN) as desk:
        first = await desk.post("/desk/settings", data={"store": name, "name": "Mokken"})
        again = await desk.post("/desk/settings", data={"store": name, "name": "Others"})
        odd = await desk.post("/desk/settings", data={"store": "Not A Name", "name": "Mokken"})

    assert (first.status_code, first.headers["location"]) == (303, f"/desk/settings/{name}")
    assert (await settings_of(house, name)).look.name == "Mokken"
    assert again.status_code == odd.status_code == 422
    assert 'value="Not A Name"' in odd.text


async def test_who_works_for_one_store_sees_and_adds_no_other(house: House, store: str) -> None:
    async with at_the_desk(house, Role.MANAGER, stores=(store,)) as desk:
        listed = await desk.get("/desk/settings")
        other = await desk.get("/desk/settings/default")
        added = await desk.post("/desk/settings", data={"store": "mine", "name": "Mine"})

    assert f"/desk/settings/{store}" in listed.text
    assert "/desk/settings/default" not in listed.text
    assert (other.status_code, added.status_code) == (404, 403)


async def test_a_logo_is_taken_shown_and_taken_away(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    path, picture = f"/desk/settings/{store}/logo", a_png(40, 20)

    taken = await desk.post(path, files={"logo": ("logo.png", picture, "image/png")})
    page = await desk.get(f"/desk/settings/{store}/parts/look")
    drawn = await desk.get(path)
    removed = await desk.post(f"{path}/removed")

    assert (taken.status_code, removed.status_code) == (303, 303)
    assert f'src="{path}?' in page.text
    assert (drawn.headers["content-type"], drawn.content) == ("image/png", picture)
    assert (await desk.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg onload='alert(1)'/>", "PNG or JPEG"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 1_200_000, "1024"),
        (b"", "Choose a picture"),
    ],
)
async def test_what_is_no_logo_is_refused_and_the_old_one_stays(
    house: House, desk: httpx.AsyncClient, store: str, content: bytes, said: str
) -> None:
    picture = a_png(40, 20)
    async with house.pool.acquire() as connection:
        await papers.keep_logo(connection, store, picture)

    answer = await desk.post(
        f"/desk/settings/{store}/logo", files={"logo": ("logo.png", content, "image/png")}
    )

    assert answer.status_code == 422
    assert said in problem_of(answer.text, "logo") or said in answer.text
    async with house.pool.acquire() as connection:
        kept = await papers.logo(connection, store)
    assert kept is not None
    assert kept.content == picture


def test_a_duration_is_shown_in_the_largest_unit_it_is_a_whole_number_of() -> None:
    field = next(each for each in PARTS["deadlines"].fields if each.path == "policy.pick_within")

    said = [
        (typed.text, typed.unit)
        for typed in map(
            field.shown,
            (timedelta(days=2), timedelta(hours=36), timedelta(minutes=90), timedelta(seconds=90)),
        )
    ]

    assert said == [("2", "days"), ("36", "hours"), ("90", "minutes"), ("90", "seconds")]
