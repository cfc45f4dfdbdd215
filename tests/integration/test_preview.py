"""Previews: what is shown before a click is what is sent after it, without its codes and links."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from db import reading, stores
from desk.preview import Preview, previews
from orders.change import By
from orders.commands import COMMAND, TYPES
from orders.rules.decide import decide
from orders.words import in_words
from tests.house import PUBLIC_URL, House
from tests.sample_orders import BOOK, CARD, MUG, an_order

Play = Callable[[House], Awaitable[str]]
LINKS = re.compile(r"https?://[^\s<>\"]+")
CODES = re.compile(r"\b[0-9]{3} ?[0-9]{3}\b|\b[0-9A-Z]{5}(?:-[0-9A-Z]{1,8})+\b|•••••")
CLOCK = re.compile(r"\b[0-9]{2}:[0-9]{2}\b")


async def foresee(house: House, order_id: str, type_: str, **fields: Any) -> Preview:
    command = COMMAND.validate_python({"type": type_, **fields})
    async with house.pool.acquire() as connection:
        store = await reading.store_of(connection, order_id, None)
        kept = await reading.order(connection, store, order_id)
        settings = await stores.settings(connection, store)
        return await previews(connection, house.vault, kept, command, "staff:test", settings, PUBLIC_URL)


def without_secrets(text: str) -> str:
    for pattern, word in ((LINKS, "LINK"), (CODES, "CODE"), (CLOCK, "CLOCK")):
        text = pattern.sub(word, text)
    return text.strip().replace("\r\n", "\n")


def played(body: dict[str, Any], *steps: tuple[str, dict[str, Any]], pays: bool = True) -> Play:
    async def play(house: House) -> str:
        await house.open_store("seen", look={"name": "Huis"}, copy_customer_mails_to="copies@pakhuis.example")
        order_id = await house.placed(an_order_like(body))
        if pays:
            await house.done(order_id, "payment", status="paid")
        for type_, fields in steps:
            await house.done(order_id, type_, **fields)
        return order_id

    return play


def an_order_like(body: dict[str, Any]) -> dict[str, Any]:
    lines, more = body.get("lines", (MUG,)), {key: body[key] for key in body if key != "lines"}
    return an_order(*lines, **more)


SHIP = ("shipped", {"tracking_number": "3SFIRST", "carrier": "postnl"})
COPIED = {"store": "seen"}
PICKED = {"type": "picked"}


CASES: list[tuple[Play, str, dict[str, Any], list[str]]] = [
    (played({}), "shipped", {"tracking_number": "3SNEW"}, ["shipped"]),
    (played(COPIED), "shipped", {"tracking_number": "3SNEW"}, ["shipped", "shipped"]),
    (
        played({"lines": (MUG | {"quantity": 5},)}),
        "shipped",
        {"lines": [{"line_id": "1", "quantity": 2}]},
        ["shipped"],
    ),
    (played({}, SHIP), "labelled", {"tracking_number": "3SBETTER", "parcel": "1"}, ["shipped"]),
    (played({}, SHIP), "delivered", {}, ["delivered"]),
    (played({"method": "pickup"}), "ready_for_pickup", {}, ["ready_for_pickup"]),
    (played(COPIED | {"method": "pickup"}), "ready_for_pickup", {}, ["ready_for_pickup"] * 2),
    (played({"method": "local_delivery"}), "out_for_delivery", {}, ["out_for_delivery"]),
    (
        played({"method": "local_delivery"}, ("out_for_delivery", {}), ("delivery_failed", {})),
        "out_for_delivery",
        {},
        ["out_for_delivery"],
    ),
    (played({}), "cancel", {"reason": "the customer asked"}, ["cancelled"]),
    (played({}), "cancel", {"lines": [{"line_id": "1", "quantity": 1}]}, ["cancelled"]),
    (played({}, pays=False), "cancel", {}, ["cancelled"]),
    (played({"kind": "offline"}, pays=False), "payment", {"status": "paid"}, ["payment_received"]),
    (
        played({"lines": (MUG, BOOK, CARD | {"quantity": 2})}, pays=False),
        "payment",
        {"status": "paid"},
        ["downloads", "gift_card"],
    ),
    (
        played(COPIED | {"lines": (BOOK, CARD), "kind": "offline"}, pays=False),
        "payment",
        {"status": "paid"},
        ["payment_received"] * 2 + ["downloads"] * 2 + ["gift_card"] * 2,
    ),
    (
        played({"lines": (BOOK,)}, ("hold", {"reason": "address"}), pays=False),
        "payment",
        {"status": "paid"},
        [],
    ),
    (
        played(
            {"lines": (BOOK,)},
            ("hold", {"reason": "address"}),
            ("payment", {"status": "paid"}),
            pays=False,
        ),
        "release",
        {},
        ["downloads"],
    ),
]


@pytest.mark.parametrize(("play", "type_", "fields", "kinds"), CASES)
async def test_what_is_shown_before_a_click_is_what_is_sent_after_it(
    house: House, play: Play, type_: str, fields: dict[str, Any], kinds: list[str]
) -> None:
    order_id = await play(house)
    known = {mail["mail_key"] for mail in (await house.show(order_id))["mails"]}
    foreseen = await foresee(house, order_id, type_, **fields)
    await house.done(order_id, type_, **fields)

    assert foreseen.refusal is None
    assert [mail.kind for mail in foreseen.mails] == kinds
    keys = {mail.key for mail in foreseen.mails}
    order = await house.until(
        order_id,
        lambda order: keys <= {each["mail_key"] for each in order["mails"] if each["state"] == "sent"},
    )
    assert {each["mail_key"] for each in order["mails"]} - known == keys
    for mail in foreseen.mails:
        sent = await as_sent(house, order_id, mail.key)
        assert mail.subject == sent.subject
        assert without_secrets(mail.text) == without_secrets(sent.text)
        assert mail.recipient in sent.recipients


async def as_sent(house: House, order_id: str, key: str) -> Any:
    number = await house.pool.fetchval(
        "SELECT message_id FROM mails WHERE order_id = $1 AND mail_key = $2", order_id, key
    )
    (mail,) = [each for each in house.mailbox.mails if each.header("Message-ID") == number]
    return mail


async def test_new_links_and_a_mail_sent_after_all_are_shown_too(house: House) -> None:
    order_id = await house.paid(an_order(MUG, BOOK))
    await house.mail(order_id, "downloads")
    command_id = f"new-{order_id}"
    reissue = await foresee(house, order_id, "reissue", line_id="2", command_id=command_id)
    await house.done(order_id, "reissue", line_id="2", command_id=command_id)
    await house.until(order_id, lambda order: len([m for m in order["mails"] if m["state"] == "sent"]) == 4)
    await house.done(order_id, "shipped", undo_seconds=60)
    await house.done(order_id, "mail_stop", mail_key="shipped:1")
    after_all = await foresee(house, order_id, "mail_again", mail_key="shipped:1")
    await house.done(order_id, "mail_again", mail_key="shipped:1")
    await house.mail(order_id, "shipped")

    for mail in (*reissue.mails, *after_all.mails):
        sent = await as_sent(house, order_id, mail.key)
        assert (mail.subject, without_secrets(mail.text)) == (sent.subject, without_secrets(sent.text))
    assert [mail.key for mail in (*reissue.mails, *after_all.mails)] == [
        f"downloads:{command_id}",
        "shipped:1",
    ]


async def test_no_code_and_no_link_of_the_customer_stands_in_a_preview(house: House) -> None:
    order_id = await house.placed(an_order(MUG, BOOK, CARD, method="pickup"))
    paid = await foresee(house, order_id, "payment", status="paid")
    await house.done(order_id, "payment", status="paid")
    ready = await foresee(house, order_id, "ready_for_pickup")

    assert [mail.kind for mail in (*paid.mails, *ready.mails)] == [
        "downloads",
        "gift_card",
        "ready_for_pickup",
    ]
    for mail in (*paid.mails, *ready.mails):
        assert {link.rstrip(".") for link in LINKS.findall(mail.text)} <= {PUBLIC_URL}
        assert f"{PUBLIC_URL}/o/" not in mail.html
        assert f"{PUBLIC_URL}/d/" not in mail.html
    assert "•••••" in ready.mails[0].text


async def test_mails_that_follow_by_themselves_say_that_they_cannot_be_taken_back(house: House) -> None:
    order_id = await house.placed(an_order(BOOK, kind="offline"))
    foreseen = await foresee(house, order_id, "payment", status="paid")

    assert {mail.kind: mail.can_be_taken_back for mail in foreseen.mails} == {
        "payment_received": True,
        "downloads": False,
    }


async def test_mails_that_are_coming_anyway_are_not_shown_as_the_click_s(house: House) -> None:
    order_id = await house.placed(an_order(MUG, BOOK))
    paid, picked = (COMMAND.validate_python(each) for each in ({"type": "payment", "status": "paid"}, PICKED))
    async with house.pool.acquire() as connection:
        kept = await reading.order(connection, "default", order_id)
        after = decide(kept.state, paid, By(at=kept.accepted_at)).state.facts
        about_to_issue = kept.model_copy(update={"facts": after})
        settings = await stores.settings(connection, "default")
        foreseen = await previews(
            connection, house.vault, about_to_issue, picked, "staff:test", settings, PUBLIC_URL
        )

    assert foreseen == Preview()


@pytest.mark.parametrize(
    ("type_", "fields", "says"),
    [
        ("shipped", {"parcel": "1"}, "handed over already"),
        ("collected", {"override": True}, "goes by carrier"),
        ("release", {"reason": "they called"}, "not on hold"),
        ("cancel", {}, "too late"),
    ],
)
async def test_a_command_that_would_be_refused_says_why_and_shows_no_mail(
    house: House, type_: str, fields: dict[str, Any], says: str
) -> None:
    order_id = await played({}, SHIP)(house)
    foreseen = await foresee(house, order_id, type_, **fields)
    refused = await house.refused(order_id, type_, **fields)

    assert foreseen.mails == ()
    assert foreseen.refusal is not None
    assert in_words("en", foreseen.refusal) == refused
    assert says in refused


async def test_a_wrong_pickup_code_is_known_before_the_click(house: House) -> None:
    order_id = await played({"method": "pickup"}, ("ready_for_pickup", {}))(house)
    foreseen = await foresee(house, order_id, "collected", code="000 000")

    assert foreseen.refusal is not None
    assert foreseen.refusal.key == "refusal.wrong_code"


async def test_an_order_that_has_ended_says_so_before_the_click(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    await house.ended(order_id)
    foreseen = await foresee(house, order_id, "shipped")

    assert foreseen.refusal is not None
    assert in_words("en", foreseen.refusal) == await house.refused(order_id, "shipped")


async def test_a_click_without_a_mail_shows_none_and_changes_nothing(house: House) -> None:
    order_id = await house.paid(an_order())
    before = await house.until(order_id, lambda order: {mail["state"] for mail in order["mails"]} == {"sent"})
    foreseen = await foresee(house, order_id, "shipped", notify=False)

    assert foreseen == Preview()
    assert await house.show(order_id) == before


def test_every_command_is_shown_here_or_never_mails() -> None:
    shown = {case[1] for case in CASES} | {"reissue", "mail_again"}
    quiet = {
        "picked",
        "packed",
        "collected",
        "delivery_failed",
        "hold",
        "resolve",
        "mail_arrived",
        "mail_stop",
    }

    assert shown | quiet == set(TYPES)
    assert not shown & quiet
