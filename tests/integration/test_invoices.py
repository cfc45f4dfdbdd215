"""Invoices: numbers without a gap, one for each order, and the same bytes ever after."""

import asyncio
import hashlib
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from db import papers
from db.papers import Drawn, Issued, Wish
from db.vault import CannotOpen, Vault
from tests.house import House
from tests.paper_reading import words_of
from tests.sample_orders import BOOK, MUG, an_order
from tests.scenes import of

AT = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
NUMBER = re.compile(r"Factuurnummer (\S+)")


async def a_store(house: House, **settings: Any) -> str:
    """A store of its own, whose numbers begin at 1."""
    store = f"s{uuid.uuid4().hex[:8]}"
    await house.open_store(store, **settings)
    return store


async def invoice(house: House, order_id: str) -> httpx.Response:
    return await house.http.get(f"/v1/orders/{order_id}/papers/invoice", headers=house.headers(house.staff))


def number(answer: httpx.Response) -> str:
    assert answer.status_code == HTTPStatus.OK, answer.text
    return str(NUMBER.findall(words_of(answer.content)[0])[0])


def this_year() -> int:
    return datetime.now(UTC).year


async def kept(house: House, store: str) -> list[tuple[int, int]]:
    rows = await house.pool.fetch(
        "SELECT year, number FROM invoices WHERE store = $1 ORDER BY year, number", store
    )
    return [(row["year"], row["number"]) for row in rows]


async def issue(
    house: House,
    store: str,
    order_id: str,
    draw: Callable[[str], Any] | None = None,
    *,
    year: int = 2026,
    kind: papers.InvoiceKind = "invoice",
) -> Issued:
    async def drawn(number: str) -> Drawn:
        return Drawn(f"invoice {number} of {order_id}".encode(), 1, False)

    wish = Wish(store, order_id, year, AT, "staff:anna", "nl", kind)
    async with house.pool.acquire() as connection:
        return await papers.issue(connection, house.vault, wish, draw or drawn)


async def test_an_invoice_is_issued_once_and_is_the_same_to_the_byte_ever_after(house: House) -> None:
    store = await a_store(house, look={"name": "Eerst"})
    order_id = await house.paid(an_order(store=store))

    first = await invoice(house, order_id)
    await house.open_store(store, look={"name": "Later anders"})
    await house.done(order_id, "shipped")
    again = await invoice(house, order_id)

    assert number(first) == f"{this_year()}-00001"
    assert again.content == first.content
    row = await house.pool.fetchrow("SELECT * FROM invoices WHERE order_id = $1", order_id)
    assert row is not None
    assert row["sha256"] == hashlib.sha256(first.content).digest()
    assert row["issued_by"] == "staff:test"


@pytest.mark.parametrize(("kind", "asks"), [("offline", True), ("online", False)])
async def test_only_who_pays_by_hand_is_told_on_the_invoice_how(house: House, kind: str, asks: bool) -> None:
    store = await a_store(house, how_to_pay={"nl": "Maak het over naar NL00BANK."})
    body = an_order(store=store)
    order_id = await house.placed(body | {"payment": body["payment"] | {"kind": kind}})

    read = " ".join(words_of((await invoice(house, order_id)).content))

    assert ("NL00BANK" in read) is asks


async def test_asked_for_fifty_times_at_once_there_is_one_invoice(house: House) -> None:
    store = await a_store(house)
    order_id = await house.paid(an_order(store=store))

    answers = await asyncio.gather(*(invoice(house, order_id) for _ in range(50)))

    assert {answer.status_code for answer in answers} <= {HTTPStatus.OK}
    assert len({answer.content for answer in answers}) == 1
    assert await kept(house, store) == [(this_year(), 1)]


async def test_fifty_processes_at_once_make_one_invoice(house: House) -> None:
    store = await a_store(house)
    order_id = await house.paid(an_order(store=store))

    drawn = []

    async def draw(number: str) -> Drawn:
        drawn.append(number)
        return Drawn(number.encode(), 1, False)

    issued = await asyncio.gather(*(issue(house, store, order_id, draw) for _ in range(50)))

    assert drawn == ["2026-00001"]
    assert {each.number for each in issued} == {"2026-00001"}
    assert await kept(house, store) == [(2026, 1)]


async def test_orders_invoiced_at_once_get_numbers_that_follow_each_other(house: House) -> None:
    store = await a_store(house)
    orders = [await house.paid(an_order(store=store)) for _ in range(8)]

    answers = await asyncio.gather(*(invoice(house, order_id) for order_id in orders))

    assert sorted(number(each) for each in answers) == [f"{this_year()}-{n:05d}" for n in range(1, 9)]


async def test_an_invoice_that_fails_leaves_no_gap(house: House) -> None:
    store = await a_store(house)
    first, second, third = [await house.paid(an_order(store=store)) for _ in range(3)]

    async def fails(number: str) -> Drawn:
        raise RuntimeError(f"no paper for {number}")

    await issue(house, store, first)
    with pytest.raises(RuntimeError, match="2026-00002"):
        await issue(house, store, second, fails)
    issued = await issue(house, store, third)

    assert issued.number == "2026-00002"
    assert (await issue(house, store, second)).number == "2026-00003"


async def test_every_store_year_and_kind_counts_by_itself(house: House) -> None:
    store, other = await a_store(house), await a_store(house)
    first, second, third = [await house.paid(an_order(store=store)) for _ in range(3)]
    elsewhere = await house.paid(an_order(store=other))

    numbers = [
        (await issue(house, store, first)).number,
        (await issue(house, store, second, year=2027)).number,
        (await issue(house, store, third)).number,
        (await issue(house, other, elsewhere)).number,
        (await issue(house, store, first, kind="credit_note")).number,
        (await issue(house, store, first, kind="credit_note")).number,
    ]

    assert numbers == ["2026-00001", "2027-00001", "2026-00002", "2026-00001", "C2026-00001", "C2026-00002"]


async def test_asked_for_at_the_turn_of_the_year_an_order_still_has_one_invoice(house: House) -> None:
    store = await a_store(house)
    order_id = await house.paid(an_order(store=store))
    drawing, may_go_on = asyncio.Event(), asyncio.Event()

    async def slowly(number: str) -> Drawn:
        drawing.set()
        await may_go_on.wait()
        return Drawn(number.encode(), 1, False)

    old = asyncio.create_task(issue(house, store, order_id, slowly))
    await drawing.wait()
    new = await issue(house, store, order_id, year=2027)
    may_go_on.set()

    assert (await old).number == new.number == "2027-00001"
    assert (await issue(house, store, await house.paid(an_order(store=store)))).number == "2026-00001"


async def test_an_invoice_lies_sealed_and_opens_in_its_own_place_alone(house: House) -> None:
    store = await a_store(house)
    first, second = [await house.paid(an_order(store=store)) for _ in range(2)]
    await invoice(house, first)
    await invoice(house, second)
    await house.pool.execute(
        "UPDATE invoices SET content_sealed = (SELECT content_sealed FROM invoices WHERE order_id = $1)"
        " WHERE order_id = $2",
        first,
        second,
    )

    async with house.pool.acquire() as connection:
        with pytest.raises(CannotOpen):
            await papers.issued(connection, house.vault, store, second)
        with pytest.raises(CannotOpen):
            await papers.issued(connection, Vault("another-secret-key-of-at-least-32"), store, first)
    sealed = await house.pool.fetchval("SELECT content_sealed FROM invoices WHERE order_id = $1", first)
    assert b"%PDF" not in sealed


async def test_an_invoice_shows_the_money_as_it_stands(house: House) -> None:
    store = await a_store(house, look={"name": "Winkel", "tax_number": "NL001234567B01"})
    line = {**MUG, "quantity": 3, "unit_price": "10.00"}
    totals = {
        "items": "30.00",
        "shipping": "4.95",
        "discount": "2.00",
        "tax": "5.72",
        "tax_included": True,
        "total": "32.95",
    }
    order_id = await house.paid(an_order(line, store=store, totals=totals))

    (page,) = words_of((await invoice(house, order_id)).content)

    for said in (
        "Artikelen € 30,00",
        "Verzendkosten € 4,95",
        "Korting € -2,00",
        "Totaal € 32,95",
        "Btw in het totaal € 5,72",
        "Betaald € 32,95",
        "Nog te betalen € 0,00",
        "Btw-nummer NL001234567B01",
    ):
        assert said in page


async def test_tax_that_was_added_stands_above_the_total(house: House) -> None:
    totals = {"items": "25.00", "shipping": "4.95", "tax": "6.29", "total": "36.24"}
    order_id = await house.placed(an_order(totals=totals))

    (page,) = words_of((await invoice(house, order_id)).content)

    assert page.index("Btw € 6,29") < page.index("Totaal € 36,24")
    assert "Btw in het totaal" not in page


async def test_what_was_cancelled_before_is_taken_off(house: House) -> None:
    order_id = await house.paid(an_order({**MUG, "quantity": 2}))
    await house.done(order_id, "cancel", lines=of("1", 1), reason="customer asked")

    (page,) = words_of((await invoice(house, order_id)).content)

    assert "1 daarvan geannuleerd" in page
    assert "Geannuleerd € -12,50" in page
    assert "Totaal € 17,45" in page


async def test_a_cancelled_order_gets_no_invoice_and_keeps_the_one_it_has(house: House) -> None:
    invoiced, not_invoiced = [await house.paid(an_order()) for _ in range(2)]
    before = await invoice(house, invoiced)
    for order_id in (invoiced, not_invoiced):
        await house.done(order_id, "cancel", reason="customer asked")

    refused = await invoice(house, not_invoiced)

    assert refused.status_code == HTTPStatus.CONFLICT
    assert "cancelled" in refused.json()["detail"]
    assert (await invoice(house, invoiced)).content == before.content


async def test_downloads_are_invoiced_too(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))

    assert "E-boek" in words_of((await invoice(house, order_id)).content)[0]


async def test_many_invoices_are_one_print_in_list_order_and_a_refusal_issues_none(house: House) -> None:
    store = await a_store(house)
    first, second, third = [await house.paid(an_order(store=store)) for _ in range(3)]
    await house.done(third, "cancel", reason="customer asked")

    async def together(*orders: str, **more: Any) -> httpx.Response:
        body = {"kind": "invoice", "orders": [{"order_id": each} for each in orders], **more}
        return await house.http.post("/v1/papers", json=body, headers=house.headers(house.staff))

    refused = await together(second, third, first)
    assert await kept(house, store) == []
    answer = await together(second, third, first, leave_out=True)

    assert refused.status_code == HTTPStatus.CONFLICT
    assert [NUMBER.findall(page)[0] for page in words_of(answer.content)] == [
        f"{this_year()}-00001",
        f"{this_year()}-00002",
    ]
    assert second[-4:] in words_of(answer.content)[0]
    assert answer.headers["pakhuis-left-out"] == f"{store}/{third}"
