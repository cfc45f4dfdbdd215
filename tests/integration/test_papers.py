"""Papers of real orders: over HTTP, at the desk, and from the command line."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from db import papers
from desk.logos import take_logo
from orders.errors import OrderUnreadable
from orders.order import MOST_LINES
from orders.paper import MOST_LINES_AT_ONCE
from orders.rights import Role
from starter.cli import papers as command
from tests.desk_visits import at_the_desk
from tests.house import PUBLIC_URL, SECRET, House
from tests.paper_reading import BARS, SQUARES, a_png, codes_of, words_of
from tests.sample_orders import BOOK, CARD, MUG, an_order
from tests.scenes import of

TEAPOT = {**MUG, "line_id": "9", "sku": "TEAPOT", "name": "Theepot", "quantity": 1, "location": "B-2"}


async def paper(house: House, order_id: str, kind: str, **params: str) -> httpx.Response:
    return await house.http.get(
        f"/v1/orders/{order_id}/papers/{kind}", params=params, headers=house.headers(house.staff)
    )


async def printed(house: House, kind: str, *orders: str, **more: Any) -> httpx.Response:
    body = {"kind": kind, "orders": [{"order_id": order_id} for order_id in orders], **more}
    return await house.http.post("/v1/papers", json=body, headers=house.headers(house.staff))


def text(answer: httpx.Response) -> str:
    assert answer.status_code == HTTPStatus.OK, answer.text
    return " ".join(words_of(answer.content))


@pytest.mark.parametrize("kind", ["pick_list", "packing_slip", "address_label", "invoice"])
async def test_every_paper_of_an_order_comes_as_a_pdf_that_nobody_keeps(house: House, kind: str) -> None:
    order_id = await house.paid(an_order())

    answer = await paper(house, order_id, kind)

    assert "Blauwe mok" in text(answer) or kind == "address_label"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "pakhuis-substituted" not in answer.headers


async def test_a_slip_speaks_the_customers_language_and_a_pick_list_the_shops(house: House) -> None:
    order_id = await house.paid(an_order(locale="nl-NL"))

    assert "Pakbon" in text(await paper(house, order_id, "packing_slip"))
    assert "Pick list" in text(await paper(house, order_id, "pick_list"))


async def test_shelf_and_barcode_are_kept_shown_and_printed(house: House) -> None:
    order_id = await house.paid(an_order({**MUG, "location": "A-12", "barcode": "8712345678906"}))

    assert "A-12" in text(await paper(house, order_id, "pick_list"))
    assert "8712345678906" in text(await paper(house, order_id, "pick_list"))
    (line,) = (await house.show(order_id))["lines"]
    assert (line["location"], line["barcode"]) == ("A-12", "8712345678906")


async def test_an_order_without_shelf_and_barcode_is_the_same_as_with_empty_ones(house: House) -> None:
    body = an_order()
    await house.placed(body)
    empty = {**body, "lines": [{**body["lines"][0], "location": "", "barcode": ""}]}
    other = {**body, "lines": [{**body["lines"][0], "location": "A-1"}]}

    assert (await house.place(empty)).status_code == HTTPStatus.OK
    assert (await house.place(other)).status_code == HTTPStatus.CONFLICT


async def test_the_papers_of_an_order_that_is_collected_speak_of_no_delivery(house: House) -> None:
    order_id = await house.paid(an_order(method="pickup"))
    slip, label = [text(await paper(house, order_id, kind)) for kind in ("packing_slip", "address_label")]
    zpl = (await paper(house, order_id, "address_label", format="zpl")).text

    assert "Klant" in slip
    assert "Bezorgadres" not in slip + label
    assert "Verzending" not in slip
    for each in (label, zpl):
        assert "Wordt afgehaald door" in each or "Collected by" in each


async def test_what_is_picked_leaves_the_list(house: House) -> None:
    order_id = await house.paid(an_order(MUG, TEAPOT))
    await house.done(order_id, "picked", lines=of("1", 2))

    page = text(await paper(house, order_id, "pick_list"))

    assert "Theepot" in page
    assert "Blauwe mok" not in page


async def test_many_orders_are_one_list_with_the_pieces_of_each(house: House) -> None:
    first = await house.paid(an_order(number="F-1"))
    second = await house.paid(an_order({**MUG, "quantity": 3}, number="F-2"))

    page = text(await printed(house, "pick_list", first, second))

    assert page.count("Blauwe mok") == 1
    assert "2 orders · 5 pieces" in page
    assert {"F-1", "F-2"} <= set(page.split())


async def test_every_parcel_in_the_shop_has_its_own_slip_and_label_with_its_own_code(house: House) -> None:
    order_id = await house.paid(an_order(MUG, TEAPOT))
    await house.done(order_id, "packed", lines=of("1", 2), weight_grams=780)
    await house.done(order_id, "packed", lines=of("9", 1))

    slips = words_of((await paper(house, order_id, "packing_slip")).content)
    labels = (await paper(house, order_id, "address_label", size="a6")).content

    codes = [f"default/{order_id}/1", f"default/{order_id}/2"]
    assert ["Blauwe mok" in slip for slip in slips] == [True, False]
    assert ["Theepot" in slip for slip in slips] == [False, True]
    assert codes_of(labels) == [{(BARS, code), (SQUARES, code)} for code in codes]
    assert "0.78 kg" in words_of(labels)[0]


async def test_one_parcel_can_be_asked_for_and_one_that_is_not_there_cannot(house: House) -> None:
    order_id = await house.paid(an_order(MUG, TEAPOT))
    await house.done(order_id, "packed", lines=of("1", 1))

    (unnamed,) = words_of((await paper(house, order_id, "packing_slip")).content)
    (slip,) = words_of((await paper(house, order_id, "packing_slip", parcel="1")).content)
    (later,) = words_of((await paper(house, order_id, "packing_slip", parcel="2")).content)
    none = await paper(house, order_id, "packing_slip", parcel="7")

    assert slip.index("Volgt in een ander pakket") < slip.index("Theepot")
    assert unnamed == slip
    assert "Volgt in een ander pakket" not in later
    assert none.status_code == HTTPStatus.CONFLICT
    assert "no parcel 7" in none.json()["detail"]


async def test_labels_come_in_the_order_they_were_asked_for(house: House) -> None:
    orders = [await house.paid(an_order()) for _ in range(4)]
    wanted = [orders[2], orders[0], orders[3], orders[1]]

    answer = await printed(house, "address_label", *wanted)

    assert codes_of(answer.content) == [
        {(BARS, f"default/{each}/1"), (SQUARES, f"default/{each}/1")} for each in wanted
    ]


async def test_labels_for_thermal_printers_come_as_zpl(house: House) -> None:
    order_id = await house.paid(an_order())

    answer = await paper(house, order_id, "address_label", format="zpl")

    assert answer.headers["content-type"] == "application/zpl"
    assert answer.text.startswith("^XA^CI28")
    assert re.search(rf"MA,default/{order_id}/1\^FS", answer.text)


async def test_a_missing_character_is_told_in_the_answer(house: House) -> None:
    order_id = await house.paid(an_order({**MUG, "name": "湯飲み"}))

    answer = await paper(house, order_id, "packing_slip")

    assert answer.headers["pakhuis-substituted"] == "yes"


async def test_an_order_without_goods_has_no_slip_and_is_left_out_where_that_is_wished(house: House) -> None:
    goods = await house.paid(an_order())
    downloads = await house.paid(an_order(BOOK, CARD))

    refused = await printed(house, "packing_slip", goods, downloads)
    left_out = await printed(house, "packing_slip", goods, downloads, leave_out=True)
    nothing = await printed(house, "packing_slip", downloads, leave_out=True)

    assert refused.status_code == nothing.status_code == HTTPStatus.CONFLICT
    assert "has no goods" in refused.json()["detail"]
    assert len(words_of(left_out.content)) == 1
    assert left_out.headers["pakhuis-left-out"] == f"default/{downloads}"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "receipt"}, "kind"),
        ({"orders": []}, "orders"),
        ({"orders": [{"order_id": f"X{number}"} for number in range(201)]}, "orders"),
        ({"orders": [{"order_id": "../x"}]}, "orders.0.order_id"),
        ({"format": "zpl"}, "format"),
        ({"size": "a4"}, "size"),
        ({"paper": "yellow"}, "paper"),
    ],
)
async def test_a_wish_that_is_wrong_is_refused_with_its_field(
    house: House, change: dict[str, Any], field: str
) -> None:
    body = {"kind": "packing_slip", "orders": [{"order_id": "X"}], **change}

    answer = await house.http.post("/v1/papers", json=body, headers=house.headers(house.staff))

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["errors"][0]["field"] == field


async def test_an_order_nobody_placed_has_no_papers_and_none_is_printed_twice(house: House) -> None:
    order_id = await house.paid(an_order())

    unknown = await paper(house, "NOBODY", "packing_slip")
    keyless = await house.http.get(f"/v1/orders/{order_id}/papers/packing_slip")
    twice = await printed(house, "address_label", order_id, order_id)

    assert unknown.status_code == HTTPStatus.NOT_FOUND
    assert keyless.status_code == HTTPStatus.UNAUTHORIZED
    assert twice.status_code == HTTPStatus.CONFLICT


async def test_five_hundred_lines_are_printed_whole(house: House) -> None:
    lines = [{**MUG, "line_id": str(number), "sku": f"SKU-{number}"} for number in range(500)]
    order_id = await house.paid(an_order(*lines))

    for kind in ("pick_list", "packing_slip", "invoice"):
        found = re.findall(r"SKU-(\d+)", text(await paper(house, order_id, kind)))
        assert [int(number) for number in found] == list(range(500))


async def test_more_lines_than_one_print_can_hold_are_refused_before_anything_is_made(house: House) -> None:
    lines = [{**MUG, "line_id": str(number)} for number in range(MOST_LINES)]
    orders = [await house.placed(an_order(*lines)) for _ in range(MOST_LINES_AT_ONCE // MOST_LINES + 1)]

    answer = await printed(house, "pick_list", *orders)

    assert answer.status_code == HTTPStatus.CONFLICT
    assert str(MOST_LINES_AT_ONCE) in answer.json()["detail"]


async def test_a_shops_logo_stands_on_its_papers(house: House) -> None:
    await house.open_store("logos", look={"name": "Logowinkel"})
    order_id = await house.paid(an_order(store="logos"))
    plain = (await paper(house, order_id, "packing_slip")).content

    async with house.pool.acquire() as connection:
        await take_logo(connection, "logos", a_png())
        with pytest.raises(OrderUnreadable):
            await take_logo(connection, "logos", b"<svg/>")
        kept = await papers.logo(connection, "logos")

    assert kept is not None
    assert kept.content == a_png()
    assert b"/Subtype/Image" not in plain
    assert b"/Subtype/Image" in (await paper(house, order_id, "packing_slip")).content


# At the desk.


async def test_staff_print_at_the_desk_what_is_of_their_stores_alone(house: House) -> None:
    await house.open_store("elsewhere")
    ours = await house.paid(an_order())
    theirs = await house.paid(an_order(store="elsewhere"))
    async with at_the_desk(house, Role.PACKER, stores=("default",), language="nl") as packer:
        mine = await packer.get("/desk/papers/packing_slip", params={"orders": f"default/{ours}"})
        other = await packer.get("/desk/papers/packing_slip", params={"orders": f"elsewhere/{theirs}"})
        unknown = await packer.get("/desk/papers/packing_slip", params={"orders": "elsewhere/NOBODY"})

    assert "Pakbon" in text(mine)
    assert mine.headers["content-disposition"].endswith(f"pakbon-{ours[-4:]}.pdf")
    assert other.status_code == unknown.status_code == HTTPStatus.NOT_FOUND


async def test_many_papers_at_the_desk_come_in_list_order(house: House) -> None:
    orders = [await house.paid(an_order()) for _ in range(3)]
    names = ",".join(f"default/{each}" for each in reversed(orders))
    async with at_the_desk(house, Role.PACKER) as packer:
        answer = await packer.get("/desk/papers/address_label", params={"orders": names, "size": "a6"})

    found = [sorted(text for _, text in page)[0] for page in codes_of(answer.content)]
    assert found == [f"default/{each}/1" for each in reversed(orders)]


async def test_a_link_asks_before_an_invoice_is_issued_and_the_button_issues_it(house: House) -> None:
    order_id = await house.paid(an_order())
    query = {"orders": f"default/{order_id}"}
    async with at_the_desk(house, Role.PACKER, language="nl") as packer:
        asked = await packer.get("/desk/papers/invoice", params=query)
        before = await house.pool.fetchval("SELECT count(*) FROM invoices WHERE order_id = $1", order_id)
        issued = await packer.post("/desk/papers/invoice", data=query)
        opened = await packer.get("/desk/papers/invoice", params=query)

    assert f"Bestelling {order_id[-4:]} heeft nog geen factuur." in asked.text
    assert f'value="default/{order_id}"' in asked.text
    assert before == 0
    assert "Factuurnummer" in text(issued)
    assert opened.content == issued.content


async def test_no_page_elsewhere_issues_an_invoice(house: House) -> None:
    order_id = await house.paid(an_order())
    query = {"orders": f"default/{order_id}"}
    async with at_the_desk(house, Role.PACKER) as packer:
        packer.headers["Sec-Fetch-Site"] = "cross-site"
        answer = await packer.post("/desk/papers/invoice", data=query)

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert await house.pool.fetchval("SELECT count(*) FROM invoices WHERE order_id = $1", order_id) == 0


async def test_who_only_looks_issues_no_invoice_and_reads_those_that_are(house: House) -> None:
    order_id = await house.paid(an_order())
    query = {"orders": f"default/{order_id}"}
    async with at_the_desk(house, Role.VIEWER) as viewer, at_the_desk(house, Role.PACKER) as packer:
        before = await viewer.get("/desk/papers/invoice", params=query)
        refused = await viewer.post("/desk/papers/invoice", data=query)
        issued = await packer.post("/desk/papers/invoice", data=query)
        after = await viewer.get("/desk/papers/invoice", params=query)

    assert before.status_code == HTTPStatus.BAD_REQUEST
    assert "you may not issue one" in before.text
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert issued.status_code == after.status_code == HTTPStatus.OK
    assert after.content == issued.content


# The command line.


async def test_the_command_line_writes_papers_to_a_file(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = [await house.paid(an_order()) for _ in range(2)]
    monkeypatch.setenv("PAKHUIS_DATABASE_URL", house.database_url)
    monkeypatch.setenv("PAKHUIS_SMTP_URL", house.mailbox.smtp_url)
    monkeypatch.setenv("PAKHUIS_PUBLIC_URL", PUBLIC_URL)
    monkeypatch.setenv("PAKHUIS_SECRET_KEY", SECRET)
    monkeypatch.setenv("PAKHUIS_FILES", str(house.settings.files))
    file = tmp_path / "slips.pdf"

    await command.write({"kind": "packing_slip"}, [second, f"default/{first}"], None, str(file))

    codes = codes_of(file.read_bytes())
    assert codes == [{(SQUARES, f"default/{second}/1")}, {(SQUARES, f"default/{first}/1")}]
    assert str(file) in capsys.readouterr().out
