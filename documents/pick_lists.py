"""Pick lists: what to take from which shelf, for one order or many at once."""

from typing import Any, Final

from documents.models import Paper, PickList, PickOrder, PickRow, Share
from documents.texts import fitted
from documents.typesetting import Typesetter, has_substitutes
from documents.words import Words, goods
from orders import pick_list as shelves

MOST_BOXES: Final = 24
"""A box to tick for every piece, up to so many; beyond, a number says how many more."""
LONGEST_NOTE: Final = 400


def pick_list(typesetter: Typesetter, listed: PickList) -> Paper:
    """The list as a PDF, its rows in the order of the shelves."""
    say = Words(listed.language, listed.shop.time_zone)
    pieces = sum(row.goods.quantity for row in listed.rows)
    paper: dict[str, Any] = {
        "language": listed.language,
        "rows": [_row(say, row) for row in sorted(listed.rows, key=by_shelf)],
        "orders": [_order(say, order) for order in listed.orders],
    }
    names = ("title", "nothing", "all_orders")
    words = {name: say(f"pick_list.{name}") for name in names}
    words |= {name: say(f"columns.{name}") for name in ("location", "article", "pieces", "orders")}
    words |= {
        "printed": say("pick_list.printed", at=listed.printed_at),
        "counts": say(
            "pick_list.counts",
            orders=say("order_count", count=len(listed.orders)),
            pieces=say("piece_count", count=pieces),
        ),
    }
    is_substituted = has_substitutes(paper)
    words |= say.of_every_paper(substituted=is_substituted)
    content = typesetter.pdf("pick_list.typ", {"title": words["title"], "list": {**paper, "words": words}})
    return Paper(content=content, is_substituted=is_substituted)


def by_shelf(row: PickRow) -> tuple[object, ...]:
    """Shelf first, then article number; A-2 comes before A-10, and goods without a shelf come last."""
    return shelves.by_shelf(row.location, row.goods.sku, row.goods.name)


def _row(say: Words, row: PickRow) -> dict[str, Any]:
    marks = [fitted(mark, 100) for mark in (row.goods.sku, row.barcode) if mark.strip()]
    return {
        **goods(row.goods),
        "location": fitted(row.location, 40),
        "marks": " · ".join(marks),
        "shares": [_share(say, share) for share in row.shares],
    }


def _share(say: Words, share: Share) -> dict[str, Any]:
    boxes = min(share.quantity, MOST_BOXES)
    more = share.quantity - boxes
    return {
        "number": fitted(share.order_number, 60),
        "boxes": boxes,
        "more": say("pick_list.more", count=more) if more else "",
    }


def _order(say: Words, order: PickOrder) -> dict[str, Any]:
    notes = [
        say(f"pick_list.{name}", text=fitted(text, LONGEST_NOTE))
        for name, text in (("comment", order.comment), ("staff_note", order.staff_note))
        if text.strip()
    ]
    return {
        "number": fitted(order.number, 60),
        "customer": fitted(order.customer, 120),
        "method": say.travels(order.method, order.option),
        "notes": notes,
        "done": say("pick_list.done") if order.is_done else "",
    }
