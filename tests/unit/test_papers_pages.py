"""Pick list, packing slip and invoice: what stands on them, in which order, on how many pages."""

import re
from typing import Any

import pytest

from documents.invoices import bound, invoice, page_count
from documents.models import Goods, InvoiceLine, PickList, PickOrder, PickRow, Share, Sum
from documents.parcel_code import ParcelCode
from documents.pick_lists import MOST_BOXES, pick_list
from documents.slips import packing_slips
from documents.typesetting import CannotTypeset, Typesetter
from orders.logo import Logo
from orders.order import FulfillmentMethod
from tests.paper_reading import (
    ADDRESS,
    AT,
    CODE,
    MUGS,
    SHOP,
    SQUARES,
    a_png,
    a_slip,
    an_invoice,
    codes_of,
    euros,
    opened,
    shares,
    words_of,
)

NASTY = '#strong[x] $y$ \\ ) >> */ // `raw` "><img src=x onerror=alert(1)> {page}'


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


def a_list(*rows: PickRow, **changes: Any) -> PickList:
    values: dict[str, Any] = {
        "language": "nl",
        "shop": SHOP,
        "printed_at": AT,
        "orders": (PickOrder(number="1042", customer="Sanne de Vries", method=FulfillmentMethod.SHIPPING),),
        "rows": rows,
    }
    return PickList(**values | changes)


def a_row(sku: str = "MUG-BLUE", location: str = "", quantity: int = 2, **more: Any) -> PickRow:
    goods = Goods(name=f"Artikel {sku}", quantity=quantity, sku=sku)
    values: dict[str, Any] = {"goods": goods, "shares": shares(quantity), "location": location}
    return PickRow(**values | more)


# Packing slips.


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", ("Pakbon", "Bezorgadres", "Besteld op 20 november 2026", "2 stuks", "Pagina 1 van 1")),
        (
            "en",
            ("Packing slip", "Delivery address", "Ordered on 20 November 2026", "2 pieces", "Page 1 of 1"),
        ),
    ],
)
def test_a_packing_slip_says_what_lies_in_the_parcel(
    typesetter: Typesetter, language: str, said: tuple[str, ...]
) -> None:
    (page,) = words_of(packing_slips(typesetter, [a_slip(language=language)]).content)

    for each in (*said, *ADDRESS, SHOP.name, "1042", "MUG-BLUE", "Blauwe mok", "Maat: groot"):
        assert each in page


def test_a_packing_slip_shows_no_prices(typesetter: Typesetter) -> None:
    (page,) = words_of(packing_slips(typesetter, [a_slip()]).content)

    assert not re.search(r"€|\d,\d\d", page)


def test_a_packing_slip_tells_what_follows(typesetter: Typesetter) -> None:
    later = Goods(name="Theepot", quantity=1)

    (page,) = words_of(packing_slips(typesetter, [a_slip(later=(later,))]).content)

    assert page.index("Volgt in een ander pakket") < page.index("Theepot")


def test_a_scanner_reads_the_parcel_off_its_slip(typesetter: Typesetter) -> None:
    content = packing_slips(typesetter, [a_slip(), a_slip(code=ParcelCode("default", "M2PWA", "2"))]).content

    assert codes_of(content) == [{(SQUARES, str(CODE))}, {(SQUARES, "default/M2PWA/2")}]


def test_slips_come_in_the_order_they_were_asked_for_and_each_counts_its_own_pages(
    typesetter: Typesetter,
) -> None:
    many = tuple(Goods(name=f"Artikel {number}", quantity=1) for number in range(60))
    slips = [
        a_slip(order_number="B-1"),
        a_slip(order_number="A-2", goods=many, language="en"),
        a_slip(order_number="C-3"),
    ]

    pages = words_of(packing_slips(typesetter, slips).content)

    assert "B-1" in pages[0]
    assert "Pagina 1 van 1" in pages[0]
    assert "A-2" in pages[1]
    assert f"Page 1 of {len(pages) - 2}" in pages[1]
    assert "C-3" in pages[-1]
    assert "Pagina 1 van 1" in pages[-1]


def test_five_hundred_lines_repeat_the_head_of_the_table_on_every_page(typesetter: Typesetter) -> None:
    many = tuple(Goods(name=f"Artikel {number}", quantity=1, sku=f"SKU-{number}") for number in range(500))

    pages = words_of(packing_slips(typesetter, [a_slip(goods=many)]).content)

    assert len(pages) > 5
    assert all("Aantal Artikel Artikelnummer" in page for page in pages)
    assert [number for page in pages for number in re.findall(r"SKU-(\d+)", page)] == [
        str(number) for number in range(500)
    ]


def test_what_looks_like_markup_is_printed_as_it_is(typesetter: Typesetter) -> None:
    slip = a_slip(
        order_number=NASTY, address=(NASTY,), option=NASTY, goods=(MUGS.model_copy(update={"name": NASTY}),)
    )

    (page,) = words_of(packing_slips(typesetter, [slip]).content)

    assert page.count(NASTY) == 4


def test_names_without_end_are_cut_and_words_without_end_are_broken(typesetter: Typesetter) -> None:
    goods = Goods(name="W" * 10_000, quantity=1, sku="S" * 100, options=("x" * 10_000,) * 3)

    pages = words_of(packing_slips(typesetter, [a_slip(goods=(goods,), address=("W" * 10_000,))]).content)

    assert len(pages) == 1
    assert "…" in pages[0]
    assert "S" * 100 in pages[0].replace(" ", "")


def test_a_missing_character_is_seen_explained_and_told(typesetter: Typesetter) -> None:
    slip = a_slip(goods=(MUGS.model_copy(update={"name": "湯飲み"}),))

    paper = packing_slips(typesetter, [a_slip(), slip])

    plain, page = words_of(paper.content)
    assert "\ufffd\ufffd\ufffd" in page
    assert "\ufffd staat voor een teken" in page
    assert "\ufffd" not in plain
    assert paper.is_substituted
    assert not packing_slips(typesetter, [a_slip()]).is_substituted


def test_the_same_slips_are_the_same_bytes_whoever_made_others_before(typesetter: Typesetter) -> None:
    slips = [a_slip(shop=SHOP.model_copy(update={"logo": Logo.of(a_png())})), a_slip(language="en")]

    first = packing_slips(typesetter, slips).content

    assert packing_slips(Typesetter(), slips).content == first


# Pick lists.


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "nl",
            ("Verzamellijst", "1 bestelling · 2 stuks", "Afgedrukt op 20 november 2026 om 10:15", "Plaats"),
        ),
        ("en", ("Pick list", "1 order · 2 pieces", "Printed on 20 November 2026 at 10:15", "Shelf")),
    ],
)
def test_a_pick_list_says_what_to_take_from_where(
    typesetter: Typesetter, language: str, said: tuple[str, ...]
) -> None:
    listed = a_list(a_row(location="A-12", barcode="8712345678906"), language=language)

    (page,) = words_of(pick_list(typesetter, listed).content)

    for each in (*said, "A-12", "MUG-BLUE · 8712345678906", "Sanne de Vries"):
        assert each in page


def test_rows_stand_in_the_order_of_the_shelves_and_those_without_come_last(typesetter: Typesetter) -> None:
    places = [("S1", "B-1"), ("S2", ""), ("S10", "A-2"), ("S9", "A-10"), ("S3", "A-2"), ("S4", "a-3")]

    content = pick_list(typesetter, a_list(*(a_row(sku, place) for sku, place in places))).content

    found = re.findall(r"Artikel (S\d+)", words_of(content)[0])
    assert found == ["S3", "S10", "S4", "S9", "S1", "S2"]


def test_there_is_a_box_to_tick_for_every_piece_of_every_order(typesetter: Typesetter) -> None:
    few = a_row(
        quantity=5, shares=(Share(order_number="1042", quantity=2), Share(order_number="7", quantity=3))
    )
    none = a_row(quantity=5, shares=())

    content = pick_list(typesetter, a_list(few)).content

    assert boxes(content) - boxes(pick_list(typesetter, a_list(none)).content) == 5
    assert "1042" in words_of(content)[0]


def test_more_pieces_than_boxes_are_told_as_a_number(typesetter: Typesetter) -> None:
    listed = a_list(a_row(quantity=500, shares=shares(500)))

    content = pick_list(typesetter, listed).content

    assert f"+ {500 - MOST_BOXES}" in words_of(content)[0]
    assert boxes(content) - boxes(pick_list(typesetter, a_list(a_row(shares=()))).content) == MOST_BOXES


def boxes(pdf: bytes) -> int:
    """How many small squares are drawn on all its pages."""
    with opened(pdf) as document:
        bounds = [each.get_bounds() for page in document for each in page.get_objects(max_depth=3)]
    return sum(
        9 < right - left < 12 and abs((right - left) - (top - bottom)) < 0.1
        for left, bottom, right, top in bounds
    )


def test_a_pick_list_tells_what_the_packer_must_know_of_each_order(typesetter: Typesetter) -> None:
    order = PickOrder(
        number="1042",
        customer="שרה כהן",
        method=FulfillmentMethod.PICKUP,
        comment="Graag als cadeau",
        staff_note="Breekbaar",
        is_done=True,
    )

    (page,) = words_of(pick_list(typesetter, a_list(orders=(order,))).content)

    for said in (
        "Voor deze bestellingen hoeft niets meer verzameld",
        "שרה כהן",
        "Wordt in de winkel afgehaald",
    ):
        assert said in page
    for said in ("Klant: Graag als cadeau", "Notitie: Breekbaar", "Niets meer te verzamelen."):
        assert said in page


def test_five_hundred_rows_repeat_the_head_of_the_list(typesetter: Typesetter) -> None:
    rows = [a_row(f"S{number}", f"A-{number}") for number in range(500)]

    pages = words_of(pick_list(typesetter, a_list(*rows)).content)

    with_rows = [page for page in pages if re.search(r"Artikel S\d", page)]
    assert len(with_rows) > 5
    assert all("Plaats Artikel Stuks Voor bestelling" in page for page in with_rows)
    assert f"Pagina {len(pages)} van {len(pages)}" in pages[-1]


# Invoices.


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "nl",
            (
                "Factuur",
                "Factuurnummer 2026-00017",
                "Factuurdatum 20 november 2026",
                "Btw-nummer NL001234567B01",
                "Totaal € 29,95",
                "Btw in het totaal € 5,20",
                "Betaald € 29,95",
                "Nog te betalen € 0,00",
            ),
        ),
        (
            "en",
            (
                "Invoice number 2026-00017",
                "Invoice date 20 November 2026",
                "VAT number NL001234567B01",
                "Total €29.95",
                "Tax included in the total €5.20",
                "Paid €29.95",
                "Still to pay €0.00",
            ),
        ),
    ],
)
def test_an_invoice_says_who_sold_what_to_whom_and_what_of_it_is_tax(
    typesetter: Typesetter, language: str, said: tuple[str, ...]
) -> None:
    (page,) = words_of(invoice(typesetter, an_invoice(language=language)).content)

    for each in (*said, *ADDRESS, SHOP.name, *SHOP.address, "Blauwe mok", "MUG-BLUE", "1042", "iDEAL"):
        assert each in page


def test_an_invoice_shows_no_tax_where_none_was_given(typesetter: Typesetter) -> None:
    (page,) = words_of(invoice(typesetter, an_invoice(included_tax=None)).content)

    assert "Btw in" not in page


def test_an_invoice_tells_how_to_pay_only_while_something_is_due(typesetter: Typesetter) -> None:
    how = {"how_to_pay": "Maak over op NL00 BANK 0123 4567 89"}

    (unpaid,) = words_of(invoice(typesetter, an_invoice(paid=euros(0), due=euros(2995), **how)).content)
    (paid,) = words_of(invoice(typesetter, an_invoice(**how)).content)

    assert "NL00 BANK" in unpaid
    assert "NL00 BANK" not in paid


def test_what_was_cancelled_is_told_and_taken_off(typesetter: Typesetter) -> None:
    line = InvoiceLine(goods=MUGS, unit_price=euros(1250), cancelled=1)
    sums = (Sum(name="items", amount=euros(2500)), Sum(name="cancelled", amount=euros(-1250)))

    (page,) = words_of(invoice(typesetter, an_invoice(lines=(line,), sums=sums, total=euros(1250))).content)

    for said in (
        "1 daarvan geannuleerd",
        "Geannuleerd € -12,50",
        "Btw in de bestelling zoals die werd geplaatst",
    ):
        assert said in page


def test_the_pages_of_an_invoice_are_counted_as_they_are(typesetter: Typesetter) -> None:
    for count in (1, 40, 500):
        lines = (InvoiceLine(goods=MUGS, unit_price=euros(1250)),) * count

        content = invoice(typesetter, an_invoice(lines=lines)).content

        assert page_count(content) == len(words_of(content))


def test_an_invoice_is_made_to_be_kept(typesetter: Typesetter) -> None:
    content = invoice(typesetter, an_invoice()).content

    assert b"pdfaid:part>3<" in content
    assert b"2026-11-20" in content


def test_the_same_invoice_is_the_same_bytes(typesetter: Typesetter) -> None:
    logo = SHOP.model_copy(update={"logo": Logo.of(a_png())})

    first = invoice(typesetter, an_invoice(shop=logo)).content

    assert invoice(Typesetter(), an_invoice(shop=logo)).content == first


def test_invoices_bound_together_keep_their_words_and_their_order(typesetter: Typesetter) -> None:
    lines = (InvoiceLine(goods=MUGS, unit_price=euros(1250)),) * 60
    made = [
        invoice(typesetter, an_invoice(number=number, lines=lines[:count])).content
        for number, count in (("2026-00003", 1), ("2026-00001", 60), ("2026-00002", 1))
    ]

    together = bound(typesetter, [(content, page_count(content)) for content in made], "Facturen")

    assert words_of(together.content) == [page for content in made for page in words_of(content)]


# Logos and mistakes.


def test_a_logo_that_cannot_be_read_keeps_no_paper_from_being_made(typesetter: Typesetter) -> None:
    broken = Logo.model_construct(kind="png", content=b"\x89PNG nothing of the kind")

    paper = packing_slips(typesetter, [a_slip(shop=SHOP.model_copy(update={"logo": broken}))])

    assert "Pakbon" in words_of(paper.content)[0]
    assert not typesetter.can_show(broken)
    assert typesetter.can_show(Logo.of(a_png()))


def test_a_template_without_its_data_is_an_error_and_no_paper(typesetter: Typesetter) -> None:
    with pytest.raises(CannotTypeset):
        typesetter.pdf("invoice.typ", {"title": "x"})
