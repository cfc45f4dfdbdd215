"""Planning a job: which command each of its orders is to be given."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError

from db import bulk
from db.bulk import Named, OrderKey, Planned, Row, Stands, Unread
from db.pool import Connection
from orders.commands import COMMAND, Carrier, Reason, TrackingNumber
from orders.errors import JobNotBegun, NothingRefused, OrderUnreadable
from orders.problems import problem
from orders.sentence import sentence
from starter.arrivals import unreadable
from starter.bulk import KINDS, MAILING
from starter.bulk_list import Entry, Understood

WITH_NUMBERS: Final = ("labelled", "shipped")
"""They can take a list of tracking numbers."""
WITH_REASON: Final = ("hold", "release")


class Fields(BaseModel, frozen=True, extra="forbid"):
    """What a job says to every order alike."""

    notify: bool = True
    reason: Reason | None = None
    carrier: Carrier | None = None


class Own(BaseModel, frozen=True):
    """What it says to one order alone."""

    tracking_number: TrackingNumber | None = None
    carrier: Carrier | None = Field(default=None)


class Matched(NamedTuple):
    """Lines of a list with the orders they speak of; the others with why they speak of none."""

    own: Mapping[OrderKey, Own]
    unread: tuple[Unread, ...]


def fields_of(**values: object) -> Fields:
    """What a job says to every order. Raises OrderUnreadable with the field that is wrong."""
    try:
        return Fields.model_validate(values)
    except ValidationError as error:
        raise unreadable(error) from None


def command(kind: str, fields: Fields, own: Own | None = None) -> dict[str, Any]:
    """The command of this kind, without an id. Raises OrderUnreadable with the field that is wrong."""
    if kind not in KINDS:
        raise OrderUnreadable.of(("type", problem("none_of_these", known=", ".join(KINDS))))
    said: dict[str, Any] = {"type": kind}
    if kind in MAILING:
        said["notify"] = fields.notify
    if kind in WITH_REASON:
        said["reason"] = fields.reason
    if kind in WITH_NUMBERS:
        said["tracking_number"] = own.tracking_number if own else None
        said["carrier"] = (own.carrier if own else None) or fields.carrier
    said = {name: value for name, value in said.items() if value is not None}
    try:
        read = COMMAND.validate_python(said)
    except ValidationError as error:
        raise unreadable(error, skip=1) from None
    return read.model_dump(mode="json", exclude_none=True, exclude={"command_id"})


def planned(
    kind: str, fields: Fields, rows: Sequence[Row], own: Mapping[OrderKey, Own] | None = None
) -> list[Planned]:
    """A command for each row, under an id that is made now and once. With `own`, orders that it does not
    name are left out. Raises OrderUnreadable."""
    found = []
    for row in rows:
        mine = None if own is None else own.get(OrderKey(row.store, row.order_id))
        if own is not None and mine is None:
            continue
        said = command(kind, fields, mine)
        found.append(Planned(position=row.position, command_id=f"bulk-{uuid.uuid4()}", command=said))
    return found


def matched(listed: Understood, named: Sequence[Named]) -> Matched:
    """The orders that a list speaks of, among these."""
    by_name: dict[str, list[Named]] = {}
    for order in named:
        for name in {order.number.lower(), order.order_id.lower()}:
            by_name.setdefault(name, []).append(order)
    own: dict[OrderKey, Own] = {}
    lines: dict[OrderKey, int] = {}
    unread = list(listed.unread)
    for entry in listed.entries:
        found = by_name.get(entry.order.lower(), [])
        if len(found) != 1:
            why = "several_orders" if found else "no_such_order"
            unread.append(_unread(entry, why, order=entry.order))
            continue
        key = OrderKey(found[0].store, found[0].order_id)
        if key in own:
            unread.append(_unread(entry, "twice", line=lines[key]))
            continue
        own[key] = Own(tracking_number=entry.tracking_number, carrier=entry.carrier)
        lines[key] = entry.line
    return Matched(own, tuple(sorted(unread, key=lambda each: each.line)))


async def named_by(connection: Connection, listed: Understood, stores: Sequence[str] | None) -> list[Named]:
    """The orders that a list may speak of, in these stores (None: in every one)."""
    names = [entry.order for entry in listed.entries]
    return await bulk.named(connection, [*names, *(name.upper() for name in names)], stores)


async def again(connection: Connection, of: bulk.Job, actor: str, request_id: str | None = None) -> UUID:
    """A new job with what another one was refused, planned as it was and not begun; its id. The same wish
    twice is one job; once that one was tried, what it was refused can be tried in a further one. Raises
    JobNotBegun, NothingRefused."""
    if of.started_at is None:
        raise JobNotBegun(str(of.job_id))
    refused = await bulk.rows(connection, of.job_id, stands=Stands.REFUSED)
    if not refused:
        raise NothingRefused(str(of.job_id))
    job_id = uuid.uuid5(of.job_id, f"{actor} {len(refused)} {refused[-1].command_id}")
    keys = [OrderKey(row.store, row.order_id) for row in refused]
    async with connection.transaction():
        if not await bulk.choose(connection, job_id, actor, keys, request_id=request_id):
            return job_id
        commands = [
            Planned(position=place, command_id=f"bulk-{uuid.uuid4()}", command=row.command or {})
            for place, row in enumerate(refused)
        ]
        kind = of.kind or ""
        await bulk.plan(connection, job_id, kind, of.fields, commands, undo_seconds=of.undo_seconds)
    return job_id


def _unread(entry: Entry, why: str, **facts: str | int) -> Unread:
    return Unread(line=entry.line, text=entry.text, problem=sentence(f"bulk.list.{why}", **facts))
