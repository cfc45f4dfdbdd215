"""The shapes of JSON that Ecwid sends: which of them hold orders, and what the others are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from orders.sentence import Sentence, sentence

STATUSES: Final = ("paymentStatus", "fulfillmentStatus", "fulfilmentStatus")
SEARCH: Final = ("count", "offset", "limit")


@dataclass(frozen=True)
class Found:
    """What a body holds, each in its place, and what is to be said about the whole."""

    candidates: tuple[object, ...] = ()
    warnings: tuple[Sentence, ...] = ()
    reason: Sentence | None = None
    """Why it holds no order at all."""


def orders_in(body: object) -> Found:
    """Every order-shaped thing in the body: one order, a list of them, or a search answer."""
    if isinstance(body, list):
        if not body:
            return Found(reason=sentence("ecwid.nothing_found"))
        return Found(candidates=tuple(body))
    if isinstance(body, dict) and _is_search(body):
        items = body["items"]
        if not items:
            return Found(reason=sentence("ecwid.nothing_found"))
        return Found(candidates=tuple(items), warnings=_left_behind(body, len(items)))
    return Found(candidates=(body,))


def why_not_an_order(candidate: object) -> Sentence | None:
    """What it is instead, by name; None if it is shaped like an order."""
    if not isinstance(candidate, dict):
        return sentence("ecwid.not_an_order")
    if candidate.get("paymentStatus") not in (None, "", "INCOMPLETE") and isinstance(
        candidate.get("items"), list
    ):
        # Ecwid adds fields as it likes; none of them makes an order something else.
        return None
    for key in WORDS_OF_OTHERS:
        if all(name in candidate for name in key):
            return sentence(WORDS_OF_OTHERS[key])
    if any(name in candidate for name in STATUSES):
        return None
    if "items" in candidate and ("subtotal" in candidate or "total" in candidate):
        return None
    return sentence("ecwid.not_an_order")


WORDS_OF_OTHERS: Final[Mapping[tuple[str, ...], str]] = {
    ("eventType", "entityId"): "ecwid.webhook",
    ("eventType", "eventId"): "ecwid.webhook",
    ("availableShippingOptions",): "ecwid.calculation",
    ("statusId", "orderStatusType"): "ecwid.status_list",
    ("cartId",): "ecwid.basket",
    ("errorMessage",): "ecwid.error_answer",
    ("responses", "status"): "ecwid.batch_answer",
    ("updateCount",): "ecwid.receipt",
    ("deleteCount",): "ecwid.receipt",
    ("orderid",): "ecwid.receipt",
    ("order_id", "lines"): "ecwid.own_format",
    ("subscriptionId", "chargeSettings"): "ecwid.subscription",
}
"""Fields that only another kind of body has."""


def _is_search(body: Mapping[str, object]) -> bool:
    """An order has `items` too; a search answer has its paging, or items that are orders themselves."""
    items = body.get("items")
    if not isinstance(items, list) or any(name in body for name in STATUSES):
        return False
    if any(name in body for name in SEARCH):
        return True
    return any(
        isinstance(item, dict) and any(name in item for name in (*STATUSES, "statusId")) for item in items
    )


def _left_behind(body: Mapping[str, object], count: int) -> tuple[Sentence, ...]:
    """A search answer is one page: say so when the store found more than it holds."""
    total = body.get("total")
    if isinstance(total, bool) or not isinstance(total, int) or not count < total < 10**9:
        return ()
    return (sentence("ecwid.more_pages", count=count, total=total),)
