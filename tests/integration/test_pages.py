"""The customer's order page, and what all customers' pages share."""

import re
from pathlib import Path

import httpx
import pytest

from db import gift_cards, pickup_codes
from orders.store import StoreSettings
from tests.customer_pages import (
    LOOK,
    PAID,
    SETTINGS,
    Words,
    a_book,
    expire,
    is_kept_secret,
    issue,
    link_of,
    page_of,
    tokens,
)
from tests.digital import EBOOK, GIFT_CARDS, MUGS, Shop, an_order


async def test_the_order_page_shows_what_was_bought_and_where_it_stands(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    order = an_order(MUGS, EBOOK, GIFT_CARDS, method="shipping", payment=PAID)
    await issue(shop, folder, await shop.keep(order))
    await shop.tell(order, type="packed", lines=[{"line_id": "mug", "quantity": 1}])
    await shop.tell(order, type="shipped", carrier="PostNL", tracking_number="3SDEVC1")

    response = await http.get(page_of(shop, order))

    words = Words(response.text)
    assert response.status_code == 200
    assert is_kept_secret(response)
    for text in (
        f"Bestelling #{order.number}",
        "Een deel van je bestelling is onderweg",
        "meegegeven aan de bezorgdienst",
        "1 × Blauwe mok",
        "Komt nog",
        "3SDEVC1",
        "Kleur: blauw",
        "2 × € 12,50",
        "€ 109,00",
        "ebook-1.epub",
        "Je cadeaubonnen",
        "Betaald € 109,00",
        "Prinsengracht 1",
    ):
        assert text in words.text.replace("\u00a0", " "), text
    assert "https://track.example/3SDEVC1" in words.links
    assert [each for each in words.links if each.startswith("/d/")] == [
        f"/d/{token}" for token in await tokens(shop, order)
    ]


async def test_the_order_page_does_not_say_who_the_customer_is_or_where(
    http: httpx.AsyncClient, shop: Shop
) -> None:
    order = await shop.keep(an_order(GIFT_CARDS, MUGS, method="shipping", payment=PAID))

    html = (await http.get(page_of(shop, order))).text

    for secret in ("Sanne", "sanne@example.com", "Prinsengracht 263", "1016 GV"):
        assert secret not in html


async def test_codes_of_gift_cards_are_there_once_paid_and_only_after_a_click(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    order = await shop.keep(an_order(GIFT_CARDS, locale="en"))
    before = Words((await http.get(page_of(shop, order))).text)
    await shop.tell(order, type="payment", status="paid", amount="75.00", currency="EUR")
    await issue(shop, folder, order)
    async with shop.pool.acquire() as connection:
        cards = await gift_cards.codes(connection, shop.vault, order.store, order.order_id)

    page = await http.get(page_of(shop, order))
    await shop.tell(order, type="payment", status="refunded", amount="75.00", currency="EUR")
    refunded = (await http.get(page_of(shop, order))).text

    assert "The code appears here as soon as your payment is in." in before.text
    hidden = re.findall(r"<details (?:(?!</details>).)*</details>", page.text, re.DOTALL)
    assert [card.code in shown for card, shown in zip(cards, hidden, strict=True)] == [True] * 3
    assert "open" not in [name for name, _ in Words(page.text).attributes]
    assert [card.code for card in cards if card.code in refunded] == []


async def test_the_pickup_code_is_shown_once_the_order_is_ready(http: httpx.AsyncClient, shop: Shop) -> None:
    order = await shop.keep(an_order(MUGS, method="pickup", payment=PAID, locale="en"))
    async with shop.pool.acquire() as connection:
        code = await pickup_codes.read(connection, shop.vault, order.store, order.order_id)
    assert code is not None
    shown = f"{code[:3]} {code[3:]}"

    before = await http.get(page_of(shop, order))
    await shop.tell(order, type="packed")
    await shop.tell(order, type="ready_for_pickup")
    ready = await http.get(page_of(shop, order))
    await shop.tell(order, type="collected", override=True)
    after = await http.get(page_of(shop, order))

    assert [shown in Words(page.text).text for page in (before, ready, after)] == [False, True, False]
    assert "Ring at the green door." in Words(ready.text).text
    assert "You have collected your order" in Words(after.text).text


async def test_an_unpaid_order_says_what_to_pay_and_how(http: httpx.AsyncClient, shop: Shop) -> None:
    order = await shop.keep(
        an_order(MUGS, method="shipping", payment={"kind": "offline", "reference": "KENMERK 7"})
    )

    before = Words((await http.get(page_of(shop, order))).text).text.replace("\u00a0", " ")
    await shop.tell(order, type="payment", status="paid", amount="25.00", currency="EUR")
    after = Words((await http.get(page_of(shop, order))).text).text

    for text in ("We wachten op je betaling", "Nog te betalen € 25,00", "KENMERK 7", "NL00 TEST 0123"):
        assert text in before
        assert text not in after


async def test_the_sums_on_the_order_page_lead_from_the_items_to_the_total(
    http: httpx.AsyncClient, shop: Shop
) -> None:
    totals = {"items": "25.00", "shipping": "4.95", "discount": "2.50", "total": "27.45"}
    method = {"method": "shipping", "price": "4.95"}
    order = await shop.keep(an_order(MUGS, method="shipping", totals=totals, fulfillment=method))

    text = Words((await http.get(page_of(shop, order))).text).text.replace("\u2212", "-")

    assert "Verzending € 4,95 Korting € -2,50 Totaal € 27,45" in text


async def test_a_cancelled_order_says_so_and_what_was_returned(http: httpx.AsyncClient, shop: Shop) -> None:
    order = await shop.keep(an_order(MUGS, method="shipping", payment=PAID, locale="en"))
    await shop.tell(order, type="cancel")
    await shop.tell(order, type="payment", status="refunded", amount="25.00", currency="EUR")

    text = Words((await http.get(page_of(shop, order))).text).text

    assert "Your order was cancelled" in text
    assert "€25.00 was returned to you." in text
    assert "Still to pay" not in text


async def test_links_that_are_dead_are_not_shown(http: httpx.AsyncClient, shop: Shop, folder: Path) -> None:
    order = await a_book(shop, folder)
    await expire(shop, order)

    words = Words((await http.get(page_of(shop, order))).text)

    assert [link for link in words.links if link.startswith("/d/")] == []
    assert "De Blauwe Mok kan je nieuwe links sturen" in words.text


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>{{7919*7907}}{number}\u202egpj"


async def test_words_from_outside_stay_words(http: httpx.AsyncClient, shop: Shop, folder: Path) -> None:
    name = HOSTILE.replace("/", "")
    (folder / name).write_bytes(b"a")
    await shop.set_up(**SETTINGS | {"look": LOOK | {"name": HOSTILE, "address": [HOSTILE], "phone": HOSTILE}})
    lines = [{**EBOOK, "name": HOSTILE, "files": [name]}, {**MUGS, "name": HOSTILE, "options": [HOSTILE]}]
    order = await shop.keep(an_order(*lines, method="shipping", payment=PAID, number=HOSTILE[:60]))
    await issue(shop, folder, order)
    link = await link_of(shop, order)
    file = await http.get(link)
    pages = [await http.get(page_of(shop, order))]
    await expire(shop, order)
    pages.append(await http.get(link))

    assert file.content == b"a"
    for page in pages:
        words = Words(page.text)
        assert "img" not in words.tags
        assert words.tags.count("script") == page.text.count("/customer.js")
        assert not [attribute for attribute, _ in words.attributes if attribute.startswith("on")]
        assert HOSTILE in words.text
        assert "62615533" not in words.text


async def test_pages_load_nothing_from_anywhere_else_and_have_nothing_inline(
    http: httpx.AsyncClient, shop: Shop, folder: Path
) -> None:
    order = await a_book(shop, folder)
    pages = [await http.get(page_of(shop, order)), await http.get("/d/nothing"), await http.get("/o/nothing")]

    for page in pages:
        policy = page.headers["content-security-policy"]
        words = Words(page.text)
        files = re.findall(r'<(?:script|link) [^>]*(?:src|href)="([^"]+)"', page.text)
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "unsafe" not in policy
        assert "nonce" not in policy
        assert "frame-ancestors 'none'" in policy
        assert not {"style", "img", "iframe"} & set(words.tags)
        assert not [name for name, _ in words.attributes if name == "style" or name.startswith("on")]
        assert len(files) >= 3
        assert [(await http.get(file)).status_code for file in files] == [200] * len(files)
        assert "<script>" not in page.text


@pytest.mark.parametrize("colour", ["#ffd400", "#1f4e5f", "#000000", "#ffffff", "#777777", "#ABCDEF"])
async def test_the_shops_name_can_be_read_on_its_colour_and_its_marks_be_seen_by_day_and_night(
    http: httpx.AsyncClient, shop: Shop, colour: str
) -> None:
    await shop.set_up(look=StoreSettings().look.model_dump() | {"colour": colour})
    html = (await http.get("/d/nothing")).text
    (address,) = re.findall(r'href="(/o/look/[^"]+)"', html)

    look = await http.get(address)

    brand, on_brand, day, night = re.findall(r": (#\w{6});", look.text)
    assert look.headers["content-type"].startswith("text/css")
    assert brand == colour.lower()
    assert contrast(brand, on_brand) >= 4.5
    assert contrast(day, "#ffffff") >= 3
    assert contrast(night, "#242120") >= 3


@pytest.mark.parametrize("colour", ["red", "12345", "12345g", "1234567", "x}body{", "%23123456"])
async def test_only_a_colour_has_a_look(http: httpx.AsyncClient, colour: str) -> None:
    assert (await http.get(f"/o/look/{colour}.css")).status_code == 404


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(colour: str) -> float:
        shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
