"""The lines of an order: per line what ships, what downloads, and what is a gift card."""

from typing import Final

from pydantic import TypeAdapter, ValidationError

from orders.order import MOST_GIFT_CARDS_PER_LINE, MOST_LINES, FileName, Line, LineId, LineKind
from orders.store import MOST_IN_STOCK
from starter.ecwid.notes import Refused
from starter.ecwid.part import LARGEST_NUMBER, Part, number
from starter.ecwid.readings import UNKNOWN_FILE

MOST_PIECES: Final = 9999
MOST_FILES: Final = 50
MOST_OPTIONS: Final = 50
MOST_SKU: Final = 100
MOST_BARCODE: Final = 60
BARCODES: Final = ("upc", "ean", "gtin", "barcode")
FILE_NAME: Final = TypeAdapter(FileName)
LINE_ID: Final = TypeAdapter(LineId)


def lines_of(body: Part, currency: str, *, past: bool) -> tuple[Line, ...]:
    """Every line of the order, in its order; refused if one of them cannot be fulfilled.

    Weights are not read: Ecwid writes a bare number in a unit that only the store's profile knows.
    """
    items = body.parts("items")
    if not items:
        raise Refused("ecwid.no_lines", "items")
    if len(items) > MOST_LINES:
        raise Refused("ecwid.too_many_lines", "items", most=MOST_LINES)
    ids = _ids(items)
    return tuple(
        _line(item, line_id, position, currency, past=past)
        for position, (item, line_id) in enumerate(zip(items, ids, strict=True), start=1)
    )


def _ids(items: tuple[Part, ...]) -> list[str]:
    """The lines' own ids if each has one and no two the same; else their positions, from 1."""
    given = [_id(item) for item in items]
    if all(given) and len(set(given)) == len(given):
        return given
    return [str(position) for position in range(1, len(items) + 1)]


def _id(item: Part) -> str:
    value = item.values.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int) and not 0 < value < LARGEST_NUMBER:
        return ""
    try:
        return LINE_ID.validate_python(str(value))
    except ValidationError:
        return ""


def _line(item: Part, line_id: str, position: int, currency: str, *, past: bool) -> Line:
    price = item.amount("price", currency)
    if price is None:
        raise Refused("ecwid.no_price", item.where("price"), line=position)
    quantity = _quantity(item, position)
    files = _files(item, position, past=past)
    kind = _kind(item, position, has_files=bool(files))
    if kind is LineKind.GIFT_CARD:
        if files:
            item.notes.warn("ecwid.gift_card_with_files", line=position)
            files = ()
        wrong = _wrong_with_gift_card(quantity, is_free=price == 0)
        if wrong and not past:
            raise Refused(wrong, item.path, line=position, most=MOST_GIFT_CARDS_PER_LINE)
        if wrong:
            kind = LineKind.DIGITAL
    if kind is LineKind.DIGITAL and not files:
        # Only a past line comes this far without a file: it was delivered somehow, and stays in the list.
        files = (UNKNOWN_FILE,)
        if not past:
            raise Refused("ecwid.nothing_to_deliver", item.path, line=position)
        item.notes.warn("ecwid.past_without_files", line=position)
    return Line(
        line_id=line_id,
        kind=kind,
        sku=_sku(item, position),
        name=_name(item, position, past=past),
        quantity=quantity,
        unit_price=price,
        options=_options(item),
        files=files,
        barcode=_barcode(item),
        stock_left=_stock_left(item),
    )


def _kind(item: Part, position: int, *, has_files: bool) -> LineKind:
    """What ships is `isShippingRequired`, what downloads is what has files; a line may be both."""
    ships = item.truth("isShippingRequired")
    if item.truth("giftCard") or item.truth("isGiftCard"):
        if ships:
            item.notes.warn("ecwid.gift_card_that_ships", line=position)
        return LineKind.GIFT_CARD
    is_digital = item.truth("digital") is True
    if ships is None:
        ships = not has_files and not is_digital
    elif ships and is_digital:
        item.notes.warn(
            "ecwid.ships_and_downloads" if has_files else "ecwid.digital_that_ships", line=position
        )
    return LineKind.PHYSICAL if ships else LineKind.DIGITAL


def _wrong_with_gift_card(quantity: int, *, is_free: bool) -> str:
    if is_free:
        return "ecwid.gift_card_worth_nothing"
    return "ecwid.too_many_gift_cards" if quantity > MOST_GIFT_CARDS_PER_LINE else ""


def _quantity(item: Part, position: int) -> int:
    found = number(item.values.get("quantity"))
    if found is None or found != found.to_integral_value() or not 1 <= found <= MOST_PIECES:
        raise Refused("ecwid.bad_quantity", item.where("quantity"), line=position, most=MOST_PIECES)
    return int(found)


def _files(item: Part, position: int, *, past: bool) -> tuple[str, ...]:
    """The names of the files to download. Their links are never read: they carry the store's key."""
    files = item.parts("files")
    if len(files) > MOST_FILES:
        raise Refused("ecwid.too_many_files", item.where("files"), line=position, most=MOST_FILES)
    names = []
    for file in files:
        raw = file.values.get("name")
        try:
            name = FILE_NAME.validate_python(raw.strip() if isinstance(raw, str) else raw)
        except ValidationError:
            name = ""
        if name in ("", ".", ".."):
            if not past:
                raise Refused("ecwid.bad_file_name", file.where("name"), line=position)
            item.notes.warn("ecwid.past_without_files", line=position)
            name = UNKNOWN_FILE
        names.append(name)
    return tuple(dict.fromkeys(names))


def _sku(item: Part, position: int) -> str:
    sku = item.text("sku", 4000)
    if len(sku) > MOST_SKU:
        raise Refused("ecwid.sku_too_long", item.where("sku"), line=position, most=MOST_SKU)
    return sku


def _barcode(item: Part) -> str:
    """The number under the bars of the product; "" if none was given that a scanner could read."""
    for name in BARCODES:
        value = item.values.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int):
            continue
        if isinstance(value, int) and not 0 < value < LARGEST_NUMBER:
            continue
        text = str(value).strip()
        if 0 < len(text) <= MOST_BARCODE and text.isascii() and text.isprintable():
            return text
    return ""


def _stock_left(item: Part) -> int | None:
    """How many the store had left; None where it does not count this product, or says no number."""
    if item.values.get("trackQuantity") is not True:
        return None
    found = number(item.values.get("quantityInStock"))
    if found is None or found != found.to_integral_value() or found > MOST_IN_STOCK:
        return None
    return max(0, int(found))  # Ecwid counts below zero where a product may be sold out and still be bought.


def _name(item: Part, position: int, *, past: bool) -> str:
    if name := item.text("name", 300):
        return name
    if name := item.text("sku", 300):
        item.notes.warn("ecwid.line_named_by_sku", line=position)
        return name
    if not past:
        raise Refused("ecwid.no_name", item.where("name"), line=position)
    return "—"


def _options(item: Part) -> tuple[str, ...]:
    options = [_option(option) for option in item.parts("selectedOptions")]
    chosen = [option for option in options if option]
    if len(chosen) > MOST_OPTIONS:
        # The picker needs every one of them.
        raise Refused("ecwid.too_many_options", item.where("selectedOptions"), most=MOST_OPTIONS)
    return tuple(chosen)


def _option(option: Part) -> str:
    """An option as a picker reads it: "Size: Big". A file the customer sent is named, never linked."""
    name = option.text("name", 100)
    value = option.text("value", 300) or _values(option)
    said = f"{name}: {value}" if name and value else name or value
    if len(said) > 300:
        option.notes.warn("ecwid.text_cut", field=option.path, most=300)
        return said[:299].rstrip() + "…"
    return said


def _values(option: Part) -> str:
    listed = option.values.get("valuesArray")
    if isinstance(listed, list) and listed:
        values = Part({str(index): value for index, value in enumerate(listed)}, option.path, option.notes)
        return ", ".join(text for name in values.values if (text := values.text(name, 300)))
    if selections := option.parts("selections"):
        return ", ".join(title for one in selections if (title := one.text("selectionTitle", 300)))
    return ", ".join(name for file in option.parts("files") if (name := file.text("name", 200)))
