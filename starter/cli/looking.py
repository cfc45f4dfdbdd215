"""Looking at orders: list, show and watch, from PostgreSQL only."""

from typing import Any

from db import listing, reading
from db.listing import Filter, Queue
from db.pool import OUTAGES
from db.vault import Vault
from starter.answers import ListAnswer, OrderAnswer
from starter.cli import connections, tables
from starter.cli.running import CliError
from starter.cli.talk import print_json, print_json_line, talk
from starter.view import Viewer
from starter.waiting import Waiting


async def list_orders(conditions: dict[str, Any], all_pages: bool, as_json: bool) -> None:
    queue = conditions.get("queue")
    if queue is not None and queue not in frozenset(Queue):
        raise CliError("no_such_queue", queue=queue, known=", ".join(Queue))
    wanted = Filter.model_validate(conditions)
    viewer = Viewer(_NO_VAULT, "", "")
    rows = []
    async with connections.database() as pool:
        while True:
            async with pool.acquire() as connection:
                page = viewer.listed(await listing.page(connection, wanted))
            rows += page.orders
            if not (all_pages and page.next):
                break
            wanted = wanted.model_copy(update={"cursor": page.next})
    if as_json:
        print_json(ListAnswer(orders=rows, next=page.next))
        return
    talk.out.print(tables.listed(rows))
    if page.next:
        talk.tell("list.more", cursor=page.next)


async def show(order_id: str, store: str | None, as_json: bool) -> None:
    settings = connections.settings()
    viewer = _viewer(settings)
    async with connections.database() as pool, pool.acquire() as connection:
        owner = await reading.store_of(connection, order_id, store)
        order = await viewer.order(connection, owner, order_id, talk.language)
    if as_json:
        print_json(order)
    else:
        tables.show(order)


async def watch(order_id: str, store: str | None, as_json: bool) -> None:
    """Whatever is recorded is shown at once: PostgreSQL tells, nobody polls."""
    settings = connections.settings()
    viewer = _viewer(settings)
    async with connections.database() as pool:
        async with pool.acquire() as connection:
            owner = await reading.store_of(connection, order_id, store)
        waiting = Waiting(settings.database_url.get_secret_value())
        async with waiting, waiting.news_of(owner, order_id) as news:
            shown = 0
            headline: tuple[object, ...] = ()
            while True:
                news.clear()  # First: what is recorded while we look is looked at again.
                try:
                    async with pool.acquire() as connection:
                        order = await viewer.order(connection, owner, order_id, talk.language)
                except OUTAGES:
                    talk.complain(talk.say("watch.database_away"))
                    await news.wait()  # Set as soon as the listening connection is back.
                    continue
                shown = _tell(order, min(shown, len(order.timeline)), as_json)
                now = (order.payment_status, order.fulfillment_status, order.open, order.ended_at)
                if now != headline and not as_json:
                    talk.out.print(tables.headline(order))
                headline = now
                if order.ended_at is not None:
                    return
                await news.wait()


def _tell(order: OrderAnswer, shown: int, as_json: bool) -> int:
    """Show the timeline from there on; how much of it has been shown then."""
    for moment in order.timeline[shown:]:
        if as_json:
            state = {
                "payment_status": order.payment_status,
                "fulfillment_status": order.fulfillment_status,
                "open": order.open,
                "ended": order.ended_at is not None,
            }
            print_json_line({**moment.model_dump(mode="json"), **state})
        else:
            talk.out.print(tables.moment(moment))
    return len(order.timeline)


def _viewer(settings: Any) -> Viewer:
    vault = Vault.from_text(settings.secret_key.get_secret_value())
    return Viewer(vault, settings.public_url, settings.temporal_ui_url)


_NO_VAULT = Vault("-" * 32)
"""A list shows no links, so it needs no key of ours."""
