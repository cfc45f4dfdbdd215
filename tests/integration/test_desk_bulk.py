"""Many orders at the desk: chosen, planned, started and followed, without a script in the browser."""

import html
import re
import uuid
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from orders.rights import Role
from tests.bulk_jobs import a_job, answered, rows
from tests.desk_visits import at_the_desk
from tests.house import House
from tests.sample_orders import an_order

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def form(*fields: tuple[str, str]) -> bytes:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in fields).encode()


async def send(desk: httpx.AsyncClient, path: str, *fields: tuple[str, str]) -> httpx.Response:
    return await desk.post(path, content=form(*fields), headers=FORM)


async def choose(
    desk: httpx.AsyncClient, order_ids: list[str], kind: str = "", **more: str
) -> httpx.Response:
    ticked = [("order", f"default/{each}") for each in order_ids]
    return await send(desk, "/desk/bulk", *ticked, ("kind", kind), *more.items())


def job_of(answer: httpx.Response) -> tuple[str, UUID]:
    """The address of the job that an answer leads to, and its id."""
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].partition("?")[0]
    return path, UUID(path.rsplit("/", 1)[1])


def an_order_called(number: str, **more: Any) -> dict[str, Any]:
    return {**an_order(**more), "number": number}


async def test_chosen_orders_are_marked_packed_with_two_more_clicks(house: House) -> None:
    order_ids = [await house.paid(an_order()) for _ in range(3)]
    async with at_the_desk(house) as desk:
        chosen = await choose(desk, order_ids, "packed")
        path, job_id = job_of(chosen)
        looked = await desk.get(chosen.headers["location"])
        started = await send(desk, f"{path}/start", ("kind", "packed"))
        counts = await answered(house, job_id)
        after = await desk.get(path)

    assert "Mark 3 orders packed" in looked.text
    assert started.headers["location"] == path
    assert counts.applied == 3
    assert "3 of 3 orders" in after.text
    assert "every 1s" not in after.text


async def test_what_will_be_refused_is_said_before_and_the_mails_are_counted(house: House) -> None:
    paid, unpaid = await house.paid(an_order()), await house.placed(an_order())
    async with at_the_desk(house) as desk:
        looked = await desk.get((await choose(desk, [paid, unpaid], "shipped")).headers["location"])

    assert "1 order can be done." in looked.text
    assert "1 mail goes to a customer" in looked.text
    assert "1 order cannot be done now" in looked.text
    assert "Hand over 1 order<" in looked.text


async def test_what_would_leave_unpacked_or_without_a_number_is_said_before_and_must_be_meant(
    house: House,
) -> None:
    packed, unpacked = await house.paid(an_order()), await house.paid(an_order())
    await house.done(packed, "packed")
    await house.done(packed, "labelled", tracking_number="3SPACKED")
    async with at_the_desk(house) as desk:
        both = await desk.get((await choose(desk, [packed, unpacked], "shipped")).headers["location"])
        one = await desk.get((await choose(desk, [packed], "shipped")).headers["location"])

    assert "1 order is not packed yet. Go on all the same." in both.text
    assert 'name="unpacked" value="yes" form="plan" required' in both.text
    assert "1 order goes out without a tracking number." in both.text
    assert "not packed" not in one.text
    assert "without a tracking number" not in one.text


async def test_nothing_starts_before_it_is_said_that_unpacked_orders_are_meant(house: House) -> None:
    order_id = await house.paid(an_order())
    async with at_the_desk(house) as desk:
        path, job_id = job_of(await choose(desk, [order_id], "shipped"))
        refused = await send(desk, f"{path}/start", ("kind", "shipped"))
        said = await desk.get(refused.headers["location"])
        before = await house.show(order_id)
        await send(desk, f"{path}/start", ("kind", "shipped"), ("unpacked", "yes"))
        counts = await answered(house, job_id)

    assert "Nothing was started: some orders are not packed yet." in said.text
    assert before["parcels"] == []
    assert counts.applied == 1


@pytest.mark.parametrize(
    ("typed", "planned"),
    [
        ({"numbers": "{number} 3STYPED"}, {"notify": True, "tracking_number": "3STYPED"}),
        ({"mails": "yes"}, {"notify": False}),
        ({"carrier": "PostNL", "numbers": ""}, {"notify": True, "carrier": "PostNL"}),
    ],
)
async def test_what_was_typed_since_is_planned_and_looked_at_before_it_starts(
    house: House, typed: dict[str, str], planned: dict[str, Any]
) -> None:
    order = an_order_called(f"T{uuid.uuid4().hex[:8]}")
    order_id = await house.paid(order)
    fields = [(name, value.format(number=order["number"])) for name, value in typed.items()]
    start = (("kind", "shipped"), ("unpacked", "yes"), *fields)
    async with at_the_desk(house) as desk:
        path, job_id = job_of(await choose(desk, [order_id], "shipped"))
        first = await send(desk, f"{path}/start", *start)
        said = await desk.get(first.headers["location"])
        (before,) = await rows(house, job_id)
        await send(desk, f"{path}/start", *start)
        counts = await answered(house, job_id)

    assert "What you typed since is understood now." in said.text
    assert (before.given_at, before.command) == (None, {"type": "shipped", **planned})
    assert counts.applied == 1


async def test_what_was_typed_since_and_cannot_be_understood_starts_nothing(house: House) -> None:
    order_id = await house.paid(an_order())
    async with at_the_desk(house) as desk:
        path, job_id = job_of(await choose(desk, [order_id], "hold"))
        await send(desk, f"{path}/plan", ("kind", "hold"), ("reason", "stock count"))
        refused = await send(desk, f"{path}/start", ("kind", "hold"), ("reason", ""))
        said = await desk.get(refused.headers["location"])

    assert "could not be understood, so nothing was started" in said.text
    assert [row.given_at for row in await rows(house, job_id)] == [None]


async def test_two_orders_of_one_number_are_planned_anew_by_what_the_page_shows(house: House) -> None:
    number = f"D{uuid.uuid4().hex[:8]}"
    order_ids = [await house.paid(an_order_called(number)) for _ in range(2)]
    pasted = "".join(f"{order_id} 3S{order_id}\n" for order_id in order_ids)
    async with at_the_desk(house) as desk:
        path, job_id = job_of(await send(desk, "/desk/bulk/list", ("kind", "labelled"), ("numbers", pasted)))
        page = (await desk.get(f"{path}?kind=labelled")).text
        shown = re.search(r'<textarea id="numbers"[^>]*>([^<]*)<', page)
        assert shown is not None
        carrier = ("carrier", "PostNL")
        await send(desk, f"{path}/start", ("kind", "labelled"), carrier, ("numbers", html.unescape(shown[1])))

    assert [row.command for row in await rows(house, job_id)] == [
        {"type": "labelled", "tracking_number": f"3S{each}", "carrier": "PostNL"} for each in order_ids
    ]


async def test_who_works_on_the_orders_now_is_said_before(house: House) -> None:
    order_id = await house.paid(an_order())
    async with at_the_desk(house, name="Bo") as bo, at_the_desk(house) as anna:
        await send(bo, f"/desk/orders/default/{order_id}/claim")
        theirs = await anna.get((await choose(anna, [order_id], "packed")).headers["location"])
        own = await bo.get((await choose(bo, [order_id], "packed")).headers["location"])

    assert "Bo is working on 1 of these orders now." in theirs.text
    assert "is working on" not in own.text


async def test_pasted_numbers_are_shown_as_understood_and_go_to_their_orders(house: House) -> None:
    first, second = (an_order_called(f"N{uuid.uuid4().hex[:8]}") for _ in range(2))
    order_ids = [await house.paid(each) for each in (first, second)]
    pasted = f"{first['number']}\t3SAAA111\tpostnl\n=HYPERLINK(1)\t3SX\n{second['number']} 3SBBB222\n"
    async with at_the_desk(house) as desk:
        path, job_id = job_of(await choose(desk, order_ids, "shipped"))
        planned = await send(desk, f"{path}/plan", ("kind", "shipped"), ("mails", "yes"), ("numbers", pasted))
        looked = await desk.get(planned.headers["location"])
        await send(desk, f"{path}/start", ("kind", "shipped"), ("unpacked", "yes"))
        counts = await answered(house, job_id)

    assert "3SAAA111 postnl" in looked.text
    assert "1 line of the list was not understood" in looked.text
    assert "No mails go to customers." in looked.text
    assert counts.applied == 2
    shown = [(await house.show(each))["parcels"][0]["tracking_number"] for each in order_ids]
    assert shown == ["3SAAA111", "3SBBB222"]


async def test_a_csv_file_chooses_orders_and_numbers_by_itself(house: House) -> None:
    order = an_order_called(f"F{uuid.uuid4().hex[:8]}")
    order_id = await house.paid(order)
    content = f'Tracking number;Carrier;Order\r\n="00340434";DHL Express;{order["number"]}\r\n'.encode(
        "utf-16"
    )
    async with at_the_desk(house) as desk:
        answer = await desk.post(
            "/desk/bulk/list", data={"kind": "labelled"}, files={"file": ("numbers.csv", content, "text/csv")}
        )
        path, job_id = job_of(answer)
        await send(desk, f"{path}/start", ("kind", "labelled"))
        counts = await answered(house, job_id)

    assert counts.refused + counts.applied == 1
    (row,) = await rows(house, job_id)
    assert (row.order_id, row.command) == (
        order_id,
        {"type": "labelled", "tracking_number": "00340434", "carrier": "DHL Express"},
    )


async def test_a_list_without_a_usable_line_says_what_is_wrong_with_each(house: House) -> None:
    async with at_the_desk(house) as desk:
        answer = await send(
            desk, "/desk/bulk/list", ("kind", "shipped"), ("numbers", "nobody 3SX\n1042\t3.4E+14")
        )

    assert answer.status_code == 422
    assert "nobody is none of these orders." in answer.text
    assert "A spreadsheet has shortened this number." in answer.text


async def test_all_that_match_are_chosen_as_the_list_is_at_that_moment(house: House) -> None:
    mark = f"Q{uuid.uuid4().hex[:10]}"
    order_ids = [await house.placed(an_order_called(f"{mark}-{place}")) for place in range(3)]
    async with at_the_desk(house) as desk:
        answer = await send(
            desk, "/desk/bulk", ("all", "yes"), ("here", f"/desk/orders?q={mark}"), ("kind", "hold")
        )
        _, job_id = job_of(answer)
        await house.placed(an_order_called(f"{mark}-later"))

    assert [row.order_id for row in await rows(house, job_id)] == order_ids[::-1]


async def test_a_hold_without_a_reason_is_asked_for_one(house: House) -> None:
    order_id = await house.paid(an_order())
    async with at_the_desk(house) as desk:
        path, job_id = job_of(await choose(desk, [order_id], "hold"))
        wrong = await send(desk, f"{path}/plan", ("kind", "hold"))
        await send(desk, f"{path}/plan", ("kind", "hold"), ("reason", "stock count"))
        await send(desk, f"{path}/start", ("kind", "hold"))
        await answered(house, job_id)

    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    assert [hold["reason"] for hold in (await house.show(order_id))["holds"]] == ["stock count"]


async def test_the_refused_ones_are_tried_again_under_new_ids(house: House) -> None:
    order_id = await house.placed(an_order())
    async with at_the_desk(house) as desk:
        path, job_id = job_of(await choose(desk, [order_id], "packed"))
        await send(desk, f"{path}/start", ("kind", "packed"))
        await answered(house, job_id)
        await house.pay(order_id)
        once, twice = [await send(desk, f"{path}/again") for _ in range(2)]
        path, fresh = job_of(once)
        await send(desk, f"{path}/start", ("kind", "packed"))
        counts = await answered(house, fresh)

    assert once.headers["location"] == twice.headers["location"]
    assert fresh != job_id
    assert counts.applied == 1


async def test_papers_of_the_chosen_orders_open_at_once_in_their_order(house: House) -> None:
    first, second = await house.paid(an_order()), await house.paid(an_order())
    async with at_the_desk(house) as desk:
        answer = await choose(desk, [second, first], "packing_slip")
        paper = await desk.get(answer.headers["location"])

    assert f"default/{second},default/{first}" in answer.headers["location"]
    assert paper.content.startswith(b"%PDF")


async def test_a_form_sent_twice_is_one_job_and_with_other_orders_another(house: House) -> None:
    first, second = await house.paid(an_order()), await house.paid(an_order())
    same = f"desk-{uuid.uuid4()}"
    async with at_the_desk(house) as desk:
        sent = [
            job_of(await choose(desk, chosen, "picked", job_id=same))[1]
            for chosen in ([first], [first], [second])
        ]

    assert sent[0] == sent[1] != sent[2]


async def test_another_store_s_orders_are_never_chosen(house: House) -> None:
    order_id = await house.paid(an_order())
    async with at_the_desk(house, stores=("elsewhere",)) as desk:
        ticked = await choose(desk, [order_id], "packed")
        everything = await send(
            desk, "/desk/bulk", ("all", "yes"), ("here", "/desk/orders"), ("kind", "packed")
        )
        listed = await send(desk, "/desk/bulk/list", ("kind", "shipped"), ("numbers", f"{order_id} 3SX"))

    assert ticked.headers["location"] == "/desk/orders"
    assert everything.headers["location"] == "/desk/orders"
    assert listed.status_code == 422


async def test_a_job_is_seen_and_begun_by_nobody_but_who_made_it(house: House) -> None:
    job_id = await a_job(house, [await house.paid(an_order())], "packed")
    async with at_the_desk(house) as desk:
        answers = [
            await desk.get(f"/desk/bulk/{job_id}"),
            await desk.get(f"/desk/bulk/{job_id}/progress"),
            *[
                await send(desk, f"/desk/bulk/{job_id}/{act}")
                for act in ("plan", "start", "stop-mails", "again")
            ],
        ]

    assert [each.status_code for each in answers] == [404] * 6


async def test_who_may_not_fulfil_prints_and_begins_nothing(house: House) -> None:
    order_id = await house.paid(an_order())
    async with at_the_desk(house, Role.VIEWER) as desk:
        listed = await desk.get("/desk/orders")
        packed = await choose(desk, [order_id], "packed")
        slip = await choose(desk, [order_id], "packing_slip")
        path, _ = job_of(await choose(desk, [order_id]))
        drawn = await desk.get(path)

    assert packed.status_code == 403
    assert slip.headers["location"].startswith("/desk/papers/packing_slip")
    assert "Print the pick list" in drawn.text
    assert "Mark packed" not in drawn.text + listed.text


async def test_mails_are_stopped_from_the_page_of_the_job(house: House) -> None:
    order_ids = [await house.paid(an_order()) for _ in range(2)]
    async with at_the_desk(house) as desk:
        path, job_id = job_of(await choose(desk, order_ids, "shipped"))
        await send(desk, f"{path}/start", ("kind", "shipped"), ("unpacked", "yes"))
        await answered(house, job_id)
        page = await desk.get(path)
        await send(desk, f"{path}/stop-mails")
        after = await desk.get(path)

    assert "Stop the 2 mails" in page.text
    assert "2 mails were stopped." in after.text
    for order_id in order_ids:
        await house.until(
            order_id, lambda order: any(mail["state"] == "withdrawn" for mail in order["mails"])
        )


async def test_a_thousand_orders_are_planned_at_once(house: House) -> None:
    order_id = await house.placed(an_order())
    mark = f"M{uuid.uuid4().hex[:8]}"
    columns = await house.pool.fetch(
        """SELECT column_name FROM information_schema.columns WHERE table_name = 'orders'
            AND column_name NOT IN ('order_id', 'number', 'page_token_hash', 'search')"""
    )
    same = ", ".join(row["column_name"] for row in columns)
    await house.pool.execute(
        f"""INSERT INTO orders (order_id, number, page_token_hash, search, {same})
        SELECT '{mark}x' || place, '{mark}-' || place, decode(md5('{mark}' || place), 'hex'),
            lower('{mark}'), {same}
        FROM orders, generate_series(1, 1100) AS place WHERE order_id = $1""",
        order_id,
    )
    async with at_the_desk(house) as desk:
        answer = await send(
            desk, "/desk/bulk", ("all", "yes"), ("here", f"/desk/orders?q={mark}"), ("kind", "shipped")
        )
        looked = await desk.get(answer.headers["location"])

    assert "1000 orders chosen" in looked.text
    assert "Only the first 1000 orders were chosen" in looked.text
    assert "1000 orders cannot be done now" in looked.text
    await house.pool.execute("DELETE FROM bulk_jobs WHERE job_id = $1", job_of(answer)[1])
    await house.pool.execute("DELETE FROM orders WHERE number LIKE $1", f"{mark}-%")
