"""What a customer's order page shows of an order."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from db.downloads import Link
from db.gift_cards import IssuedCard
from db.reading import Kept
from desk.customer_pages import ShopView
from desk.order_goods import GoodsView, goods_of
from desk.order_payment import PaymentView, payment_of
from desk.order_progress import Words
from orders.money import Money
from orders.opening import to_know, today_in
from orders.order import FulfillmentMethod, Line, LineKind, Order
from orders.parcel import ARRIVED, ON_THE_WAY, ParcelState
from orders.state import OrderState
from orders.status import FulfillmentStatus
from orders.store import Language, StoreSettings
from orders.words import say

Waits = Literal["payment", "us"]


class Codes(NamedTuple):
    """The secrets of an order that its customer may see."""

    links: tuple[Link, ...]
    pickup: str | None
    gift_cards: tuple[IssuedCard, ...]


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


class DownloadView(BaseModel, frozen=True):
    file: str
    token: str = Field(repr=False)
    expires_at: datetime | None
    remaining: int | None


class GiftCardView(BaseModel, frozen=True):
    code: str = Field(repr=False)
    amount: Money


class PickupView(BaseModel, frozen=True):
    """Where goods are collected; the code once they are ready."""

    code: str | None = Field(repr=False)
    place: str
    address: tuple[str, ...]
    instructions: str


class OrderPage(BaseModel, frozen=True):
    """Nothing in it says who the customer is or where: the page opens for whoever has its address."""

    template: Literal["order_page.html"] = "order_page.html"
    language: Language
    time_zone: str
    shop: ShopView
    address: str = Field(repr=False)
    """Where this page is read again."""
    is_plain: bool
    """The browser keeps no cookies, so the address is the link with the secret in it."""
    live: str | None = Field(repr=False)
    """Where one hears that it has changed; a plain page has to look."""
    follows: bool
    """Whether something may still happen to the order."""
    version: int
    number: str
    placed_at: datetime
    status: str
    """Which of the sentences `page.status` is true."""
    goods: tuple[GoodsView, ...]
    lines: tuple[LineView, ...]
    sums: tuple[SumView, ...]
    total: Money
    paid: Money | None
    payment: PaymentView | None
    refunded: Money | None
    pickup: PickupView | None
    downloads: tuple[DownloadView, ...]
    downloads_ended: bool
    downloads_wait: Waits | None
    gift_cards: tuple[GiftCardView, ...]
    gift_cards_wait: Waits | None

    @property
    def mail_link(self) -> str:
        subject = say(self.language, "page.common.mail_subject", number=self.number)
        return self.shop.mail_link(subject)


def order_page(
    kept: Kept, settings: StoreSettings, codes: Codes, now: datetime, *, address: str, is_plain: bool = False
) -> OrderPage:
    """The page of this order, in its customer's language. A code is shown once it is of use."""
    order, state = kept.order, kept.state
    language = settings.language_for(order.locale)
    words = Words(language, settings)
    alive = tuple(link for link in codes.links if link.is_alive)
    return OrderPage(
        language=language,
        time_zone=settings.time_zone,
        shop=ShopView.of(settings),
        address=address,
        is_plain=is_plain,
        live=None if is_plain or kept.ended_at else f"{address}/live",
        follows=kept.ended_at is None,
        version=kept.sequence,
        number=kept.number,
        placed_at=kept.placed_at,
        status=status_of(state, FulfillmentStatus(kept.fulfillment_status)),
        goods=goods_of(kept, state, settings, now, words),
        lines=tuple(_line(state, line, order.currency) for line in order.lines),
        sums=_sums(order),
        total=order.total,
        paid=state.plan.money(state.kept) if state.kept > 0 else None,
        payment=payment_of(kept, state, settings, language),
        refunded=state.plan.money(state.refunded) if state.refunded > 0 else None,
        pickup=_pickup(kept, state, settings, codes.pickup, language),
        downloads=tuple(
            DownloadView(
                file=link.file, token=link.token, expires_at=link.expires_at, remaining=link.remaining
            )
            for link in alive
        ),
        downloads_ended=bool(codes.links) and not alive and not state.refunded,
        downloads_wait=_waits(kept, state, LineKind.DIGITAL, LineKind.PHYSICAL),
        gift_cards=tuple(GiftCardView(code=card.code, amount=card.amount) for card in _shown(state, codes)),
        gift_cards_wait=_waits(kept, state, LineKind.GIFT_CARD),
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


def _pickup(
    kept: Kept, state: OrderState, settings: StoreSettings, code: str | None, language: Language
) -> PickupView | None:
    if state.method is not FulfillmentMethod.PICKUP or state.cancelled or not state.undelivered:
        return None
    ready = any(parcel.state is ParcelState.READY_FOR_PICKUP for parcel in state.parcels)
    chosen = kept.order.fulfillment
    place = settings.pickup_place(chosen.option if chosen else "")
    return PickupView(
        code=code if ready else None,
        place=place.name if place else settings.look.name,
        address=place.address if place else settings.look.address,
        instructions=to_know(
            settings,
            place,
            language,
            today_in(settings.time_zone),
            own=chosen.instructions if chosen else "",
        ),
    )


def _waits(kept: Kept, state: OrderState, *kinds: LineKind) -> Waits | None:
    """What has to happen before links or codes of these lines are made; None if there are none to make."""
    if (
        state.cancelled
        or kept.is_history
        or not any(each.to_issue and each.kind in kinds for each in state.lines)
    ):
        return None
    return "us" if state.released else "payment"


def _shown(state: OrderState, codes: Codes) -> tuple[IssuedCard, ...]:
    """No card of an order whose money went back."""
    return () if state.all_went_back else codes.gift_cards
