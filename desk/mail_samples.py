"""Every kind of mail as a store would send it: about one of its own orders, or about one that is made up."""

from datetime import UTC, datetime
from typing import NamedTuple

from activities.views import foretold
from db import mail_samples, reading
from db.pool import Connection
from db.reading import Kept
from mails.letters import Letter, PartsMissing, render
from mails.sample import sample
from mails.view import MailView
from orders.change import Mail
from orders.commands import Quantity
from orders.mail import MailKind
from orders.opening import pickup_text, today_in
from orders.order import FulfillmentMethod, LineKind
from orders.store import Language, StoreSettings
from starter.sent_mails import hidden, inert


class Shown(NamedTuple):
    """A mail with nothing in it that opens anything. `order_id` and `number` are of the order it is about;
    None for one that is made up."""

    subject: str
    text: str
    html: str
    order_id: str | None = None
    number: str | None = None


class NoSuchOrder(Exception):
    """The store has no order of this number."""


async def shown(
    connection: Connection,
    store: str,
    kind: MailKind,
    language: Language,
    settings: StoreSettings,
    public_url: str,
    number: str = "",
) -> Shown:
    """A mail of this kind. About the order of this number, where one is named and can have such a mail; else
    about the last that had one, or the newest that can. Raises NoSuchOrder."""
    chosen = await mail_samples.named(connection, store, number) if number else None
    if number and chosen is None:
        raise NoSuchOrder
    for kept, wish in await _wishes(connection, store, kind, chosen):
        at = datetime.now(UTC)
        issued = tuple(line.line_id for line in wish.lines) if kind is MailKind.DOWNLOADS else ()
        view = await foretold(kept, wish, language, settings, public_url.rstrip("/"), at, issued)
        try:
            return _shown(render(kind, view), kept)
        except PartsMissing:
            continue
    return _shown(render(kind, _made_up(kind, language, settings)), None)


def _made_up(kind: MailKind, language: Language, settings: StoreSettings) -> MailView:
    """An order that is made up, with the store's own words around it where it has any."""
    own: dict[str, str] = {}
    pickup = pickup_text(settings, "", language, today_in(settings.time_zone))
    if kind is MailKind.READY_FOR_PICKUP and pickup:
        own["pickup_instructions"] = pickup
    how = settings.how_to_pay.get(language, "")
    if kind in (MailKind.AWAITING_PAYMENT, MailKind.PAYMENT_REMINDER) and how:
        own["how_to_pay"] = how
    return sample(kind, language, shop=settings.look, time_zone=settings.time_zone, **own)


async def _wishes(
    connection: Connection, store: str, kind: MailKind, chosen: str | None
) -> list[tuple[Kept, Mail]]:
    """Orders with the mail they had, or could have: the likeliest first."""
    if kind is MailKind.ATTENTION_DIGEST:
        return []  # It is about no order.
    had = await mail_samples.newest_mail(connection, store, kind, chosen)
    if had is not None:
        return [(await reading.order(connection, store, had[0]), had[1])]
    known = [chosen] if chosen else await mail_samples.newest_orders(connection, store)
    found = []
    for order_id in known:
        kept = await reading.order(connection, store, order_id)
        wish = _wish(kept, kind)
        if wish is not None:
            found.append((kept, wish))
    return found


def _wish(kept: Kept, kind: MailKind) -> Mail | None:
    """What a mail of this kind to this order would be about; None if it cannot have one."""
    kinds = {
        MailKind.DOWNLOADS: (LineKind.DIGITAL,),
        MailKind.GIFT_CARD: (LineKind.GIFT_CARD,),
        MailKind.SHIPPED: (LineKind.PHYSICAL,),
        MailKind.READY_FOR_PICKUP: (LineKind.PHYSICAL,),
        MailKind.OUT_FOR_DELIVERY: (LineKind.PHYSICAL,),
        MailKind.DELIVERED: (LineKind.PHYSICAL,),
    }.get(kind, tuple(LineKind))
    lines = tuple(
        Quantity(line_id=line.line_id, quantity=line.quantity)
        for line in kept.order.lines
        if line.kind in kinds
    )
    if not lines or (kind is MailKind.READY_FOR_PICKUP and kept.order.method is not FulfillmentMethod.PICKUP):
        return None
    parcel = kept.facts.parcels[0].parcel if kept.facts.parcels else None
    return Mail(key=str(kind), kind=kind, lines=lines, parcel=parcel, amount_minor=kept.order.total.minor)


def _shown(letter: Letter, kept: Kept | None) -> Shown:
    return Shown(
        subject=hidden(letter.subject),
        text=hidden(letter.text),
        html=inert(hidden(letter.html)),
        order_id=kept.order_id if kept else None,
        number=kept.number if kept else None,
    )
