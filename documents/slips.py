"""Packing slips: what lies in each parcel, for who opens it."""

from collections.abc import Sequence
from typing import Any

from documents.marks import squares
from documents.models import PackingSlip, Paper
from documents.texts import fitted
from documents.typesetting import Typesetter, has_substitutes
from documents.words import Words, fitted_all, goods, shop
from orders.order import FulfillmentMethod


def packing_slips(typesetter: Typesetter, slips: Sequence[PackingSlip]) -> Paper:
    """The slips as one PDF, in their order, each beginning on a page of its own."""
    papers = [_slip(slip) for slip in slips]
    title = Words(slips[0].language)("packing_slip.title")
    content = typesetter.pdf("packing_slip.typ", {"title": title, "papers": papers})
    return Paper(content=content, is_substituted=any(has_substitutes(paper) for paper in papers))


def _slip(slip: PackingSlip) -> dict[str, Any]:
    say = Words(slip.language, slip.shop.time_zone)
    is_collected = slip.method is FulfillmentMethod.PICKUP
    facts = [
        (say("facts.order"), fitted(slip.order_number)),
        (say("facts.placed_at"), say.date(slip.placed_at)),
        (say("facts.pickup" if is_collected else "facts.option"), say.travels(slip.method, slip.option)),
        (say("facts.parcel"), slip.code.parcel),
        (say("facts.contents"), say("piece_count", count=sum(item.quantity for item in slip.goods))),
    ]
    code, _ = squares(str(slip.code))
    paper: dict[str, Any] = {
        "language": slip.language,
        "shop": shop(slip.shop),
        "address": fitted_all(slip.address),
        "facts": facts,
        "goods": [goods(item) for item in slip.goods],
        "later": [goods(item) for item in slip.later],
        "contact": fitted_all((slip.shop.name, slip.shop.website, slip.shop.mail, slip.shop.phone)),
        "code": str(slip.code),
    }
    words = {name: say(f"packing_slip.{name}") for name in ("title", "later")}
    words["address"] = say("packing_slip.customer" if is_collected else "packing_slip.address")
    words |= {name: say(f"columns.{name}") for name in ("quantity", "article", "sku")}
    words |= say.of_every_paper(substituted=has_substitutes(paper))
    return {**paper, "words": words, "squares": code}
