"""Sample views, one for each kind of mail, in both languages: for tests, pictures and the handbook."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from mails.view import (
    AttentionView,
    DownloadView,
    GiftCardView,
    ItemView,
    LowStockView,
    MailView,
    ParcelView,
    TotalsView,
)
from orders.mail import MailKind
from orders.money import Money
from orders.store import Language, Look

PLACED_AT: Final = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)

SHOP: Final = Look(
    name="De Blauwe Mok",
    address=("Prinsengracht 263", "1016 GV Amsterdam"),
    website="https://deblauwemok.example",
    phone="+31 20 123 4567",
    colour="#1f4e5f",
)

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "mug": "Blue mug",
        "colour": "Colour: ocean blue",
        "teapot": "Cast-iron teapot with a bamboo handle, 1.2 litres",
        "ebook": "A Short History of Tea (e-book)",
        "gift_card": "Gift card",
        "comment": "Please wrap it as a present.\nThe bell does not work, so knock.",
        "how_to_pay": "Transfer the amount to NL91 ABNA 0417 1643 00 in the name of De Blauwe Mok.\n"
        "It takes us one working day to see it.",
        "pickup": "De Blauwe Mok, Prinsengracht 263, Amsterdam.\nMonday to Saturday, 10:00 to 18:00.",
        "overdue": "Paid two days ago and not packed yet.",
        "bounced": "The mail about the shipment could not be delivered.",
        "warehouse": "Warehouse",
        "customer_service": "Customer service",
    },
    "nl": {
        "mug": "Blauwe mok",
        "colour": "Kleur: oceaanblauw",
        "teapot": "Gietijzeren theepot met bamboe handvat, 1,2 liter",
        "ebook": "Een korte geschiedenis van thee (e-boek)",
        "gift_card": "Cadeaubon",
        "comment": "Graag als cadeau inpakken.\nDe bel doet het niet, dus graag kloppen.",
        "how_to_pay": "Maak het bedrag over naar NL91 ABNA 0417 1643 00 op naam van De Blauwe Mok.\n"
        "Na een werkdag zien wij het.",
        "pickup": "De Blauwe Mok, Prinsengracht 263, Amsterdam.\nMaandag t/m zaterdag, 10:00 tot 18:00.",
        "overdue": "Twee dagen geleden betaald en nog niet ingepakt.",
        "bounced": "De mail over de verzending kon niet worden bezorgd.",
        "warehouse": "Magazijn",
        "customer_service": "Klantenservice",
    },
}


def euro(cents: int) -> Money:
    return Money(minor=cents, currency="EUR")


def sample(kind: MailKind, language: Language = "en", **changes: Any) -> MailView:
    """A view with all that a mail of this kind may show; `changes` replace fields of it."""
    words = _WORDS[language]
    fields: dict[str, Any] = {"language": language, "shop": SHOP}
    if kind is not MailKind.ATTENTION_DIGEST:
        fields |= _order(words)
    fields |= _parts(kind, words)
    return MailView(**(fields | changes))


def _items(words: dict[str, str]) -> tuple[ItemView, ...]:
    return (
        ItemView(
            name=words["mug"],
            sku="MUG-BLUE",
            options=(words["colour"],),
            quantity=2,
            unit_price=euro(1250),
        ),
        ItemView(name=words["teapot"], sku="POT-IRON-12", quantity=1, unit_price=euro(5495)),
    )


def _order(words: dict[str, str]) -> dict[str, Any]:
    address = ("Sanne de Vries", "Keizersgracht 100 III", "1015 AA Amsterdam", "Nederland")
    return {
        "order_id": "K8XTQ",
        "order_number": "1042",
        "placed_at": PLACED_AT,
        "customer_name": "Sanne de Vries",
        "items": _items(words),
        "shipping_address": address,
        "billing_address": address,
        "shipping_option": "PostNL standaard",
        "payment_method": "iDEAL",
        "payment_reference": "tr_7UhSN1zuXS",
        "page_url": "https://deblauwemok.example/o/6mQw0Zs1kJ7vTn3Rb9Yx2LhPc5Ud8Gf4",
    }


def _totals() -> TotalsView:
    return TotalsView(
        items=euro(7995),
        shipping=euro(495),
        discount=euro(500),
        tax=euro(1387),
        tax_included=True,
        total=euro(7990),
    )


def _parts(kind: MailKind, words: dict[str, str]) -> dict[str, Any]:
    payment = {
        "payment_method": "Bankoverschrijving",
        "payment_reference": "1042-K8XTQ",
        "how_to_pay": words["how_to_pay"],
        "amount_due": euro(7990),
        "pay_before": PLACED_AT + timedelta(days=14),
    }
    match kind:
        case MailKind.ORDER_RECEIVED:
            return {"totals": _totals(), "comment": words["comment"]}
        case MailKind.AWAITING_PAYMENT:
            return {"totals": _totals(), **payment}
        case MailKind.PAYMENT_REMINDER:
            return payment
        case MailKind.PAYMENT_RECEIVED:
            return {"amount_received": euro(7990)}
        case MailKind.DOWNLOADS:
            return {"downloads": _downloads(words)}
        case MailKind.GIFT_CARD:
            return {"gift_cards": (GiftCardView(code="7K3MQ9XW2HRTB6ZNPVC4DJ8F5", amount=euro(2500)),)}
        case MailKind.SHIPPED:
            return {
                "items": _items(words)[:1],
                "parcel": ParcelView(
                    number="1",
                    carrier="PostNL",
                    tracking_number="3SDEVC1234567",
                    tracking_url="https://jouw.postnl.example/track-and-trace/3SDEVC1234567-NL-1015AA",
                    is_the_only_one=False,
                    more_to_come=True,
                ),
            }
        case MailKind.READY_FOR_PICKUP:
            return {
                "pickup_code": "4821",
                "pickup_instructions": words["pickup"],
                "collect_before": PLACED_AT + timedelta(days=7),
            }
        case MailKind.CANCELLED:
            items = _items(words)
            return {
                "items": items[:1],
                "cancelled_items": items[1:],
                "cancelled_because": "by_shop",
                "amount_back": euro(1995),
            }
        case MailKind.NEW_ORDER:
            return {
                "totals": _totals(),
                "comment": words["comment"],
                "customer_email": "sanne@example.com",
                "customer_phone": "+31201234567",
                "amount_received": euro(7990),
                "page_url": None,
                "desk_url": "https://desk.deblauwemok.example/orders/K8XTQ",
            }
        case MailKind.ATTENTION_DIGEST:
            return {
                "attention": _attention(words),
                "low_stock": _low_stock(words),
                "desk_url": "https://desk.deblauwemok.example/attention",
            }
        case _:
            return {}


def _downloads(words: dict[str, str]) -> tuple[DownloadView, ...]:
    link = "https://files.deblauwemok.example/d/"
    return (
        DownloadView(
            name=words["ebook"],
            url=link + "bN5xW8sQ1mKz4Rt7",
            expires_at=PLACED_AT + timedelta(hours=72),
            remaining=3,
        ),
        DownloadView(name="tea-labels.pdf", url=link + "Yv2Lp9Hd6Jc3Gf0T"),
    )


def _low_stock(words: dict[str, str]) -> tuple[LowStockView, ...]:
    return (
        LowStockView(name=words["mug"], sku="MUG-BLUE", stock_left=3, low_limit=10),
        LowStockView(name=words["teapot"], sku="POT-IRON-12", stock_left=0, low_limit=2),
    )


def _attention(words: dict[str, str]) -> tuple[AttentionView, ...]:
    link = "https://desk.deblauwemok.example/orders/"
    return (
        AttentionView(
            order_number="1042",
            order_id="K8XTQ",
            owner=words["warehouse"],
            text=words["overdue"],
            since=PLACED_AT,
            url=link + "K8XTQ",
        ),
        AttentionView(
            order_number="1040",
            order_id="J2MPA",
            owner=words["customer_service"],
            text=words["bounced"],
            since=PLACED_AT - timedelta(hours=5),
            url=link + "J2MPA",
        ),
    )
