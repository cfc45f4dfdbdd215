"""Address labels: where each parcel goes, with its code as bars and as squares."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from babel.numbers import format_decimal

from documents.marks import bars, squares
from documents.models import AddressLabel, Paper
from documents.texts import fitted, lines_of
from documents.typesetting import Typesetter, has_substitutes
from documents.words import Words, fitted_all, shop
from orders.order import FulfillmentMethod
from orders.paper import LabelSize

WIDTH_DOTS: Final = {LabelSize.FOUR_BY_SIX: 812, LabelSize.A6: 839}
"""At 203 dots to the inch."""
MOST_REMARKS: Final = 4
_LARGE_SQUARES: Final = 37
"""QR codes up to so many modules, quiet zone and all, are drawn in larger squares."""


class Bars(NamedTuple):
    """A Code 128 that fits a label: its picture, its modules, and how many dots each is wide."""

    picture: bytes
    modules: int
    dots: int


def labels(typesetter: Typesetter, wanted: Sequence[AddressLabel], size: LabelSize) -> Paper:
    """The labels as one PDF, one to a page, in their order."""
    papers = [_label(label, size) for label in wanted]
    title = Words(wanted[0].language)("label.title")
    content = typesetter.pdf("address_label.typ", {"title": title, "size": str(size), "papers": papers})
    return Paper(content=content, is_substituted=any(has_substitutes(paper) for paper in papers))


def bars_that_fit(code: str, width_dots: int) -> Bars | None:
    """The code as bars of three dots, or of two; None where even those would not fit, and squares must do."""
    picture, modules = bars(code)
    dots = next((dots for dots in (3, 2) if modules * dots <= width_dots), None)
    return Bars(picture, modules, dots) if dots else None


def remarks_of(label: AddressLabel) -> list[str]:
    """What the driver needs besides the address."""
    say = Words(label.language)
    phone = [say("facts.phone", phone=fitted(label.phone, 50))] if label.phone.strip() else []
    return [*phone, *lines_of(label.instructions, MOST_REMARKS, 140)][:MOST_REMARKS]


def details_of(label: AddressLabel) -> list[str]:
    """What the shop needs: which parcel, how heavy, and with whom it goes."""
    say = Words(label.language)
    details = [say("label.parcel", parcel=label.code.parcel)]
    if label.weight_grams:
        details[0] += f" · {say('label.weight', weight=_kilograms(say, label.weight_grams))}"
    details.append(say.travels(label.method, label.option))
    if label.carrier or label.tracking_number:
        tracking = f"{label.carrier} {label.tracking_number}".strip()
        details.append(fitted(tracking, 100))
    return [detail for detail in details if detail]


def order_of(label: AddressLabel) -> str:
    return Words(label.language)("order", number=fitted(label.order_number, 60))


def to_of(label: AddressLabel) -> str:
    """The word above the name: whom it goes to, or who comes for it."""
    return Words(label.language)(
        "label.collected_by" if label.method is FulfillmentMethod.PICKUP else "label.to"
    )


def _kilograms(say: Words, grams: int) -> str:
    return str(format_decimal(Decimal(grams) / 1000, format="0.0##", locale=say.language))


def _label(label: AddressLabel, size: LabelSize) -> dict[str, Any]:
    say = Words(label.language)
    code = str(label.code)
    drawn = bars_that_fit(code, WIDTH_DOTS[size])
    picture, modules = squares(code)
    return {
        "language": label.language,
        "shop": shop(label.shop),
        "from": fitted_all((label.shop.name, *label.shop.address)),
        "address": fitted_all(label.address),
        "remarks": remarks_of(label),
        "order": order_of(label),
        "details": details_of(label),
        "code": code,
        "words": {"from": say("label.from"), "to": to_of(label)},
        "bars": drawn.picture if drawn else None,
        "bars_modules": drawn.modules if drawn else 0,
        "bars_dots": drawn.dots if drawn else 0,
        "squares": picture,
        "squares_modules": modules,
        "squares_dots": 6 if modules <= _LARGE_SQUARES else 4,
    }
