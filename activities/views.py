"""What a mail says: read where personal data lives, at the moment it is rendered."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from activities.secrets import Hidden, Opened, Secrets
from db import digests, low_stock, reading
from db.outbox import OutgoingMail
from db.pool import Connection
from db.reading import Kept
from db.vault import Vault
from mails.view import (
    AttentionView,
    ItemView,
    LowStockView,
    MailView,
    ParcelView,
    TotalsView,
)
from orders.change import Mail
from orders.commands import Quantity
from orders.mail import MailKind
from orders.money import Money
from orders.opening import pickup_text, today_in
from orders.order import Address, Line
from orders.own_words import with_words
from orders.owners import owner_of
from orders.parcel import ParcelState
from orders.paths import tracking_link
from orders.store import Language, PaymentPatience, StoreSettings
from orders.words import in_words, say


async def view_of(
    connection: Connection, vault: Vault, mail: OutgoingMail, settings: StoreSettings, public_url: str
) -> MailView:
    """Everything this mail may show."""
    if mail.order_id is None:
        return await _digest(connection, mail, settings)
    kept = await reading.order(connection, mail.store, mail.order_id)
    wish = Mail.model_validate(mail.facts)
    secrets = Opened(connection, vault, kept, public_url, hides_codes=mail.is_copy)
    return await _told(kept, wish, mail.language, settings, secrets)


async def foretold(
    kept: Kept,
    wish: Mail,
    language: Language,
    settings: StoreSettings,
    public_url: str,
    at: datetime,
    issued: Iterable[str] = (),
) -> MailView:
    """Everything a mail would show of this order as it would be, were it written at that moment; `issued` are
    the lines whose downloads it would tell of. Codes are hidden, and every link is the shop's own address."""
    secrets = Hidden(kept, public_url, settings.downloads, at, issued)
    return await _told(kept, wish, language, settings, secrets)


async def _told(
    kept: Kept, wish: Mail, language: Language, settings: StoreSettings, secrets: Secrets
) -> MailView:
    base = _of_the_order(kept, wish, language, settings)
    if wish.kind is not MailKind.NEW_ORDER:
        base = base.model_copy(update={"page_url": secrets.page_url()})
    match wish.kind:
        case MailKind.AWAITING_PAYMENT | MailKind.PAYMENT_REMINDER | MailKind.PAYMENT_RECEIVED:
            return _about_payment(base, kept, wish, settings)
        case MailKind.SHIPPED | MailKind.OUT_FOR_DELIVERY | MailKind.DELIVERED:
            return _about_a_parcel(base, kept, wish, settings)
        case MailKind.READY_FOR_PICKUP:
            view = _about_a_parcel(base, kept, wish, settings)
            return _about_the_counter(view, kept, wish, settings, await secrets.pickup_code())
        case MailKind.CANCELLED | MailKind.ORDER_EXPIRED:
            return _about_a_cancel(base, kept, wish)
        case MailKind.DOWNLOADS:
            return base.model_copy(update={"downloads": await secrets.downloads(wish)})
        case MailKind.GIFT_CARD:
            return base.model_copy(update={"gift_cards": await secrets.gift_cards()})
        case _:
            return base


def _of_the_order(kept: Kept, wish: Mail, language: Language, settings: StoreSettings) -> MailView:
    order, totals = kept.order, kept.order.totals

    def money(amount: object) -> Money:
        return Money.of(amount, order.currency)  # type: ignore[arg-type]

    return MailView(
        language=language,
        time_zone=settings.time_zone,
        shop=settings.look,
        is_copy=wish.is_copy,
        order_id=order.order_id,
        order_number=order.number,
        placed_at=order.placed_at,
        customer_name=order.customer.name,
        customer_email=order.customer.email or "",
        customer_phone=order.customer.phone or "",
        comment=order.comment,
        items=tuple(_item(line, line.quantity, order.currency) for line in order.lines),
        totals=TotalsView(
            items=money(totals.items),
            shipping=money(totals.shipping),
            fees=money(totals.fees),
            discount=money(totals.discount),
            tax=money(totals.tax),
            tax_included=totals.tax_included,
            total=money(totals.total),
        ),
        billing_address=_address(order.billing_address),
        shipping_address=_address(order.shipping_address),
        shipping_option=order.fulfillment.option if order.fulfillment else "",
        payment_method=order.payment.method,
        payment_reference=order.payment.reference or "",
    )


def _about_payment(base: MailView, kept: Kept, wish: Mail, settings: StoreSettings) -> MailView:
    order = kept.order
    amount = Money(minor=wish.amount_minor or 0, currency=order.currency)
    if wish.kind is MailKind.PAYMENT_RECEIVED:
        return base.model_copy(update={"amount_received": amount})
    patience = settings.policy.payment.get(order.payment.kind, PaymentPatience())
    before = kept.accepted_at + patience.expire_after if patience.expire_after else None
    by_hand = order.payment.kind.is_by_hand
    return base.model_copy(
        update={
            "amount_due": amount,
            "pay_before": before,
            "how_to_pay": settings.how_to_pay.get(base.language, "") if by_hand else "",
            "payment_reference": (order.payment.reference or order.number) if by_hand else "",
        }
    )


def _about_a_parcel(base: MailView, kept: Kept, wish: Mail, settings: StoreSettings) -> MailView:
    parcel = next((each for each in kept.facts.parcels if each.parcel == wish.parcel), None)
    items = _items(kept, wish.lines)
    if parcel is None:
        return base.model_copy(update={"items": items})
    live = [each for each in kept.facts.parcels if each.state is not ParcelState.VOID]
    address = kept.order.shipping_address
    link = tracking_link(settings.tracking_links, parcel.carrier, parcel.tracking_number, address)
    view = ParcelView(
        number=parcel.parcel,
        carrier=parcel.carrier or "",
        tracking_number=parcel.tracking_number or "",
        tracking_url=link,
        is_the_only_one=len(live) == 1,
        more_to_come=any(line.is_physical and line.units.to_ship > 0 for line in kept.facts.lines),
    )
    return base.model_copy(update={"items": items, "parcel": view})


def _about_the_counter(
    view: MailView, kept: Kept, wish: Mail, settings: StoreSettings, code: str
) -> MailView:
    parcel = next((each for each in kept.facts.parcels if each.parcel == wish.parcel), None)
    fulfillment = kept.order.fulfillment
    own = fulfillment.instructions if fulfillment else ""
    option = fulfillment.option if fulfillment else ""
    today = today_in(settings.time_zone)
    before = parcel.since + settings.policy.collect_within if parcel else None
    return view.model_copy(
        update={
            "pickup_code": code,
            "pickup_instructions": pickup_text(settings, option, view.language, today, own),
            "collect_before": before if settings.policy.collect_within > timedelta(days=1) else None,
        }
    )


def _about_a_cancel(base: MailView, kept: Kept, wish: Mail) -> MailView:
    left = tuple(
        Quantity(line_id=line.line_id, quantity=line.units.remaining)
        for line in kept.facts.lines
        if line.units.remaining
    )
    back = Money(minor=wish.amount_minor, currency=kept.order.currency) if wish.amount_minor else None
    return base.model_copy(
        update={
            "items": _items(kept, left),
            "cancelled_items": _items(kept, wish.lines),
            "cancelled_because": "expired" if wish.kind is MailKind.ORDER_EXPIRED else "by_shop",
            "amount_back": back,
        }
    )


async def _digest(connection: Connection, mail: OutgoingMail, settings: StoreSettings) -> MailView:
    digest_id = str(mail.facts["digest_id"])
    told = await digests.told(connection, mail.store, digest_id)
    low = await low_stock.told(connection, mail.store, digest_id)
    return MailView(
        language=mail.language,
        time_zone=settings.time_zone,
        shop=settings.look,
        attention=tuple(
            AttentionView(
                order_number=each.number,
                order_id=each.order_id,
                owner=say(mail.language, f"owner.{owner_of(each.reason)}"),
                text=in_words(
                    mail.language,
                    with_words(each.text, each.words, mail.language),
                    time_zone=settings.time_zone,
                ),
                since=each.since,
            )
            for each in told
        ),
        low_stock=tuple(
            LowStockView(name=each.name, sku=each.sku, stock_left=each.stock_left, low_limit=each.low_limit)
            for each in low
        ),
    )


def _items(kept: Kept, lines: tuple[Quantity, ...]) -> tuple[ItemView, ...]:
    known = {line.line_id: line for line in kept.order.lines}
    return tuple(_item(known[each.line_id], each.quantity, kept.order.currency) for each in lines)


def _item(line: Line, quantity: int, currency: str) -> ItemView:
    return ItemView(
        name=line.name,
        sku=line.sku,
        options=line.options,
        quantity=quantity,
        unit_price=Money.of(line.unit_price, currency),
    )


def _address(address: Address | None) -> tuple[str, ...]:
    if address is None:
        return ()
    town = " ".join(part for part in (address.postal_code, address.city) if part)
    parts = (address.name, address.company, *address.lines, town, address.state, address.country)
    return tuple(part for part in parts if part)
