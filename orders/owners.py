"""Owners: who in the shop has to see to something that needs a person."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from orders.state import Reason


class Owner(StrEnum):
    """A role in the shop; in a small one, all of them are one person."""

    WAREHOUSE = "warehouse"
    """Picks, packs, labels and hands over."""
    COUNTER = "counter"
    """Gives goods to customers who come for them."""
    DELIVERY = "delivery"
    """Brings goods round with the shop's own drivers."""
    FINANCE = "finance"
    """Looks after what is paid, owed and given back."""
    CUSTOMER_SERVICE = "customer_service"
    """Talks to the customer, and decides what the customer wants."""
    CATALOGUE = "catalogue"
    """Keeps the products, and the files of digital ones."""


OWNERS: Final[Mapping[Reason, Owner]] = {
    Reason.OVERDUE_TO_PICK: Owner.WAREHOUSE,
    Reason.OVERDUE_TO_PACK: Owner.WAREHOUSE,
    Reason.OVERDUE_TO_HAND_OVER: Owner.WAREHOUSE,
    Reason.OVERDUE_TO_DELIVER: Owner.DELIVERY,
    Reason.NOT_COLLECTED: Owner.COUNTER,
    Reason.DELIVERY_FAILED: Owner.DELIVERY,
    Reason.HELD_TOO_LONG: Owner.CUSTOMER_SERVICE,
    Reason.PARTIALLY_PAID: Owner.FINANCE,
    Reason.PAYMENT_OVERDUE: Owner.FINANCE,
    Reason.OVERPAID: Owner.FINANCE,
    Reason.REFUND_DUE: Owner.FINANCE,
    Reason.REFUNDED_TOO_MUCH: Owner.FINANCE,
    Reason.REFUNDED_NOT_CANCELLED: Owner.CUSTOMER_SERVICE,
    Reason.OTHER_CURRENCY: Owner.FINANCE,
    Reason.TAKE_OUT_OF_PARCEL: Owner.WAREHOUSE,
    Reason.FILES_MISSING: Owner.CATALOGUE,
    Reason.NO_ADDRESS: Owner.CUSTOMER_SERVICE,
    Reason.MAIL_FAILED: Owner.CUSTOMER_SERVICE,
    Reason.MAIL_UNKNOWN: Owner.CUSTOMER_SERVICE,
}
"""Total: every reason has its owner, so nothing that waits for a person waits for nobody."""


def owner_of(reason: Reason) -> Owner:
    """Who has to see to it."""
    return OWNERS[reason]
