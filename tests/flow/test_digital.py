"""Downloads and gift cards: made by themselves as soon as they are paid."""

import re
from datetime import timedelta

import pytest

from orders.codes import read_code
from tests.house import PUBLIC_URL, House
from tests.sample_orders import BOOK, CARD, MUG, an_order

LINK = re.compile(re.escape(PUBLIC_URL) + r"(/d/[A-Za-z0-9_-]+)")


async def test_the_link_in_the_mail_gives_the_file(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    mail = await house.mail(order_id, "downloads")
    (path,) = LINK.findall(mail.text)
    answer = await house.http.get(path)

    assert answer.status_code == 200
    assert answer.content == (house.settings.files / "ebook-1.epub").read_bytes()
    assert path in mail.html


async def test_part_of_the_file_may_be_asked_for(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    (path,) = LINK.findall((await house.mail(order_id, "downloads")).text)
    answer = await house.http.get(path, headers={"Range": "bytes=10-19"})

    assert answer.status_code == 206
    assert answer.content == (house.settings.files / "ebook-1.epub").read_bytes()[10:20]


async def test_an_order_of_downloads_only_is_over_when_they_are_mailed(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))

    order = await house.ended(order_id)
    assert (order["fulfillment_status"], order["open"]) == ("DELIVERED", False)
    assert order["lines"][0]["issued"] is True


async def test_a_gift_card_comes_with_a_code_that_can_be_read_back(house: House) -> None:
    order_id = await house.paid(an_order(CARD | {"quantity": 2}))
    mail = await house.mail(order_id, "gift_card")
    codes = re.findall(r"\b(?:[0-9A-Z]{5}-){4}[0-9A-Z]{6}\b", mail.text)

    assert len(set(codes)) == 2
    assert all(len(read_code(code)) == 26 for code in codes)
    cards = await house.pool.fetch(
        "SELECT sum(amount_minor) AS worth FROM gift_cards JOIN gift_card_entries USING (gift_card_id)"
        " WHERE order_id = $1 GROUP BY gift_card_id",
        order_id,
    )
    assert [card["worth"] for card in cards] == [2500, 2500]


async def test_a_mixed_order_sends_its_downloads_at_once_and_ships_the_rest(house: House) -> None:
    order_id = await house.paid(an_order(MUG, BOOK, CARD))
    await house.mail(order_id, "downloads")
    await house.mail(order_id, "gift_card")
    before = await house.show(order_id)
    after = await house.done(order_id, "shipped")

    assert [line["units"]["delivered"] for line in before["lines"]] == [0, 1, 1]
    assert before["open"] is True
    assert after["fulfillment_status"] == "SHIPPED"
    assert after["parcels"][0]["lines"] == [{"line_id": "1", "quantity": 2}]


async def test_nothing_is_made_before_it_is_paid(house: House) -> None:
    order_id = await house.placed(an_order(BOOK, CARD))
    await house.mail(order_id, "order_received")
    order = await house.show(order_id)

    assert [line["issued"] for line in order["lines"]] == [False, False]
    assert await house.pool.fetchval("SELECT count(*) FROM downloads WHERE order_id = $1", order_id) == 0


async def test_missing_files_ask_for_a_person_and_are_found_when_they_are_there(house: House) -> None:
    name = "later.epub"
    order_id = await house.paid(an_order(BOOK | {"files": [name]}))
    waiting = await house.until(order_id, lambda order: order["attention"])
    (house.settings.files / name).write_bytes(b"there at last")
    await house.skip(order_id, timedelta(minutes=11))
    (path,) = LINK.findall((await house.mail(order_id, "downloads")).text)

    assert [each["reason"] for each in waiting["attention"]] == ["files_missing"]
    assert (await house.http.get(path)).content == b"there at last"
    assert (await house.show(order_id))["attention"] == []


@pytest.mark.parametrize("ended", [False, True])
async def test_a_reissue_ends_the_old_link_and_mails_a_new_one(house: House, ended: bool) -> None:
    order_id = await house.paid(an_order(BOOK) if ended else an_order(BOOK, MUG))
    (old,) = LINK.findall((await house.mail(order_id, "downloads")).text)
    if ended:
        await house.ended(order_id)
    await house.done(order_id, "reissue", line_id="2")
    order = await house.until(
        order_id,
        lambda order: (
            [mail["state"] for mail in order["mails"] if mail["kind"] == "downloads"] == ["sent", "sent"]
        ),
    )
    mails = [mail for mail in await house.mails_to(order["customer"]["email"], 3) if LINK.search(mail.text)]
    (new,) = {link for mail in mails for link in LINK.findall(mail.text)} - {old}

    assert (await house.http.get(old)).status_code == 410
    assert (await house.http.get(new)).status_code == 200


async def test_a_link_dies_when_its_time_is_over_and_the_page_says_what_to_do(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    (path,) = LINK.findall((await house.mail(order_id, "downloads")).text)
    await house.pool.execute(
        "UPDATE downloads SET expires_at = now() - interval '1 second' WHERE order_id = $1", order_id
    )
    answer = await house.http.get(path)

    assert answer.status_code == 410
    assert "text/html" in answer.headers["content-type"]
