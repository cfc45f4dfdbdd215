"""What a customer's order page shows of an order."""

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from pydantic import BaseModel, Field

from db.downloads import Link
from db.reading import Kept
from desk.customer_pages import ShopView
from orders.money import Money
from orders.order import FulfillmentMethod, Line, LineKind, Order
from orders.parcel import ARRIVED, ON_THE_WAY, Parcel, ParcelState
from orders.paths import tracking_link
from orders.plan import Plan
from orders.state import OrderState
from orders.status import FulfillmentStatus
from orders.store import Language, PaymentKind, StoreSettings
from orders.words import say

_PAYS_BY_HAND: Final = (PaymentKind.OFFLINE, PaymentKind.INVOICE)


class LineView(BaseModel, frozen=True):
    name: str
    options: tuple[str, ...]
    quantity: int
    unit_price: Money
    cancelled: int


class SumView(BaseModel, frozen=True):
    """What lies between the items and the total; `name` is the end of its key in the catalogue."""

    name: Literal["shipping", "fees", "discount", "tax"]
    amount: Money


class ParcelLineView(BaseModel, frozen=True):
    name: str
    quantity: int


class ParcelView(BaseModel, frozen=True):
    parcel: str
    state: ParcelState
    carrier: str
    tracking_number: str
    tracking_link: str | None
    lines: tuple[ParcelLineView, ...]


class DownloadView(BaseModel, frozen=True):
    file: str
    token: str = Field(repr=False)
    expires_at: datetime | None
    remaining: int | None


class OrderPage(BaseModel, frozen=True):
    """Nothing in it says who the customer is or where: the page opens for whoever has its address."""

    template: Literal["order_page.html"] = "order_page.html"
    language: Language
    time_zone: str
    shop: ShopView
    number: str
    placed_at: datetime
    status: str
    """Which of the sentences `page.status` is true."""
    lines: tuple[LineView, ...]
    sums: tuple[SumView, ...]
    total: Money
    to_pay: Money | None
    how_to_pay: str
    reference: str
    refunded: Money | None
    parcels: tuple[ParcelView, ...]
    pickup_code: str | None = Field(repr=False)
    pickup_instructions: str
    downloads: tuple[DownloadView, ...]
    downloads_ended: bool
    gift_cards: int

    @property
    def mail_link(self) -> str:
        subject = say(self.language, "page.common.mail_subject", number=self.number)
        return self.shop.mail_link(subject)


def order_page(
    kept: Kept,
    plan: Plan,
    settings: StoreSettings,
    links: tuple[Link, ...],
    pickup_code: str | None,
) -> OrderPage:
    """The page of this order, in its customer's language. `pickup_code` is shown if goods wait for it."""
    order = kept.order
    state = OrderState(plan=plan, **dict(kept.facts))
    language = settings.language_for(order.locale)
    due = 0 if state.cancelled else state.due
    by_hand = due > 0 and order.payment.kind in _PAYS_BY_HAND
    waits = any(parcel.state is ParcelState.READY_FOR_PICKUP for parcel in state.parcels)
    alive = tuple(link for link in links if link.is_alive)
    return OrderPage(
        language=language,
        time_zone=settings.time_zone,
        shop=ShopView.of(settings),
        number=kept.number,
        placed_at=kept.placed_at,
        status=status_of(state, FulfillmentStatus(kept.fulfillment_status)),
        lines=tuple(_line(state, line, order.currency) for line in order.lines),
        sums=_sums(order),
        total=order.total,
        to_pay=plan.money(due) if due > 0 else None,
        how_to_pay=settings.how_to_pay.get(language, "") if by_hand else "",
        reference=(order.payment.reference or kept.number) if by_hand else "",
        refunded=plan.money(state.refunded) if state.refunded > 0 else None,
        # What lies at the counter is no parcel to who comes to collect it.
        parcels=tuple(
            _parcel(kept, settings, parcel)
            for parcel in state.live_parcels
            if state.method is not FulfillmentMethod.PICKUP
        ),
        pickup_code=pickup_code if waits else None,
        pickup_instructions=settings.pickup_instructions.get(language, "") if waits else "",
        downloads=tuple(
            DownloadView(
                file=link.file, token=link.token, expires_at=link.expires_at, remaining=link.remaining
            )
            for link in alive
        ),
        downloads_ended=bool(links) and not alive and not state.refunded,
        gift_cards=_gift_cards_sent(kept, state),
    )


def status_of(state: OrderState, status: FulfillmentStatus) -> str:
    """The name of the sentence that tells the customer where the order stands."""
    match status:
        case FulfillmentStatus.WILL_NOT_DELIVER:
            return "expired" if state.expired else "cancelled"
        case FulfillmentStatus.DELIVERED if state.method is FulfillmentMethod.PICKUP:
            return "collected"
        case FulfillmentStatus.DELIVERED if state.method is FulfillmentMethod.NONE:
            return "sent"
        case FulfillmentStatus.SHIPPED:
            followed = any(parcel.tracking_number for parcel in state.live_parcels)
            return "on_its_way" if followed else "handed_over"
        case FulfillmentStatus.AWAITING_PROCESSING | FulfillmentStatus.PROCESSING:
            return _status_in_the_shop(state, status)
        case _:
            return status.value.lower()


def _status_in_the_shop(state: OrderState, status: FulfillmentStatus) -> str:
    if any(parcel.state in (*ON_THE_WAY, *ARRIVED) for parcel in state.live_parcels):
        return "partly_on_its_way"
    if state.due > 0 and not state.released:
        return "awaiting_payment"
    return "received" if status is FulfillmentStatus.AWAITING_PROCESSING else "preparing"


def _line(state: OrderState, line: Line, currency: str) -> LineView:
    known = state.line(line.line_id)
    return LineView(
        name=line.name,
        options=line.options,
        quantity=line.quantity,
        unit_price=Money.of(line.unit_price, currency),
        cancelled=known.units.cancelled if known else 0,
    )


def _sums(order: Order) -> tuple[SumView, ...]:
    totals = order.totals
    tax = Decimal(0) if totals.tax_included else totals.tax
    parts: tuple[tuple[Literal["shipping", "fees", "discount", "tax"], Decimal], ...] = (
        ("shipping", totals.shipping),
        ("fees", totals.fees),
        ("tax", tax),
        ("discount", -totals.discount),
    )
    return tuple(
        SumView(name=name, amount=Money.of(amount, order.currency)) for name, amount in parts if amount
    )


def _parcel(kept: Kept, settings: StoreSettings, parcel: Parcel) -> ParcelView:
    names = {line.line_id: line.name for line in kept.order.lines}
    address = kept.order.shipping_address
    link = tracking_link(settings.tracking_links, parcel.carrier, parcel.tracking_number, address)
    return ParcelView(
        parcel=parcel.parcel,
        state=parcel.state,
        carrier=parcel.carrier or "",
        tracking_number=parcel.tracking_number or "",
        tracking_link=link,
        lines=tuple(
            ParcelLineView(name=names[line.line_id], quantity=line.quantity)
            for line in parcel.lines
            if line.line_id in names
        ),
    )


def _gift_cards_sent(kept: Kept, state: OrderState) -> int:
    """How many cards were mailed; the page says nothing of cards that no mail speaks of."""
    if kept.order.customer.email is None or not kept.order.notify_customer:
        return 0
    cards = [line for line in state.lines if line.kind is LineKind.GIFT_CARD and line.issued]
    return sum(line.units.remaining for line in cards)
