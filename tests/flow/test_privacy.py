"""Nothing of a person, and no secret, in Temporal or in a log; planted words are looked for in both."""

import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.flow.record_histories import HISTORIES
from tests.house import House
from tests.kept_histories import all_of, decoded
from tests.sample_orders import BOOK, CARD, MUG, an_order

PLANTED = {
    "name": "Quirijn Vlasblom-Kanarie",
    "mail": "quirijn.kanarie@example.com",
    "phone": "+31687654321",
    "street": "Kanariesteeg 17",
    "city": "Vogelenzang",
    "postal code": "9753 XK",
    "company": "Vlasblom Kanaries BV",
    "comment": "Bel alsjeblieft niet aan, de kanarie slaapt",
    "note": "Klant is de zwager van Truus",
    "hold": "Kanarie zit nog in de kooi",
    "cancel": "Truus heeft zich bedacht over de kooi",
    "failure": "Hond van de buren vrat het briefje",
    "resolve": "geen",
    "product": "Zingende kanarie met naamplaatje Quirijn",
}


def planted_order(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = an_order(*lines, comment=PLANTED["comment"], staff_note=PLANTED["note"], **more)
    body["customer"] = {"name": PLANTED["name"], "email": PLANTED["mail"], "phone": PLANTED["phone"]}
    for line in body["lines"]:
        line["name"] = PLANTED["product"]
    if "shipping_address" in body:
        body["shipping_address"] = {
            "name": PLANTED["name"],
            "company": PLANTED["company"],
            "lines": [PLANTED["street"]],
            "postal_code": PLANTED["postal code"],
            "city": PLANTED["city"],
            "country": "NL",
        }
        body["billing_address"] = dict(body["shipping_address"])
    return body


def found_in(text: str, words: dict[str, str]) -> list[str]:
    """Which of these words stand in the text, also where JSON wrote them with escapes."""
    forms = (text, text.encode().decode("unicode_escape", "replace"), text.casefold())
    return [
        name
        for name, word in words.items()
        if any(word in form or word.casefold() in form.casefold() for form in forms)
    ]


@asynccontextmanager
async def broken(house: House, table: str, condition: str) -> AsyncIterator[None]:
    """With a table that refuses some rows: PostgreSQL's complaint then quotes the whole row."""
    await house.pool.execute(f"ALTER TABLE {table} ADD CONSTRAINT planted CHECK ({condition}) NOT VALID")
    try:
        yield
    finally:
        await house.pool.execute(f"ALTER TABLE {table} DROP CONSTRAINT planted")


async def walk(house: House) -> tuple[list[str], dict[str, str]]:
    """Orders on every path where people and secrets come by; their ids, and the secrets that were made."""
    mixed = await house.paid(planted_order(MUG, BOOK, CARD))
    downloads = await house.mail(mixed, "downloads")
    card = await house.mail(mixed, "gift_card")
    await house.done(mixed, "hold", reason=PLANTED["hold"])
    await house.refused(mixed, "shipped")
    await house.done(mixed, "release", reason=PLANTED["hold"])
    await house.done(mixed, "reissue", line_id="2")
    await house.done(mixed, "cancel", reason=PLANTED["cancel"])

    pickup = await house.paid(planted_order(method="pickup"))
    await house.done(pickup, "ready_for_pickup")
    code = re.findall(r"\b\d{6}\b", (await house.mail(pickup, "ready_for_pickup")).text)[0]
    await house.refused(pickup, "collected", code="000000" if code != "000000" else "111111")
    await house.done(pickup, "collected", code=code)

    local = await house.paid(planted_order(method="local_delivery"))
    await house.done(local, "out_for_delivery")
    await house.done(local, "delivery_failed", reason=PLANTED["failure"])

    secrets = {
        "download token": re.findall(r"/d/([A-Za-z0-9_-]{20,})", downloads.text)[0],
        "gift card": re.findall(r"\b(?:[0-9A-Z]{5}-){4}[0-9A-Z]{6}\b", card.text)[0],
        "page token": re.findall(r"/o/([A-Za-z0-9_-]{20,})", downloads.html)[0],
        "pickup code": f'"{code}"',
    }
    secrets["bare gift card"] = secrets["gift card"].replace("-", "")
    for path in (f"/d/{secrets['download token']}", f"/o/{secrets['page token']}"):
        await house.http.get(path, params={"plain": "1"})
    return [mixed, pickup, local], secrets


async def test_nothing_planted_is_found_in_temporal_or_in_a_log(house: House, log_lines: list[str]) -> None:
    order_ids, secrets = await walk(house)
    words = PLANTED | secrets
    del words["resolve"]

    for order_id in order_ids:
        assert found_in(await all_of(house, order_id), words) == []
    assert found_in("\n".join(log_lines), words) == []
    assert any('"event": "request"' in line for line in log_lines)


async def test_what_a_failing_step_quotes_is_kept_from_temporal_and_from_the_log(
    house: House, log_lines: list[str]
) -> None:
    body = planted_order()
    async with broken(house, "mails", f"order_id <> '{body['order_id']}' OR attempt < 1"):
        order_id = await house.placed(body)
        await house.until(order_id, lambda _: any("step failed" in line for line in log_lines))
    async with broken(house, "orders", f"order_id <> '{order_id}' OR sequence < 2"):
        log_lines.clear()
        await house.signal(order_id, "payment", {"status": "paid"})
        await house.until(order_id, lambda _: any("step failed" in line for line in log_lines))
        during = await all_of(house, order_id)
    await house.until(order_id, lambda order: order["payment_status"] == "PAID")
    await house.mail(order_id, "order_received", 20)

    assert found_in(during, PLANTED) == []
    told = await all_of(house, order_id)
    assert "CheckViolationError" in told
    assert found_in(told, PLANTED) == []
    assert found_in("\n".join(log_lines), PLANTED) == []


async def test_what_a_failing_request_quotes_is_kept_from_the_log_and_the_answer(
    house: House, log_lines: list[str]
) -> None:
    body = planted_order()
    async with broken(house, "orders", f"order_id <> '{body['order_id']}'"):
        answer = await house.place(body)

    assert answer.status_code == 500
    assert answer.json()["request_id"] in answer.json()["detail"]
    assert found_in(answer.text, PLANTED) == []
    assert found_in("\n".join(log_lines), PLANTED) == []
    assert any("CheckViolationError" in line for line in log_lines)


async def test_what_a_relay_says_of_an_address_is_kept_from_temporal_and_from_the_log(
    house: House, log_lines: list[str]
) -> None:
    house.mailbox.refusal = lambda sender, recipients: f"550 5.1.1 {recipients[0]} is not known here"
    try:
        order_id = await house.placed(planted_order())
        await house.until(order_id, lambda order: order["attention"])
    finally:
        house.mailbox.refusal = lambda sender, recipients: None

    assert found_in(await all_of(house, order_id), PLANTED) == []
    assert found_in("\n".join(log_lines), PLANTED) == []


async def test_the_search_would_find_what_is_there(house: House, log_lines: list[str]) -> None:
    order_id = await house.paid(an_order())
    await house.signal(order_id, "hold", {"reason": PLANTED["hold"]})
    await house.until(order_id, lambda order: order["holds"])
    logging.getLogger("pakhuis.test").warning("seen", extra={"who": PLANTED["name"]})

    assert found_in(await all_of(house, order_id), PLANTED) == ["hold"]
    assert found_in("\n".join(log_lines), PLANTED) == ["name"]


@pytest.mark.parametrize("file", sorted(HISTORIES.glob("*.json")), ids=lambda file: file.stem)
def test_no_kept_history_holds_anything_of_the_people_in_the_samples(file: Any) -> None:
    text = json.dumps(decoded(json.loads(file.read_text())))

    assert found_in(text, {word: word for word in ("Sanne", "Vries", "@example.com", "Prinsengracht")}) == []
