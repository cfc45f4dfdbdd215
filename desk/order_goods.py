"""The goods of an order on its customer's page: each parcel with its own items, and what is in none yet."""

from datetime import datetime

from pydantic import BaseModel

from db.reading import Kept
from desk.order_progress import (
    StepView,
    Words,
    how_it_stands,
    next_for_parcel,
    next_for_the_rest,
    reached,
    steps,
)
from orders.order import FulfillmentMethod
from orders.parcel import ARRIVED, Parcel
from orders.paths import tracking_link
from orders.state import OrderState
from orders.store import StoreSettings


class ItemView(BaseModel, frozen=True):
    name: str
    quantity: int


class GoodsView(BaseModel, frozen=True):
    """A parcel, or (`parcel` None) what is in none yet."""

    parcel: str | None
    stands: str
    next: str | None
    steps: tuple[StepView, ...]
    items: tuple[ItemView, ...]
    carrier: str = ""
    tracking_number: str = ""
    tracking_link: str | None = None


def goods_of(
    kept: Kept, state: OrderState, settings: StoreSettings, now: datetime, words: Words
) -> tuple[GoodsView, ...]:
    """What is on its way first, then what is still to come, then what has arrived."""
    if state.cancelled or state.method is FulfillmentMethod.NONE:
        return ()
    names = {line.line_id: line.name for line in kept.order.lines}
    parcels = [(each, _parcel(kept, state, settings, each, names, now, words)) for each in state.live_parcels]
    under_way = tuple(view for parcel, view in parcels if parcel.state not in ARRIVED)
    arrived = tuple(view for parcel, view in parcels if parcel.state in ARRIVED)
    return (*under_way, *_rest(kept, state, names, now, words), *arrived)


def _parcel(
    kept: Kept,
    state: OrderState,
    settings: StoreSettings,
    parcel: Parcel,
    names: dict[str, str],
    now: datetime,
    words: Words,
) -> GoodsView:
    is_over = kept.ended_at is not None
    return GoodsView(
        parcel=parcel.parcel,
        stands=how_it_stands(parcel, words),
        next=None if is_over else next_for_parcel(state, parcel, now, words),
        steps=steps(state.method, reached(parcel), is_over=is_over),
        items=tuple(
            ItemView(name=names[line.line_id], quantity=line.quantity)
            for line in parcel.lines
            if line.line_id in names
        ),
        carrier=parcel.carrier or "",
        tracking_number=parcel.tracking_number or "",
        tracking_link=tracking_link(
            settings.tracking_links, parcel.carrier, parcel.tracking_number, kept.order.shipping_address
        ),
    )


def _rest(
    kept: Kept, state: OrderState, names: dict[str, str], now: datetime, words: Words
) -> tuple[GoodsView, ...]:
    items = tuple(
        ItemView(name=names[line.line_id], quantity=left)
        for line in state.lines
        if line.line_id in names and (left := state.to_pack(line)) > 0 and line.units.to_ship > 0
    )
    # Of an order that was over before it came to us, nobody noted parcels.
    if not items or kept.is_history:
        return ()
    is_over = kept.ended_at is not None
    return (
        GoodsView(
            parcel=None,
            stands=words("parcels.states.rest" if state.live_parcels else "parcels.states.received"),
            next=None if is_over else next_for_the_rest(state, now, words),
            steps=steps(state.method, "received", is_over=is_over),
            items=items,
        ),
    )
