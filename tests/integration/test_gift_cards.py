"""Gift cards and pickup codes, in the database."""

import asyncio
from datetime import UTC, datetime

import pytest

from db import gift_cards, pickup_codes
from db.gift_cards import EntryDiffers, NoSuchCard, NotEnough, Redeemed
from db.pool import Pool
from db.vault import CannotOpen, Vault
from orders.codes import CodeMistyped, new_gift_card_code, read_code
from orders.order import Order
from tests.digital import GIFT_CARDS, MUGS, SECRET, Shop, an_order

NEW_KEY = "another secret key, that came later than the first"


@pytest.fixture
async def shop(pool: Pool) -> Shop:
    return Shop(pool)


async def issue(shop: Shop, order: Order, units: int = 3) -> int:
    async with shop.pool.acquire() as connection:
        return await gift_cards.issue_cards(
            connection,
            shop.vault,
            order.store,
            order.order_id,
            "card",
            units,
            2500,
            "EUR",
            datetime.now(UTC),
        )


async def codes(shop: Shop, order: Order, vault: Vault | None = None) -> tuple[gift_cards.IssuedCard, ...]:
    async with shop.pool.acquire() as connection:
        return await gift_cards.codes(connection, vault or shop.vault, order.store, order.order_id)


async def a_card(shop: Shop) -> gift_cards.IssuedCard:
    """One card worth 25.00."""
    order = await shop.keep(an_order(GIFT_CARDS))
    await issue(shop, order, 1)
    return (await codes(shop, order))[0]


async def redeem(shop: Shop, card_id: int, amount: int, entry: str, cause: str = "order K1") -> object:
    async with shop.pool.acquire() as connection:
        return await gift_cards.redeem(connection, card_id, amount, entry, cause)


async def balance(shop: Shop, card_id: int) -> int:
    async with shop.pool.acquire() as connection:
        return await gift_cards.balance(connection, card_id)


async def test_each_unit_gets_one_card_however_often_and_at_once_it_is_asked(shop: Shop) -> None:
    order = await shop.keep(an_order(GIFT_CARDS))

    made = await asyncio.gather(*(issue(shop, order) for _ in range(10)))

    cards = await codes(shop, order)
    assert sum(made) == 3
    assert [card.unit for card in cards] == [1, 2, 3]
    assert len({card.code for card in cards}) == 3
    assert [await balance(shop, card.gift_card_id) for card in cards] == [2500] * 3
    assert await issue(shop, order) == 0
    assert await codes(shop, order) == cards


async def test_no_card_is_left_behind_when_the_transaction_is_rolled_back(shop: Shop) -> None:
    order = await shop.keep(an_order(GIFT_CARDS))

    async with shop.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await gift_cards.issue_cards(
            connection, shop.vault, "default", order.order_id, "card", 3, 2500, "EUR", datetime.now(UTC)
        )
        await transaction.rollback()

    assert await codes(shop, order) == ()


async def test_a_card_is_found_by_its_code_as_people_type_it(shop: Shop) -> None:
    card = await a_card(shop)

    async with shop.pool.acquire() as connection:
        found = await gift_cards.find(connection, shop.vault, f" {card.code.lower().replace('-', ' ')}")

    assert found is not None
    assert (found.gift_card_id, found.currency, found.unit) == (card.gift_card_id, "EUR", 1)


async def test_a_code_we_never_made_finds_nothing_and_a_typing_error_says_so(shop: Shop) -> None:
    async with shop.pool.acquire() as connection:
        assert await gift_cards.find(connection, shop.vault, new_gift_card_code()) is None
        with pytest.raises(CodeMistyped):
            await gift_cards.find(connection, shop.vault, "not a code")


async def test_the_database_alone_gives_no_code_away(shop: Shop) -> None:
    card = await a_card(shop)

    async with shop.pool.acquire() as connection:
        row = await connection.fetchval(
            "SELECT encode(code_hash, 'escape') || encode(code_sealed, 'escape') || gift_cards::text"
            " FROM gift_cards WHERE gift_card_id = $1",
            card.gift_card_id,
        )

    assert card.code not in row
    assert read_code(card.code) not in row
    assert card.code not in repr(card)


async def test_a_sealed_code_cannot_be_moved_to_another_card(shop: Shop) -> None:
    order = await shop.keep(an_order(GIFT_CARDS))
    await issue(shop, order, 2)

    async with shop.pool.acquire() as connection:
        await connection.execute(
            "UPDATE gift_cards SET code_sealed = (SELECT code_sealed FROM gift_cards AS other"
            " WHERE other.order_id = $1 AND other.unit = 1) WHERE order_id = $1 AND unit = 2",
            order.order_id,
        )

    with pytest.raises(CannotOpen):
        await codes(shop, order)


async def test_cards_outlive_the_change_of_the_secret_key(shop: Shop) -> None:
    order = await shop.keep(an_order(GIFT_CARDS))
    await issue(shop, order)
    cards = await codes(shop, order)
    later = Vault(NEW_KEY, SECRET)

    async with shop.pool.acquire() as connection:
        found = await gift_cards.find(connection, later, cards[0].code)

    assert found is not None
    assert await codes(shop, order, later) == cards


async def test_of_fifty_who_spend_a_whole_card_at_once_one_succeeds(shop: Shop) -> None:
    card = await a_card(shop)

    answers = await asyncio.gather(
        *(redeem(shop, card.gift_card_id, 2500, f"{card.gift_card_id}/{number}") for number in range(50))
    )

    assert answers.count(Redeemed(0)) == 1
    assert answers.count(NotEnough(0)) == 49
    assert await balance(shop, card.gift_card_id) == 0


async def test_of_fifty_who_spend_a_part_at_once_as_many_succeed_as_there_is_money_for(shop: Shop) -> None:
    card = await a_card(shop)

    answers = await asyncio.gather(
        *(redeem(shop, card.gift_card_id, 700, f"{card.gift_card_id}/{number}") for number in range(50))
    )

    assert sum(isinstance(answer, Redeemed) for answer in answers) == 3
    assert await balance(shop, card.gift_card_id) == 400


async def test_one_spending_asked_fifty_times_at_once_is_entered_once(shop: Shop) -> None:
    card = await a_card(shop)
    entry = f"{card.gift_card_id}/same"

    answers = await asyncio.gather(*(redeem(shop, card.gift_card_id, 1000, entry) for _ in range(50)))

    assert answers.count(Redeemed(1500)) == 1
    assert answers.count(Redeemed(1500, repeated=True)) == 49
    assert await balance(shop, card.gift_card_id) == 1500


async def test_another_spending_under_the_same_id_takes_nothing(shop: Shop) -> None:
    card, other = await a_card(shop), await a_card(shop)
    entry = f"{card.gift_card_id}/first"
    await redeem(shop, card.gift_card_id, 1000, entry)

    assert await redeem(shop, card.gift_card_id, 900, entry) == EntryDiffers()
    assert await redeem(shop, card.gift_card_id, 1000, entry, "order K2") == EntryDiffers()
    assert await redeem(shop, other.gift_card_id, 1000, entry) == EntryDiffers()
    assert await balance(shop, card.gift_card_id) == 1500
    assert await balance(shop, other.gift_card_id) == 2500


async def test_one_entry_asked_of_two_cards_at_once_is_taken_off_one(shop: Shop) -> None:
    card, other = await a_card(shop), await a_card(shop)

    answers = await asyncio.gather(
        *(
            redeem(shop, each.gift_card_id, 1000, f"{card.gift_card_id}/shared")
            for each in (card, other)
            for _ in range(10)
        )
    )

    assert EntryDiffers() in answers
    assert await balance(shop, card.gift_card_id) + await balance(shop, other.gift_card_id) == 4000


async def test_a_card_that_is_not_there_is_told_apart(shop: Shop) -> None:
    assert await redeem(shop, 999_999_999, 1, "nobody's") == NoSuchCard()


@pytest.mark.parametrize(("amount", "entry"), [(0, "e"), (-1, "e"), (1, ""), (1, "issued:1")])
async def test_an_amount_or_id_that_cannot_be_is_a_mistake(shop: Shop, amount: int, entry: str) -> None:
    card = await a_card(shop)

    with pytest.raises(ValueError, match=r"amount|entry id"):
        await redeem(shop, card.gift_card_id, amount, entry)


async def for_pickup(shop: Shop) -> Order:
    return await shop.keep(an_order(MUGS, method="pickup"))


async def read(shop: Shop, order: Order, vault: Vault | None = None) -> str | None:
    async with shop.pool.acquire() as connection:
        return await pickup_codes.read(connection, vault or shop.vault, order.store, order.order_id)


async def is_right(shop: Shop, order: Order, typed: str, vault: Vault | None = None) -> bool:
    async with shop.pool.acquire() as connection:
        return await pickup_codes.check(connection, vault or shop.vault, order.store, order.order_id, typed)


async def test_an_order_for_pickup_gets_one_code_that_stays(shop: Shop) -> None:
    order = await for_pickup(shop)
    first = await read(shop, order)

    async with shop.pool.acquire() as connection:
        await pickup_codes.make(connection, shop.vault, order.store, order.order_id)

    assert first is not None
    assert first.isdigit()
    assert await read(shop, order) == first


async def test_only_the_orders_own_code_is_right(shop: Shop) -> None:
    order, other = await for_pickup(shop), await for_pickup(shop)
    code = await read(shop, order)
    assert code is not None
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    assert await is_right(shop, order, f" {code[:3]} {code[3:]} ")
    assert not await is_right(shop, order, wrong)
    assert not await is_right(shop, order, "")
    assert code == await read(shop, other) or not await is_right(shop, other, code)


async def test_an_order_without_a_code_takes_none(shop: Shop) -> None:
    order = await shop.keep(an_order(GIFT_CARDS))

    assert await read(shop, order) is None
    assert not await is_right(shop, order, "000000")


async def test_pickup_codes_outlive_the_change_of_the_secret_key(shop: Shop) -> None:
    order = await for_pickup(shop)
    code = await read(shop, order)
    assert code is not None
    later = Vault(NEW_KEY, SECRET)

    assert await read(shop, order, later) == code
    assert await is_right(shop, order, code, later)
