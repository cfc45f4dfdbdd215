"""Asking for the link of an order page: one answer for everybody, and a mail for whom it belongs to."""

import asyncio
import json
import re
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from db import order_links
from db.order_pages import LIVES_AFTER_THE_END
from desk.link_form import ASKING, SENT
from tests.customer_pages import Words
from tests.customer_visits import a_browser, come_in, link_of
from tests.house import House
from tests.integration.test_cli import environment, nothing_set, run
from tests.sample_orders import BOOK, an_order

__all__ = ["environment", "nothing_set"]  # Fixtures: the environment of the command line.
SENT_LINKS = "SELECT count(*) FROM mails WHERE order_id = $1 AND kind = 'order_link'"
WRITTEN_DOWN = "SELECT actor, act, request_id FROM audit WHERE subject = $1 ORDER BY number"


async def ask(browser: httpx.AsyncClient, number: str, email: str, language: str = "en") -> httpx.Response:
    return await browser.post("/o", data={"number": number, "email": email, "language": language})


async def answered(house: House) -> None:
    """Once everybody who asked has been answered."""
    deadline = time.monotonic() + 10
    while await house.pool.fetchval("SELECT count(*) FROM order_link_requests"):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def asked_anew(house: House) -> None:
    """As if nobody had asked before."""
    await house.pool.execute("DELETE FROM sign_in_attempts")


def link_in(mail: Any) -> str:
    return str(re.findall(r"/o/[A-Za-z0-9_-]{43}", mail.text)[0])


async def test_the_link_is_mailed_to_whom_the_order_belongs(house: House) -> None:
    await asked_anew(house)
    body = an_order(locale="nl-NL")
    order_id = await house.placed(body)
    link = await link_of(house, order_id)

    async with a_browser(house) as browser:
        answer = await ask(browser, f" #{body['number'].lower()} ", body["customer"]["email"].upper())
        page = await browser.get(answer.headers["location"])
        mail = await house.mail(order_id, "order_link")
        address = await come_in(browser, link_in(mail))

    assert (answer.status_code, answer.headers["location"]) == (303, f"{SENT}?language=en")
    assert "you get a mail with the link" in Words(page.text).text
    assert mail.subject == f"De link naar je bestelling #{body['number']}"
    assert link_in(mail) == link
    assert address.startswith("/o/order/")


async def test_the_answer_is_the_same_for_an_order_nobody_knows(house: House) -> None:
    await asked_anew(house)
    body = an_order()
    await house.placed(body)

    async with a_browser(house) as browser:
        known = await ask(browser, body["number"], body["customer"]["email"])
        others = [
            await ask(browser, body["number"], "other@example.com"),
            await ask(browser, "NONE-SUCH", body["customer"]["email"]),
        ]

    def told(answer: httpx.Response) -> tuple[Any, ...]:
        return answer.status_code, answer.content, answer.headers["location"]

    assert [told(each) for each in others] == [told(known)] * 2


async def test_whoever_does_not_know_the_address_causes_no_mail(house: House) -> None:
    await asked_anew(house)
    body = an_order()
    order_id = await house.placed(body)

    async with a_browser(house) as browser:
        await ask(browser, body["number"], "other@example.com")
        await ask(browser, body["number"], "%@%")
    await answered(house)

    assert await house.pool.fetchval(SENT_LINKS, order_id) == 0


async def test_what_was_typed_is_forgotten_with_the_answer(house: House) -> None:
    await asked_anew(house)

    async with a_browser(house) as browser:
        await ask(browser, "1", "stranger@example.com")
    await answered(house)

    assert (
        await house.pool.fetchval("SELECT count(*) FROM mails WHERE recipient = 'stranger@example.com'") == 0
    )


async def test_asking_again_and_again_floods_nobodys_mailbox(house: House) -> None:
    await asked_anew(house)
    body = an_order()
    order_id = await house.placed(body)
    wish = (body["number"], body["customer"]["email"])

    counts = []
    for shift in (timedelta(0), *[order_links.NOT_AGAIN_WITHIN] * (order_links.MOST_OF_LATE + 2)):
        await house.pool.execute(
            "UPDATE mails SET created_at = created_at - $2::interval WHERE order_id = $1", order_id, shift
        )
        async with house.pool.acquire() as connection:
            for _ in range(2):
                await order_links.ask(connection, *wish)
            await order_links.answer(connection, house.vault)
        counts.append(await house.pool.fetchval(SENT_LINKS, order_id))

    most = order_links.MOST_OF_LATE
    assert counts == [1, 2, 3, 4, 5, 5, 5, 5][: len(counts)]
    assert counts[-1] == most


async def test_a_link_that_ended_is_given_anew_though_the_order_has_no_workflow(house: House) -> None:
    await asked_anew(house)
    body = an_order(BOOK)
    order_id = await house.paid(body)
    await house.ended(order_id)
    old = await link_of(house, order_id)
    await house.pool.execute(
        "UPDATE orders SET ended_at = now() - $2::interval WHERE order_id = $1",
        order_id,
        LIVES_AFTER_THE_END + timedelta(days=1),
    )

    async with a_browser(house) as browser:
        dead = await browser.get(old)
        await ask(browser, body["number"], body["customer"]["email"])
        fresh = link_in(await house.mail(order_id, "order_link"))
        address = await come_in(browser, fresh)
        still_dead = await browser.get(old)

    assert (dead.status_code, still_dead.status_code) == (410, 404)
    assert fresh != old
    assert address.startswith("/o/order/")


async def test_a_store_that_silences_this_mail_sends_none(house: House) -> None:
    await asked_anew(house)
    await house.open_store("silent", policy={"silent_mails": ["order_link"]})
    body = an_order(store="silent")
    order_id = await house.placed(body)

    async with house.pool.acquire() as connection:
        await order_links.ask(connection, body["number"], body["customer"]["email"])
        await order_links.answer(connection, house.vault)

    assert await house.pool.fetchval(SENT_LINKS, order_id) == 0


async def test_a_mail_with_a_link_that_the_relay_refuses_sticks_nothing(house: House) -> None:
    await asked_anew(house)
    body = an_order()
    order_id = await house.placed(body)
    await house.mail(order_id, "order_received")
    house.mailbox.refusal = lambda _, recipients: (
        "550 5.7.1 blocked" if body["customer"]["email"] in recipients else None
    )
    try:
        async with a_browser(house) as browser:
            await ask(browser, body["number"], body["customer"]["email"])
        order = await house.until(
            order_id,
            lambda order: any(
                each["kind"] == "order_link" and each["state"] == "failed" for each in order["mails"]
            ),
        )
        key = next(each["mail_key"] for each in order["mails"] if each["kind"] == "order_link")
        handle = house.client.get_workflow_handle(f"mail/default/{order_id}/{key}")
        await asyncio.wait_for(handle.result(), 15)
    finally:
        house.mailbox.refusal = lambda sender, recipients: None

    assert (await house.show(order_id))["attention"] == []


async def test_somebody_who_asks_for_many_has_to_wait(house: House) -> None:
    await asked_anew(house)

    async with a_browser(house) as browser:
        answers = [await ask(browser, f"N{at}", "a@example.com") for at in range(ASKING.free + 2)]
    await asked_anew(house)

    assert [each.status_code for each in answers] == [303] * (ASKING.free + 1) + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "This was asked many times" in Words(answers[-1].text).text


@pytest.mark.parametrize(
    ("number", "email", "said"),
    [
        ("", "a@example.com", "Type the number of your order"),
        ("#", "a@example.com", "Type the number of your order"),
        ("1" * 61, "a@example.com", "Type the number of your order"),
        ("1042", "", "Type a whole mail address"),
        ("1042", "nobody", "Type a whole mail address"),
        ("1042", "a@" + "b" * 300, "Type a whole mail address"),
        ("<b>\u202e\x00", "x", "Type a whole mail address"),
    ],
)
async def test_a_form_that_is_not_filled_in_says_what_is_missing_and_keeps_the_rest(
    house: House, number: str, email: str, said: str
) -> None:
    async with a_browser(house) as browser:
        answer = await ask(browser, number, email)

    assert answer.status_code == 422
    assert said in Words(answer.text).text
    assert "<b>" not in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_the_form_counts_only_if_it_came_from_a_page_of_ours(house: House) -> None:
    body = an_order()
    order_id = await house.placed(body)

    async with a_browser(house) as browser:
        answers = [
            await browser.post(
                "/o", data={"number": body["number"], "email": body["customer"]["email"]}, headers=headers
            )
            for headers in (
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
            )
        ]
    await answered(house)

    assert [each.status_code for each in answers] == [403, 403]
    assert "form" in Words(answers[0].text).tags
    assert await house.pool.fetchval(SENT_LINKS, order_id) == 0


@pytest.mark.parametrize(("language", "title"), [("nl", "Vind je bestelling"), ("en", "Find your order")])
async def test_the_form_speaks_the_language_of_the_browser(house: House, language: str, title: str) -> None:
    async with a_browser(house) as browser:
        page = await browser.get("/o", headers={"Accept-Language": language})

    assert page.status_code == 200
    assert title in page.text
    assert f'lang="{language}"' in page.text


async def test_staff_replace_a_link_that_got_into_the_wrong_hands(house: House) -> None:
    order_id = await house.placed(an_order())
    old = await link_of(house, order_id)

    refused = await house.http.delete(
        f"/v1/orders/{order_id}/page-link", headers=house.headers(house.checkout)
    )
    unknown = await house.http.delete("/v1/orders/NONE/page-link", headers=house.headers(house.staff))
    answer = await house.http.delete(f"/v1/orders/{order_id}/page-link", headers=house.headers(house.staff))
    async with a_browser(house) as browser:
        dead = await browser.get(old)
        fresh = await come_in(browser, "/o/" + answer.json()["customer_page"].rsplit("/", 1)[1])

    written = await house.pool.fetch(WRITTEN_DOWN, f"order:default/{order_id}")
    assert (refused.status_code, unknown.status_code, answer.status_code) == (403, 404, 200)
    assert [row["act"] for row in written] == ["link_replaced"]
    assert written[0]["actor"] == "staff:test"
    assert written[0]["request_id"] == answer.headers["x-request-id"]
    assert answer.json()["customer_page"] == (await house.show(order_id))["links"]["customer_page"]
    assert dead.status_code == 404
    assert fresh.startswith("/o/order/")


async def test_the_command_line_prints_the_link_and_replaces_it(
    house: House, environment: dict[str, str]
) -> None:
    order_id = await house.placed(an_order())
    old = await link_of(house, order_id)

    printed = await run("link", order_id, environment=environment)
    replaced = await run("link", order_id, "--replace", "--json", environment=environment)
    unknown = await run("link", "NONE", environment=environment)

    assert (printed.code, printed.out.strip()) == (0, f"http://127.0.0.1:8080{old}")
    assert json.loads(replaced.out)["customer_page"].endswith(await link_of(house, order_id))
    written = await house.pool.fetch(WRITTEN_DOWN, f"order:default/{order_id}")
    assert await link_of(house, order_id) != old
    assert [(row["actor"].partition(":")[0], row["act"]) for row in written] == [("cli", "link_replaced")]
    assert unknown.code == 1
