"""Tables for people: what the commands found, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from orders.sentence import sentence
from starter.cli.talk import printable, talk

if TYPE_CHECKING:
    from db.keys import Key
    from db.webhook_secrets import WebhookSecret
    from orders.store import StoreSettings
    from starter.answers import MomentAnswer, NoteAnswer, OrderAnswer, RowAnswer
    from starter.cli.doctor.findings import Finding
    from starter.cli.placing import Result

GOOD = "green"
BAD = "red"
ASKS = "yellow"
QUIET = "dim"

_OUTCOME = {
    "applied": GOOD, "new": GOOD, "refused": BAD, "known": QUIET, "repeated": QUIET, "history": QUIET
}  # fmt: skip


def table(*columns: str, title: str | None = None) -> Table:
    """An empty table; each column is named by the catalogue's key under `column`."""
    found = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=None,
        padding=(0, 2, 0, 0),
    )
    for name in columns:
        found.add_column(talk.say(f"column.{name}"), overflow="fold")
    return found


def cell(text: object, style: str = "") -> Text:
    """Text from outside, as it is: never as markup, never as a command to the terminal."""
    return Text(printable("" if text is None else str(text)), style=style)


def listed(rows: Sequence[RowAnswer]) -> Table:
    found = table("order", "number", "placed", "customer", "total", "payment", "fulfillment", "method", "due")
    for row in rows:
        due = f"{row.due_for} {talk.fact(row.due_at)}" if row.due_at else ""
        if row.needs_attention:
            who = ", ".join(talk.words(sentence(f"owner.{owner}")) for owner in row.owners)
            due = f"{talk.say('list.attention', who=who)} {due}"
        found.add_row(
            cell(row.order_id if row.store == "default" else f"{row.store}/{row.order_id}"),
            cell(row.number),
            cell(talk.fact(row.placed_at)),
            cell(row.customer),
            cell(f"{row.total} {row.currency}"),
            cell(row.payment_status),
            cell(row.fulfillment_status, "" if row.open else QUIET),
            cell(row.fulfillment_method),
            cell(due, ASKS if row.needs_attention else ""),
        )
    return found


def headline(order: OrderAnswer) -> Text:
    """One line that says where the order stands."""
    key = "ended" if order.ended_at else "open" if order.open else "closed"
    text = cell(f"{order.store}/{order.order_id}", "bold")
    text.append(f"  {order.payment_status}  {order.fulfillment_status}  ")
    return text.append(talk.say(f"show.{key}"), QUIET)


def moment(at: MomentAnswer) -> Text:
    """One line of the timeline."""
    text = cell(talk.fact(at.at), QUIET)
    text.append(f"  {at.kind}  ", _OUTCOME.get(at.outcome, "") if at.outcome != "applied" else "")
    text.append_text(cell(at.text))
    return text.append_text(cell(f"  ({at.actor})", QUIET))


def show(order: OrderAnswer) -> None:
    """Everything about one order."""
    parts: list[Text | Table | Group] = [headline(order), _about(order), _lines(order)]
    if order.parcels:
        parts.append(_parcels(order))
    if order.payments:
        parts.append(_payments(order))
    if order.holds or order.attention:
        parts.append(_attention(order))
    heading = cell(talk.say("show.timeline"), "bold")
    parts.append(Group(heading, *(moment(each) for each in order.timeline)))
    if order.mails:
        parts.append(_mails(order))
    if order.notes:
        parts.append(notes(order.notes))
    for part in parts:
        talk.out.print(part)
        talk.out.print()


def _about(order: OrderAnswer) -> Table:
    found = Table.grid(padding=(0, 2))
    due = f"{order.due_for} {talk.fact(order.due_at)}" if order.due_at else ""
    mail = f" <{order.customer.email}>" if order.customer.email else ""
    rows = (
        ("number", order.number),
        ("placed", talk.fact(order.placed_at)),
        ("customer", f"{order.customer.name}{mail}"),
        ("method", f"{order.fulfillment_method} {order.option}".strip()),
        ("address", _address(order)),
        ("total", f"{order.totals.total} {order.currency}"),
        ("to_pay", f"{order.amount_due} {order.currency}"),
        ("due", due),
        ("comment", order.comment),
        ("staff_note", order.staff_note),
        ("claimed_by", f"{order.claim.name}, {talk.fact(order.claim.until)}" if order.claim else ""),
        ("customer_page", order.links.customer_page),
        ("temporal", order.links.temporal or ""),
    )
    for name, value in rows:
        if value:
            found.add_row(cell(talk.say(f"column.{name}"), QUIET), cell(value))
    return found


def _address(order: OrderAnswer) -> str:
    address = order.shipping_address
    if address is None:
        return ""
    city = f"{address.postal_code} {address.city}".strip()
    return ", ".join(part for part in (address.name, *address.lines, city, address.country) if part)


def _lines(order: OrderAnswer) -> Table:
    counts = ("ordered", "cancelled", "picked", "packed", "shipped", "delivered", "returned")
    found = table("line", "kind", "article", *counts, title=talk.say("show.lines"))
    for line in order.lines:
        name = f"{line.name} ({', '.join(line.options)})" if line.options else line.name
        units = line.units.model_dump()
        found.add_row(
            cell(line.line_id), cell(line.kind), cell(name), *(cell(units[count] or "") for count in counts)
        )
    return found


def _parcels(order: OrderAnswer) -> Table:
    found = table(
        "parcel",
        "state",
        "since",
        "carrier",
        "tracking_number",
        "grams",
        "contents",
        title=talk.say("show.parcels"),
    )
    for parcel in order.parcels:
        contents = ", ".join(f"{line.line_id}={line.quantity}" for line in parcel.lines)
        cells = (parcel.parcel, parcel.state, talk.fact(parcel.since), parcel.carrier, parcel.tracking_number)
        found.add_row(*map(cell, (*cells, parcel.weight_grams, contents)))
    return found


def _payments(order: OrderAnswer) -> Table:
    found = table("at", "state", "amount", "reference", title=talk.say("show.payments"))
    for payment in order.payments:
        amount = f"{payment.amount} {payment.currency}"
        found.add_row(*map(cell, (talk.fact(payment.at), payment.status, amount, payment.reference)))
    return found


def _attention(order: OrderAnswer) -> Table:
    found = table("since", "who", "reason", "what", title=talk.say("show.attention"))
    for hold in order.holds:
        since, what = cell(talk.fact(hold.since)), cell(f"{hold.reason} ({hold.by})")
        found.add_row(since, cell(""), cell("hold", ASKS), what)
    for each in order.attention:
        since, what = cell(talk.fact(each.since)), cell(each.text)
        found.add_row(since, cell(each.owner_name), cell(each.reason, ASKS), what)
    return found


def _mails(order: OrderAnswer) -> Table:
    found = table("at", "mail", "state", title=talk.say("show.mails"))
    for mail in order.mails:
        style = (
            GOOD if mail.state == "sent" else BAD if mail.state in ("failed", "bounced", "unknown") else ""
        )
        found.add_row(
            cell(talk.fact(mail.sent_at or mail.created_at)), cell(mail.mail_key), cell(mail.state, style)
        )
    return found


def notes(found: Iterable[NoteAnswer]) -> Table:
    """Notes as they read now, with who signed them."""
    rows = table("at", "actor", "note", "what", title=talk.words(sentence("desk_order.notes.title")))
    for each in found:
        changed = (
            talk.words(sentence("desk_order.notes.changed_at", at=each.edited_at)) if each.edited_at else ""
        )
        text = cell(each.text)
        if changed:
            text.append(f" ({changed})", QUIET)
        rows.add_row(cell(talk.fact(each.at)), cell(each.author), cell(each.note_id), text)
    return rows


def placed(results: Iterable[Result]) -> Table:
    found = table("file", "order", "outcome", "what")
    for each in results:
        name = each.order_id or f"#{each.index + 1}"
        order = name if each.store in (None, "default") else f"{each.store}/{name}"
        what = "\n".join((each.detail, *each.warnings)).strip()
        outcome = cell(talk.say(f"place.{each.outcome}"), _OUTCOME[each.outcome])
        found.add_row(cell(each.file), cell(order), outcome, cell(what))
    return found


def keys(found: Iterable[Key]) -> Table:
    rows = table("actor", "scope", "since", "revoked")
    for key in found:
        style = QUIET if key.revoked_at else ""
        moments = (talk.fact(key.created_at), talk.fact(key.revoked_at))
        rows.add_row(*(cell(each, style) for each in (key.actor, key.scope, *moments)))
    return rows


def stores(found: dict[str, StoreSettings]) -> Table:
    rows = table("store", "name", "languages", "currency", "mail_from", "shop_addresses")
    for store, settings in found.items():
        shop = ", ".join(settings.shop_addresses)
        languages = ", ".join(settings.languages)
        rows.add_row(
            *map(cell, (store, settings.look.name, languages, settings.currency, settings.mail_from, shop))
        )
    return rows


def webhook_secrets(found: Iterable[WebhookSecret]) -> Table:
    rows = table("secret", "provider", "store", "since", "ended")
    for each in found:
        style = QUIET if each.ended_at else ""
        moments = (talk.fact(each.created_at), talk.fact(each.ended_at))
        rows.add_row(*(cell(every, style) for every in (each.secret_id, each.provider, each.store, *moments)))
    return rows


def checks(findings: Iterable[Finding]) -> Table:
    """One line for each check: whether it is well, what is wrong and what to do."""
    rows = Table.grid(padding=(0, 2))
    marks = {"well": ("✓", GOOD), "warning": ("!", ASKS), "wrong": ("✗", BAD)}
    for each in findings:
        mark, style = marks[each.state]
        rows.add_row(
            cell(mark, style), cell(talk.words(sentence(f"doctor.{each.check}.name"))), cell(each.text)
        )
    return rows
