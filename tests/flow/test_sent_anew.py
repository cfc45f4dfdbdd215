"""A mail that was sent is sent again because a person wants it: as a mail of its own."""

from typing import Any

from orders.change import again_of
from orders.rules.mailing import MOST_AGAIN
from tests.house import House
from tests.sample_orders import BOOK, an_order

KEY = "shipped:1"


def states(order: dict[str, Any], key: str = KEY) -> list[str]:
    """How this mail and those that were sent anew in its place stand, the oldest first."""
    return [each["state"] for each in order["mails"] if each["mail_key"].startswith(key)]


async def shipped(house: House) -> str:
    """An order whose shipped mail has left."""
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped")
    await house.until(order_id, lambda order: states(order) == ["sent"])
    return order_id


async def test_it_is_a_mail_of_its_own_with_the_same_words(house: House) -> None:
    order_id = await shipped(house)
    order = await house.done(order_id, "mail_again", anew=True, mail_key=KEY)
    await house.until(order_id, lambda order: states(order) == ["sent", "sent"])
    mails = await house.mails_to(order["customer"]["email"], 3)
    first, second = [mail for mail in mails if "onderweg" in mail.header("Subject")]

    assert order["timeline"][-1]["text"] == "The mail “shipped:1” is sent once more"
    assert first.header("Subject") == second.header("Subject")
    assert first.header("Message-ID") != second.header("Message-ID")


async def test_the_same_wish_twice_is_one_mail(house: House) -> None:
    order_id = await shipped(house)
    await house.done(order_id, "mail_again", anew=True, mail_key=KEY, command_id=f"again-{order_id}")
    await house.done(order_id, "mail_again", anew=True, mail_key=KEY, command_id=f"again-{order_id}")

    order = await house.until(order_id, lambda order: states(order) == ["sent", "sent"])
    assert order["mails"][-1]["mail_key"] == again_of(KEY, f"again-{order_id}")


async def test_two_people_who_want_it_at_once_send_it_once(house: House) -> None:
    order_id = await shipped(house)
    await house.done(order_id, "mail_again", anew=True, mail_key=KEY, undo_seconds=3)
    why = await house.refused(order_id, "mail_again", anew=True, mail_key=KEY)
    order = await house.until(order_id, lambda order: states(order)[-1] == "sent")

    assert "still on its way" in why
    assert len(states(order)) == 2


async def test_who_only_means_one_in_doubt_sends_nothing_anew(house: House) -> None:
    order_id = await shipped(house)

    assert "(anew)" in await house.refused(order_id, "mail_again", mail_key=KEY)


async def test_it_can_be_taken_back_like_any_other(house: House) -> None:
    order_id = await shipped(house)
    wish = f"again-{order_id}"
    await house.done(order_id, "mail_again", anew=True, mail_key=KEY, command_id=wish, undo_seconds=2)
    stopped = await house.done(order_id, "mail_stop", mail_key=again_of(KEY, wish))
    await house.done(order_id, "delivered", notify=False)

    assert states(stopped) == ["sent", "withdrawn"]
    await house.ended(order_id)


async def test_what_has_not_left_yet_is_not_sent_again_and_asks_for_nobody(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.done(order_id, "shipped", undo_seconds=2)
    why = await house.refused(order_id, "mail_again", anew=True, mail_key=KEY)
    order = await house.until(order_id, lambda order: states(order) == ["sent"])

    assert "still on its way" in why
    assert order["attention"] == []
    await house.done(order_id, "delivered", notify=False)
    await house.ended(order_id)


async def test_a_mail_that_the_order_does_not_have_is_not_sent_again(house: House) -> None:
    order_id = await house.paid(an_order())

    assert "no mail" in await house.refused(order_id, "mail_again", anew=True, mail_key="shipped:9")


async def test_nobody_is_flooded(house: House) -> None:
    order_id = await shipped(house)
    for number in range(MOST_AGAIN):
        await house.done(order_id, "mail_again", anew=True, mail_key=KEY, command_id=f"{number}-{order_id}")
        await house.until(order_id, lambda order: states(order)[-1] == "sent")
    newest = again_of(KEY, f"{MOST_AGAIN - 1}-{order_id}")

    assert "10 times" in await house.refused(order_id, "mail_again", anew=True, mail_key=KEY)
    assert "10 times" in await house.refused(order_id, "mail_again", anew=True, mail_key=newest)


async def test_after_its_end_too_downloads_are_mailed_again_with_the_links_of_now(house: House) -> None:
    order_id = await house.paid(an_order(BOOK))
    await house.ended(order_id)
    key = next(
        each["mail_key"] for each in (await house.show(order_id))["mails"] if each["kind"] == "downloads"
    )
    order = await house.done(order_id, "mail_again", anew=True, mail_key=key)
    await house.until(order_id, lambda order: states(order, key) == ["sent", "sent"])
    mails = await house.mails_to(order["customer"]["email"], 3)
    first, second = [mail for mail in mails if "/d/" in mail.text]

    assert first.text == second.text


async def test_a_plain_signal_sends_it_again_too(house: House) -> None:
    order_id = await shipped(house)
    await house.signal(order_id, "mail_again", {"mail_key": KEY, "anew": True})

    await house.until(order_id, lambda order: states(order) == ["sent", "sent"])
