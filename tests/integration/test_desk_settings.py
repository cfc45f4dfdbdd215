"""Settings at the desk: every part saved, or refused with its reason."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from desk.staff.settings_parts import PARTS
from orders.mail import MailKind
from orders.rights import Role
from orders.store import PaymentKind, StoreSettings
from tests.desk_visits import at_the_desk
from tests.house import House
from tests.settings_visits import problem_of, save, settings_of

TOO_LONG = "It must last at least a minute and at most 3650 days."
EACH_LINE = "Each line has a SKU, a space and a whole number, such as “MUG-BLUE 5”"
TOO_LATE = "The reminder must come before the order lapses."


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


async def test_five_hundred_limits_of_long_skus_fit_in_the_form_and_crowd_nothing_out_of_the_audit(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    limits = "\n".join(f"{'É' * 40}-{n:03} 7" for n in range(500))

    answer = await save(desk, store, "running_low", low_limits=limits, low_limit="2")

    kept = await settings_of(house, store)
    facts = await house.pool.fetchval("SELECT facts FROM audit WHERE subject = $1", f"store:{store}")
    assert answer.status_code == 303
    assert len(kept.low_limits) == 500
    assert facts["low_limit"] == "– → 2"
    assert facts["…"] == "+ 462"
