"""The mails an order can cause, and who gets them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Audience(StrEnum):
    CUSTOMER = "customer"
    SHOP = "shop"


class MailKind(StrEnum):
    ORDER_RECEIVED = "order_received"
    AWAITING_PAYMENT = "awaiting_payment"
    PAYMENT_REMINDER = "payment_reminder"
    ORDER_EXPIRED = "order_expired"
    PAYMENT_RECEIVED = "payment_received"
    DOWNLOADS = "downloads"
    GIFT_CARD = "gift_card"
    SHIPPED = "shipped"
    READY_FOR_PICKUP = "ready_for_pickup"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    NEW_ORDER = "new_order"
    ATTENTION_DIGEST = "attention_digest"
    ORDER_LINK = "order_link"


AUDIENCE: Final[Mapping[MailKind, Audience]] = {
    kind: Audience.SHOP if kind in (MailKind.NEW_ORDER, MailKind.ATTENTION_DIGEST) else Audience.CUSTOMER
    for kind in MailKind
}
