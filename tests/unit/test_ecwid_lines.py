"""Per line: what ships, what downloads, what is a gift card, and what cannot be fulfilled."""

import pytest

from orders.order import LineKind
from starter.ecwid import UNKNOWN_FILE
from tests.ecwid_orders import GONE, ebook, file, gift_card, history, live, mug, order, refusal, warnings


def line(item):
    (only,) = live(order(items=[item])).order.lines
    return only


@pytest.mark.parametrize(
    ("item", "kind", "files"),
    [
        (mug(), LineKind.PHYSICAL, ()),
        (ebook(), LineKind.DIGITAL, ("ebook-1.epub",)),
        (gift_card(), LineKind.GIFT_CARD, ()),
        (mug(giftCard=GONE, digital=GONE, isShippingRequired=GONE, files=GONE), LineKind.PHYSICAL, ()),
        (ebook(isShippingRequired=GONE), LineKind.DIGITAL, ("ebook-1.epub",)),
        (ebook(isShippingRequired=GONE, digital=GONE), LineKind.DIGITAL, ("ebook-1.epub",)),
        (ebook(digital=False), LineKind.DIGITAL, ("ebook-1.epub",)),
        (gift_card(isShippingRequired=GONE), LineKind.GIFT_CARD, ()),
        (ebook(isShippingRequired=True), LineKind.PHYSICAL, ("ebook-1.epub",)),
        (ebook(isShippingRequired=True, digital=False), LineKind.PHYSICAL, ("ebook-1.epub",)),
        (ebook(isShippingRequired=True, files=[]), LineKind.PHYSICAL, ()),
        (mug(isShippingRequired="true"), LineKind.PHYSICAL, ()),
        (ebook(files=[file("a.pdf"), file("b.pdf"), file("a.pdf")]), LineKind.DIGITAL, ("a.pdf", "b.pdf")),
    ],
)
def test_a_line_is_read_by_what_its_customer_is_to_get(item, kind, files):
    read = line(item)

    assert (read.kind, read.files) == (kind, files)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (ebook(files=[]), "nothing_to_deliver"),
        (ebook(files=GONE, isShippingRequired=GONE), "nothing_to_deliver"),
        (mug(isShippingRequired=False), "nothing_to_deliver"),
        (gift_card(price=0), "gift_card_worth_nothing"),
        (gift_card(quantity=101), "too_many_gift_cards"),
        (mug(quantity=1.5), "bad_quantity"),
        (mug(quantity=0), "bad_quantity"),
        (mug(quantity=-1), "bad_quantity"),
        (mug(quantity=10_000), "bad_quantity"),
        (mug(quantity=True), "bad_quantity"),
        (mug(quantity=GONE), "bad_quantity"),
        (mug(price=GONE), "no_price"),
        (mug(price=-1), "amount_below_zero"),
        (mug(price="twelve"), "not_an_amount"),
        (mug(price=10**12), "amount_too_large"),
        (mug(sku="S" * 101), "sku_too_long"),
        (mug(name="", sku=GONE), "no_name"),
        (mug(files="ebook-1.epub"), "not_a_list"),
        (mug(selectedOptions=[{"name": str(n), "value": "x"} for n in range(51)]), "too_many_options"),
        (ebook(files=[file("")]), "bad_file_name"),
        (ebook(files=[file("../../etc/passwd")]), "bad_file_name"),
        (ebook(files=[file("..")]), "bad_file_name"),
        (ebook(files=[file(12)]), "bad_file_name"),
        (ebook(files=["ebook-1.epub"]), "not_an_object"),
    ],
)
def test_a_line_that_cannot_be_fulfilled_refuses_the_order(item, reason):
    assert refusal(order(items=[mug(id=1), item])) == reason


def test_an_order_without_lines_is_refused():
    assert [refusal(order(items=items)) for items in ([], GONE, None)] == ["no_lines"] * 3


def test_an_order_of_more_lines_than_can_be_handled_is_refused():
    assert refusal(order(items=[mug(id=n) for n in range(1, 1002)])) == "too_many_lines"


def test_a_whole_number_written_with_decimals_is_a_quantity():
    assert line(mug(quantity=3.0)).quantity == 3


def test_a_gift_card_is_worth_its_price():
    assert line(gift_card(price=50)).unit_price == 50


def test_a_gift_card_that_asks_for_shipping_is_said_to_ship_nothing():
    assert "gift_card_that_ships" in warnings(live(order(items=[gift_card(isShippingRequired=True)])))


def test_options_are_written_as_a_picker_reads_them():
    item = mug(
        selectedOptions=[
            {"name": "Maat", "type": "CHOICE", "value": "Groot", "valuesArray": ["Groot"]},
            {"name": "Extra", "type": "CHOICES", "valuesArray": ["Lint", "Kaartje"]},
            {"name": "Kleur", "type": "CHOICE", "selections": [{"selectionTitle": "Blauw"}]},
            {"name": "Datum", "type": "DATE", "value": "2026-12-05"},
            {"name": "Foto", "type": "FILES", "files": [{"name": "kat.jpg", "url": "https://x/SECRET-foto"}]},
            {"name": "Leeg", "type": "TEXT", "value": ""},
        ]
    )

    assert line(item).options == (
        "Maat: Groot",
        "Extra: Lint, Kaartje",
        "Kleur: Blauw",
        "Datum: 2026-12-05",
        "Foto: kat.jpg",
        "Leeg",
    )


def test_no_link_and_no_key_of_the_store_is_kept():
    link = "https://app.ecwid.com/orderfile/77/SECRET-option/kat.jpg"
    body = order(
        items=[
            ebook(selectedOptions=[{"name": "Foto", "value": link}]),
            mug(name="Mok https://shop.example.com/x?access_key=SECRET-name"),
        ],
        privateAdminNotes="zie https://app.ecwid.com/api/v3/77/orders?token=SECRET-note",
        trackingUrl="https://track.example.com/SECRET-tracking",
        invoices=[{"link": "https://shop.example.com/invoice?access_key=SECRET-invoice"}],
    )
    reading = live(body)

    assert "SECRET" not in reading.model_dump_json()
    assert warnings(reading).count("link_left_out") == 3


def test_a_plain_link_of_the_customer_stays():
    comment = "Als op https://example.org/foto?size=2"

    assert live(order(orderComments=comment)).order.comment == comment


@pytest.mark.parametrize("ids", [(5, 5), (5, GONE), ("a b", "c"), (0, 1), (True, 2)])
def test_lines_without_ids_of_their_own_are_numbered(ids):
    body = order(items=[mug(id=given) for given in ids])

    assert [line.line_id for line in live(body).order.lines] == ["1", "2"]


def test_a_past_order_keeps_lines_that_could_not_be_fulfilled_now():
    items = [
        ebook(id=1, files=[]),
        gift_card(id=2, price=0),
        ebook(id=3, files=[file("a/b")]),
        mug(id=4, name="", sku=""),
    ]
    reading = history(order(items=items, fulfillmentStatus="DELIVERED"))

    assert [line.kind for line in reading.order.lines] == [LineKind.DIGITAL] * 3 + [LineKind.PHYSICAL]
    assert {name for line in reading.order.lines for name in line.files} == {UNKNOWN_FILE}
    assert "past_without_files" in warnings(reading)


def test_a_long_name_is_cut_and_said_so():
    reading = live(order(items=[mug(name="M" * 400)]))

    assert len(reading.order.lines[0].name) == 300
    assert "text_cut" in warnings(reading)


def test_a_thousand_odd_lines_give_a_bounded_number_of_warnings():
    reading = live(order(items=[mug(id=n, price=0.333) for n in range(1, 1001)]))

    assert len(reading.warnings) == 51
    assert reading.warnings[-1].facts == {"count": 951}
