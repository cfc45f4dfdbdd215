"""The commands about orders: place, list, show, send, watch."""

from datetime import datetime
from typing import Annotated

import typer

from starter.cli.options import Json, Language, OrderIdArgument, Store, named


def place(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="JSON files; `-` for standard input.")],
    format: Annotated[
        str, typer.Option(help="`pakhuis`: one order or a list. `ecwid`: a store's own JSON.")
    ] = "pakhuis",
    store: Annotated[str, typer.Option(help="Whose orders these are; for `ecwid` only.")] = "default",
    json: Json = False,
    language: Language = None,
) -> None:
    """Place orders from files. The same order again changes nothing."""
    from starter.cli import placing
    from starter.cli.running import run

    run(lambda: placing.place(files, format, store, json))


def list_orders(
    store: Annotated[str | None, typer.Option(help="Of this store.")] = None,
    payment_status: Annotated[
        list[str] | None, typer.Option(help="PAID, AWAITING_PAYMENT …; may be repeated.")
    ] = None,
    fulfillment_status: Annotated[
        list[str] | None, typer.Option(help="SHIPPED, PROCESSING …; may be repeated.")
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option(help="shipping, local_delivery, pickup, none; may be repeated.")
    ] = None,
    queue: Annotated[
        str | None, typer.Option(help="Waiting for this work: to_pick, to_pack, to_hand_over, late …")
    ] = None,
    attention: Annotated[
        bool | None, typer.Option("--attention/--no-attention", help="Needs a person, or does not.")
    ] = None,
    open: Annotated[
        bool | None, typer.Option("--open/--closed", help="Still something to do, or not.")
    ] = None,
    placed_from: Annotated[datetime | None, typer.Option(help="Placed at or after this moment.")] = None,
    placed_to: Annotated[datetime | None, typer.Option(help="Placed before this moment.")] = None,
    q: Annotated[
        str | None, typer.Option("--search", "-q", help="Words in names, numbers, articles …")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many on a page.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="The next page, as the last one named it.")] = None,
    all_pages: Annotated[bool, typer.Option("--all", help="Every page.")] = False,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="What waits longest on top.")] = False,
    json: Json = False,
    language: Language = None,
) -> None:
    """List orders, newest first unless asked otherwise. Reads PostgreSQL only."""
    from starter.cli import looking
    from starter.cli.running import run

    conditions = named(
        store=store,
        payment_status=[each.upper() for each in payment_status or ()] or None,
        fulfillment_status=[each.upper() for each in fulfillment_status or ()] or None,
        method=[each.lower() for each in method or ()] or None,
        queue=queue,
        attention=attention,
        open=open,
        placed_from=placed_from and placed_from.astimezone(),
        placed_to=placed_to and placed_to.astimezone(),
        q=q,
        cursor=cursor,
        limit=limit,
        oldest_first=oldest_first,
    )
    run(lambda: looking.list_orders(conditions, all_pages, json))


def show(
    order_id: OrderIdArgument, store: Store = None, json: Json = False, language: Language = None
) -> None:
    """Show one order: statuses, goods, parcels, money, attention, timeline, mails."""
    from starter.cli import looking
    from starter.cli.running import run

    run(lambda: looking.show(order_id, store, json))


def watch(
    order_id: OrderIdArgument, store: Store = None, json: Json = False, language: Language = None
) -> None:
    """Follow an order's timeline live, until the order has ended. With --json: one object a line."""
    from starter.cli import looking
    from starter.cli.running import run

    run(lambda: looking.watch(order_id, store, json))


def send(
    order_id: OrderIdArgument,
    type: Annotated[str, typer.Argument(metavar="TYPE", help="payment, picked, packed, labelled, shipped …")],
    fields: Annotated[
        str | None, typer.Argument(metavar="[FIELDS]", help="All fields as a JSON object, for no options.")
    ] = None,
    status: Annotated[str | None, typer.Option(help="payment: paid, failed, refunded.")] = None,
    amount: Annotated[str | None, typer.Option(help="payment: such as 63.95; else all that is due.")] = None,
    currency: Annotated[str | None, typer.Option(help="payment: such as EUR.")] = None,
    reference: Annotated[str | None, typer.Option(help="payment: the provider's number.")] = None,
    event_id: Annotated[str | None, typer.Option(help="payment: tells repeats apart.")] = None,
    parcel: Annotated[str | None, typer.Option(help="The parcel; else the one open parcel.")] = None,
    line: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE=QUANTITY", help="Units of a line; repeated for more. Else all."),
    ] = None,
    weight_grams: Annotated[int | None, typer.Option(help="packed: what the parcel weighs.")] = None,
    carrier: Annotated[str | None, typer.Option(help="labelled, shipped: such as postnl.")] = None,
    tracking_number: Annotated[str | None, typer.Option(help="labelled, shipped.")] = None,
    notify: Annotated[
        bool | None, typer.Option("--notify/--no-notify", help="Whether the customer gets a mail.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="collected: the code from the customer's mail.")] = None,
    override: Annotated[
        bool | None, typer.Option("--override", help="collected: without the code, on your own judgement.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="hold, release, cancel, delivery_failed, resolve: why.")
    ] = None,
    subject: Annotated[str | None, typer.Option(help="resolve: which of two of the same reason.")] = None,
    line_id: Annotated[str | None, typer.Option(help="reissue: the line whose links are renewed.")] = None,
    mail_key: Annotated[
        str | None,
        typer.Option(help="mail_arrived, mail_again, mail_stop: which mail, as `show` lists it."),
    ] = None,
    anew: Annotated[
        bool | None, typer.Option("--anew", help="mail_again: one that was sent, as a mail of its own.")
    ] = None,
    command_id: Annotated[
        str | None, typer.Option(help="Makes a repeat harmless; else a new one is made.")
    ] = None,
    store: Store = None,
    undo_seconds: Annotated[
        int,
        typer.Option(min=0, max=60, help="The customer's mails wait so long; mail_stop takes them back."),
    ] = 0,
    wait: Annotated[float, typer.Option(min=0, max=60, help="Seconds to wait for the answer.")] = 5.0,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show the mails it would cause; nothing is given.")
    ] = False,
    json: Json = False,
    language: Language = None,
) -> None:
    """Give an order a command.

    Exit code 0: applied, now or before. 1: refused. 3: kept, and not yet applied (the workers are away).

    Examples: pakhuis send K8XTQ packed --parcel 1 --line 1=2 --weight-grams 780

    pakhuis send K8XTQ shipped --json '{"tracking_number": "3SDEVC1234567"}'
    """
    from starter.cli import previewing, sending
    from starter.cli.fields import read_fields
    from starter.cli.running import run

    options = named(
        status=status,
        amount=amount,
        currency=currency,
        reference=reference,
        event_id=event_id,
        parcel=parcel,
        weight_grams=weight_grams,
        carrier=carrier,
        tracking_number=tracking_number,
        notify=notify,
        code=code,
        override=override,
        reason=reason,
        subject=subject,
        line_id=line_id,
        mail_key=mail_key,
        anew=anew,
        command_id=command_id,
    )
    if preview:
        run(lambda: previewing.preview(order_id, read_fields(type, options, line, fields), store, json))
    run(
        lambda: sending.send(
            order_id, read_fields(type, options, line, fields), store, wait, json, undo_seconds=undo_seconds
        )
    )
