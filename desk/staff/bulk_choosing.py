"""Which orders somebody chose in the list: those that were ticked, or all that the list shows."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import TypeAdapter, ValidationError

from db import bulk, listing, stores
from db.bulk import MOST_ORDERS, OrderKey
from db.pool import Connection
from desk.staff.errors import NotHere
from desk.staff.forms import Form
from desk.staff.orders_page import Asked
from desk.staff.signed import Signed
from orders.order import OrderId
from orders.store import StoreId
from orders.words import TIME_ZONE

_STORE: Final[TypeAdapter[str]] = TypeAdapter(StoreId)
_ORDER_ID: Final[TypeAdapter[str]] = TypeAdapter(OrderId)


async def chosen(connection: Connection, signed: Signed, form: Form) -> tuple[list[OrderKey], bool]:
    """The orders, of stores that this reader sees, in the order of the list; and whether that is all of them:
    a job has so many at most."""
    if form.has("all"):
        return await _all_that_match(connection, signed, form.text("here", 2_000))
    ticked = list(dict.fromkeys(filter(None, (_key(each) for each in form.all("order")))))
    ticked = [key for key in ticked if signed.sees(key.store)]
    there = await bulk.there(connection, ticked[:MOST_ORDERS])
    return [key for key in ticked if key in there], len(ticked) <= MOST_ORDERS


async def _all_that_match(connection: Connection, signed: Signed, here: str) -> tuple[list[OrderKey], bool]:
    """All orders of the list at this address, as it is at this moment."""
    known = [each for store, each in (await stores.everything(connection)).items() if signed.sees(store)]
    zones = {each.time_zone for each in known}
    asked = Asked.of(dict(parse_qsl(urlsplit(here).query))).model_copy(update={"after": ""})
    wanted = asked.filter(signed.stores, zones.pop() if len(zones) == 1 else TIME_ZONE)
    wanted = wanted.model_copy(update={"limit": listing.LONGEST_PAGE})
    keys: list[OrderKey] = []
    # Orders may come while we read; the transaction shows the list as it was when it began.
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        while len(keys) < MOST_ORDERS:
            found = await listing.page(connection, wanted)
            keys += [OrderKey(row.store, row.order_id) for row in found.rows]
            if found.next is None:
                return keys[:MOST_ORDERS], len(keys) <= MOST_ORDERS
            wanted = wanted.model_copy(update={"cursor": found.next})
    return keys[:MOST_ORDERS], False


def kind_of(form: Form, known: Sequence[str]) -> str:
    """What shall be done. Raises NotHere for anything that cannot be done so."""
    kind = form.text("kind", 40)
    if kind not in known:
        raise NotHere
    return kind


def _key(written: str) -> OrderKey | None:
    store, _, order_id = written.partition("/")
    try:
        return OrderKey(_STORE.validate_python(store), _ORDER_ID.validate_python(order_id))
    except ValidationError:
        return None
