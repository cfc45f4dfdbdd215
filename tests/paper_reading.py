"""Reading papers as people and scanners do, for tests: their words, their codes, their pages."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pypdfium2  # type: ignore[import-untyped, unused-ignore]
import zxingcpp

from documents.models import (
    AddressLabel,
    Goods,
    Invoice,
    InvoiceLine,
    PackingSlip,
    Share,
    Shop,
    Sum,
)
from documents.parcel_code import ParcelCode
from orders.money import Money
from orders.order import FulfillmentMethod

AT = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
DOTS_PER_INCH = 203
BARS, SQUARES = "Code 128", "QR Code"
SHOP = Shop(
    name="Keramiek aan de Gracht",
    address=("Herengracht 12", "1015 BK Amsterdam"),
    website="https://keramiek.example",
    mail="orders@keramiek.example",
    tax_number="NL001234567B01",
    colour="#b8562e",
)
ADDRESS = ("Sanne de Vries", "Prinsengracht 263", "1016 GV Amsterdam", "NEDERLAND")
CODE = ParcelCode("default", "K8XTQ", "1")
MUGS = Goods(name="Blauwe mok", quantity=2, sku="MUG-BLUE", options=("Maat: groot",))


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def words_of(pdf: bytes) -> list[str]:
    """The text of each page, with single spaces, and without the places where a word may break."""
    with opened(pdf) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [" ".join(text.replace("\N{ZERO WIDTH SPACE}", "").split()) for text in texts]


def codes_of(pdf: bytes, dots_per_inch: int = DOTS_PER_INCH) -> list[set[tuple[str, str]]]:
    """What a scanner reads off each page, printed with so many dots to the inch: kind of code and text."""
    with opened(pdf) as document:
        return [_codes(page.render(scale=dots_per_inch / 72, grayscale=True)) for page in document]


def _codes(picture: pypdfium2.PdfBitmap) -> set[tuple[str, str]]:
    return scanned(bytes(picture.buffer), picture.width, picture.height, picture.stride)


def scanned(grey: bytes, width: int, height: int, stride: int | None = None) -> set[tuple[str, str]]:
    """The codes in a picture of one byte a dot."""
    stride = stride or width
    packed = b"".join(grey[row * stride : row * stride + width] for row in range(height))
    image = memoryview(packed).cast("B", shape=(height, width))
    found = zxingcpp.read_barcodes(image)  # type: ignore[arg-type, unused-ignore]
    return {(str(each.format), each.text) for each in found}


def sizes_of(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page, in inches."""
    with opened(pdf) as document:
        return [(page.get_width() / 72, page.get_height() / 72) for page in document]


def euros(cents: int) -> Money:
    return Money(minor=cents, currency="EUR")


def a_slip(**changes: Any) -> PackingSlip:
    values: dict[str, Any] = {
        "language": "nl",
        "shop": SHOP,
        "order_number": "1042",
        "placed_at": AT,
        "address": ADDRESS,
        "method": FulfillmentMethod.SHIPPING,
        "option": "PostNL standaard",
        "code": CODE,
        "goods": (MUGS,),
    }
    return PackingSlip(**values | changes)


def a_label(**changes: Any) -> AddressLabel:
    values: dict[str, Any] = {
        "language": "nl",
        "shop": SHOP,
        "order_number": "1042",
        "address": ADDRESS,
        "method": FulfillmentMethod.SHIPPING,
        "option": "PostNL standaard",
        "code": CODE,
    }
    return AddressLabel(**values | changes)


def an_invoice(**changes: Any) -> Invoice:
    values: dict[str, Any] = {
        "language": "nl",
        "shop": SHOP,
        "number": "2026-00017",
        "issued_at": AT,
        "order_number": "1042",
        "placed_at": AT,
        "address": ADDRESS,
        "lines": (InvoiceLine(goods=MUGS, unit_price=euros(1250)),),
        "sums": (Sum(name="items", amount=euros(2500)), Sum(name="shipping", amount=euros(495))),
        "total": euros(2995),
        "included_tax": euros(520),
        "paid": euros(2995),
        "due": euros(0),
        "payment_method": "iDEAL",
    }
    return Invoice(**values | changes)


def shares(quantity: int, number: str = "1042") -> tuple[Share, ...]:
    return (Share(order_number=number, quantity=quantity),)


def a_png(width: int = 40, height: int = 20, grey: int = 90) -> bytes:
    """A picture of one colour."""
    rows = b"".join(b"\0" + bytes([grey]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_part(name, data) for name, data in parts)


def png_part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
