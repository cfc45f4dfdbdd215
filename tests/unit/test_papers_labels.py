"""Address labels: read by people and by scanners, from a PDF and as ZPL."""

import re

import pytest

from documents.labels import WIDTH_DOTS, bars_that_fit, labels
from documents.parcel_code import ParcelCode
from documents.typesetting import Typesetter
from documents.zpl import zpl_labels
from orders.order import FulfillmentMethod
from orders.paper import LabelSize, PaperFormat
from tests.paper_reading import ADDRESS, BARS, CODE, SHOP, SQUARES, a_label, codes_of, sizes_of, words_of

LONG = ParcelCode("s" * 40, "X" * 64, "9" * 20)
MIDDLE = ParcelCode("default", "XJ12H-000123456", "12")
NASTY = (
    "#strong[x] $y$ \\ ) >> */ //",
    '#read("/etc/passwd") <label> @ref',
    "^XZ^XA^FDx^FS ~JA _5E \\&",
    "`raw` = head - item + 1.",
)
FIELD = re.compile(r"\^FO(\d+),(\d+)\^A0N,(\d+),\d+\^FH\^FD(.*?)\^FS", re.DOTALL)


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


@pytest.mark.parametrize("size", LabelSize)
@pytest.mark.parametrize("code", [CODE, MIDDLE, ParcelCode("a", "1", "1")])
def test_a_scanner_reads_the_parcel_off_both_codes(
    typesetter: Typesetter, size: LabelSize, code: ParcelCode
) -> None:
    paper = labels(typesetter, [a_label(code=code)], size)

    assert codes_of(paper.content) == [{(BARS, str(code)), (SQUARES, str(code))}]


@pytest.mark.parametrize("dots_per_inch", [203, 300])
@pytest.mark.parametrize("size", LabelSize)
def test_bars_of_every_width_are_read_on_printers_of_both_kinds(
    typesetter: Typesetter, size: LabelSize, dots_per_inch: int
) -> None:
    orders = ["T0470d150741", *(("T9f1668fd1be6943e7" * 2)[:length] for length in range(1, 25))]
    codes = [ParcelCode("default", order, parcel) for order in orders for parcel in ("1", "12")]
    codes = [code for code in codes if bars_that_fit(str(code), WIDTH_DOTS[size])]

    read = codes_of(labels(typesetter, [a_label(code=code) for code in codes], size).content, dots_per_inch)

    unread = [str(code) for code, seen in zip(codes, read, strict=True) if (BARS, str(code)) not in seen]
    assert len(codes) > 30
    assert unread == []


def test_a_code_too_long_for_bars_is_in_the_squares_alone(typesetter: Typesetter) -> None:
    paper = labels(typesetter, [a_label(code=LONG)], LabelSize.FOUR_BY_SIX)

    assert codes_of(paper.content) == [{(SQUARES, str(LONG))}]


def test_bars_are_whole_dots_wide_and_as_wide_as_the_label_allows() -> None:
    short, middle, long = (bars_that_fit(str(code), 812) for code in (CODE, MIDDLE, LONG))

    assert short is not None and short.dots == 3  # noqa: PT018
    assert middle is not None and middle.dots == 2  # noqa: PT018
    assert long is None


def test_a_hundred_labels_are_a_hundred_parcels_in_the_order_they_were_asked_for(
    typesetter: Typesetter,
) -> None:
    codes = [ParcelCode("default", f"K{number // 2:03d}", str(number % 2 + 1)) for number in range(100)]

    paper = labels(typesetter, [a_label(code=code) for code in codes], LabelSize.FOUR_BY_SIX)

    assert codes_of(paper.content) == [{(BARS, str(code)), (SQUARES, str(code))} for code in codes]


@pytest.mark.parametrize(("size", "inches"), [("4x6", (4, 6)), ("a6", (105 / 25.4, 148 / 25.4))])
def test_a_label_is_as_large_as_it_says(
    typesetter: Typesetter, size: str, inches: tuple[float, float]
) -> None:
    paper = labels(typesetter, [a_label()], LabelSize(size))

    assert sizes_of(paper.content) == [pytest.approx(inches, abs=0.01)]


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", ("Van", "Aan", "Bestelling 1042", "Pakket 1 · 0,78 kg")), ("en", ("From", "To", "Order 1042"))],
)
def test_a_label_speaks_the_language_of_the_shop(
    typesetter: Typesetter, language: str, words: tuple[str, ...]
) -> None:
    label = a_label(language=language, weight_grams=780, phone="+31201234567", instructions="Bel twee keer")

    (page,) = words_of(labels(typesetter, [label], LabelSize.FOUR_BY_SIX).content)

    for said in (*words, *ADDRESS, SHOP.name, "Tel. +31201234567", "Bel twee keer", "default/K8XTQ/1"):
        assert said in page


def test_what_looks_like_a_command_is_printed_as_it_is(typesetter: Typesetter) -> None:
    paper = labels(typesetter, [a_label(address=NASTY)], LabelSize.FOUR_BY_SIX)

    (page,) = words_of(paper.content)
    for line in NASTY:
        assert line in page


def test_the_longest_address_stays_in_its_place_and_both_codes_can_be_read(typesetter: Typesetter) -> None:
    address = ("W" * 10_000, "Weg " * 3_000, *("x" * 300,) * 6, "1016 GV Amsterdam", "NEDERLAND")

    paper = labels(typesetter, [a_label(address=address)], LabelSize.FOUR_BY_SIX)

    assert codes_of(paper.content) == [{(BARS, str(CODE)), (SQUARES, str(CODE))}]
    (page,) = words_of(paper.content)
    assert "1016 GV Amsterdam" in page
    assert "…" in page


def test_a_name_from_right_to_left_is_whole_and_in_its_order(typesetter: Typesetter) -> None:
    paper = labels(typesetter, [a_label(address=("שרה כהן", "רחוב הרצל 12"))], LabelSize.A6)

    (page,) = words_of(paper.content)
    assert "שרה כהן" in page
    assert "רחוב הרצל 12" in page
    assert not paper.is_substituted


@pytest.mark.parametrize("format_", PaperFormat)
def test_a_missing_character_is_seen_and_told(typesetter: Typesetter, format_: PaperFormat) -> None:
    label = a_label(address=("山田 Yuki", *ADDRESS[1:]))

    pdf = format_ is PaperFormat.PDF
    paper = labels(typesetter, [label], LabelSize.A6) if pdf else zpl_labels([label], LabelSize.FOUR_BY_SIX)

    assert paper.is_substituted
    if pdf:
        assert "\ufffd\ufffd Yuki" in words_of(paper.content)[0]
    else:
        assert "^FD?? Yuki^FS" in paper.content.decode()


def test_the_same_labels_are_the_same_bytes(typesetter: Typesetter) -> None:
    wanted = [a_label(), a_label(code=MIDDLE, language="en")]

    first = labels(typesetter, wanted, LabelSize.FOUR_BY_SIX).content

    assert labels(Typesetter(), wanted, LabelSize.FOUR_BY_SIX).content == first


# ZPL.


def unescaped(field: str) -> str:
    """A field as the printer reads it after ^FH."""
    return re.sub(r"_([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), field)


def fields(zpl: str) -> list[str]:
    return [unescaped(found[3]) for found in FIELD.findall(zpl)]


@pytest.mark.parametrize("size", LabelSize)
def test_zpl_says_what_the_pdf_says(typesetter: Typesetter, size: LabelSize) -> None:
    label = a_label(weight_grams=780, phone="+31201234567", carrier="PostNL", tracking_number="3SDEVC1234567")

    said = fields(zpl_labels([label], size).content.decode())

    (page,) = words_of(labels(typesetter, [label], size).content)
    assert [text for text in said if text not in page] == []
    assert {*ADDRESS, "default/K8XTQ/1", "PostNL 3SDEVC1234567"} <= set(said)


def test_zpl_has_both_codes_and_begins_and_ends_once_for_each_label() -> None:
    zpl = zpl_labels([a_label(), a_label(code=MIDDLE)], LabelSize.FOUR_BY_SIX).content.decode()

    assert zpl.count("^XA^CI28") == zpl.count("^XZ") == 2
    assert "^BY3^BCN,128,N,N,N,A^FH^FDdefault/K8XTQ/1^FS" in zpl
    assert f"^BY2^BCN,128,N,N,N,A^FH^FD{MIDDLE}^FS" in zpl
    assert f"^BQN,2,6^FH^FDMA,{MIDDLE}^FS" in zpl
    assert f"^PW{WIDTH_DOTS[LabelSize.FOUR_BY_SIX]}" in zpl


def test_a_code_with_an_underscore_reads_as_it_is_on_the_printer() -> None:
    code = ParcelCode("my_shop", "A_1", "1")

    zpl = zpl_labels([a_label(code=code)], LabelSize.FOUR_BY_SIX).content.decode()

    found = re.findall(r"\^B[CQ][^\n]*?\^FH\^FD(?:MA,)?(.*?)\^FS", zpl)
    assert [unescaped(each) for each in found] == [str(code), str(code)]


def test_a_code_too_long_for_bars_is_in_the_squares_of_zpl_alone() -> None:
    zpl = zpl_labels([a_label(code=LONG)], LabelSize.FOUR_BY_SIX).content.decode()

    assert "^BC" not in zpl
    assert f"MA,{LONG}^FS" in zpl


@pytest.mark.parametrize("name", NASTY)
def test_nothing_in_a_name_is_a_command_to_the_printer(name: str) -> None:
    label = a_label(
        address=(name, *ADDRESS[1:]),
        shop=SHOP.model_copy(update={"name": name}),
        order_number=name,
        instructions=name,
    )

    zpl = zpl_labels([label], LabelSize.FOUR_BY_SIX).content.decode()

    plain = zpl_labels([a_label(instructions="x")], LabelSize.FOUR_BY_SIX).content.decode()
    commands = re.compile(r"[\^~][A-Z0-9]{2}")
    assert commands.findall(zpl) == commands.findall(plain)
    assert name in fields(zpl)


def test_long_lines_of_zpl_are_cut_to_the_width_of_the_label() -> None:
    zpl = zpl_labels([a_label(address=("W" * 10_000, *ADDRESS[1:]))], LabelSize.A6).content.decode()

    for x, _, height, text in FIELD.findall(zpl):
        assert int(x) + len(unescaped(text)) * int(height) * 0.58 <= WIDTH_DOTS[LabelSize.A6]
    assert "…" in zpl


def test_a_label_of_an_order_that_is_collected_says_so(typesetter: Typesetter) -> None:
    label = a_label(method=FulfillmentMethod.PICKUP, option="", address=("Sanne de Vries",))

    (page,) = words_of(labels(typesetter, [label], LabelSize.A6).content)

    assert "Wordt in de winkel afgehaald" in page
