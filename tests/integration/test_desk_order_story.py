"""What people write on an order, who works on it, and what happened to it."""

import re

from tests.desk_visits import at_the_desk
from tests.house import House
from tests.order_visits import forms, open_order, press
from tests.sample_orders import an_order

OLDER = re.compile(r'href="([^"]*\?timeline=\d+)#[^"]*"')


async def test_a_note_is_signed_and_keeps_how_it_read_before(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house, name="Bram Jansen") as bram:
        page = await open_order(bram, order_id)
        form = next(form for form in forms(page) if form.action.endswith("/notes"))
        page = await press(bram, form, text="Eerste versie")
        change = next(form for form in forms(page) if "/notes/" in form.action)
        page = await press(bram, change, text="Tweede versie")
    async with at_the_desk(house) as anna:
        hers = await open_order(anna, order_id)

    assert "Bram Jansen" in page
    assert "Eerste versie" in page
    assert "Tweede versie" in page
    assert not [form for form in forms(hers) if "/notes/" in form.action]
    (note,) = (await house.show(order_id))["notes"]
    assert [version["text"] for version in note["versions"]] == ["Eerste versie", "Tweede versie"]


async def test_a_note_that_says_nothing_comes_back(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house) as anna:
        page = await open_order(anna, order_id)
        form = next(form for form in forms(page) if form.action.endswith("/notes"))
        answer = await anna.post(form.action, data={**form, "text": "x" * 4001})

    again = next(form for form in forms(answer.text) if form.action.endswith("/notes"))
    assert answer.status_code == 422
    assert again["text"] == "x" * 4001


async def test_a_claim_is_seen_by_others_who_may_take_it_over(house: House) -> None:
    order_id = await house.paid(an_order())

    async with at_the_desk(house, name="Bram Jansen") as bram, at_the_desk(house) as anna:
        page = await open_order(bram, order_id)
        await press(bram, next(form for form in forms(page) if form.action.endswith("/claim")))
        hers = await open_order(anna, order_id)
        take = next(form for form in forms(hers) if form.action.endswith("/claim"))
        await press(anna, take, take_over="yes")
        his = await open_order(bram, order_id)

    assert "Bram Jansen is working on this order" in hers
    assert "Anna de Vries is working on this order" in his


async def test_the_newest_hundred_entries_are_shown_first_and_older_ones_on_request(house: House) -> None:
    order_id = await house.paid(an_order())
    await house.pool.execute(
        """INSERT INTO timeline (store, order_id, sequence, position, at, kind, outcome, actor, text)
        SELECT 'default', $1, 2, number, now(), 'hold', 'applied', 'staff:anna',
            jsonb_build_object('key', 'timeline.hold', 'facts', jsonb_build_object('reason', 'n' || number))
        FROM generate_series(101, 2100) AS number""",
        order_id,
    )

    async with at_the_desk(house) as anna:
        pages = [await open_order(anna, order_id)]
        while older := OLDER.search(pages[-1]):
            pages.append((await anna.get(older[1])).text)
            assert len(pages) < 9
        odd = [await open_order(anna, order_id, query=f"?timeline={said}") for said in ("-1", "all", "²")]

    shown = [page.count('<li class="applied" id="entry-') for page in pages]
    assert shown == [100, 600, 1100, 1600, 2002]
    assert "On hold: n2100" in pages[0]
    assert "On hold: n101<" not in pages[0]
    assert "Show 500 older entries</a>" in pages[0]
    assert "1902 older entries in all" in pages[0]
    assert "Show 402 older entries</a>" in pages[3]
    assert [page.count('<li class="applied" id="entry-') for page in odd] == [100, 100, 100]
    # Each click leads to the newest of those it shows.
    asked = [OLDER.search(page) for page in pages[:-1]]
    wanted = [each[0].partition("#")[2].partition('"')[0] for each in asked if each]
    assert [f'id="{name}"' in page for name, page in zip(wanted, pages[1:], strict=True)] == [True] * 4
    assert [f'id="{name}"' in page for name, page in zip(wanted, pages[:-1], strict=True)] == [False] * 4
