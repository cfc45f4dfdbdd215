"""Papers of orders: gathered from the memory, set by the press, in the order they were asked for."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from db import notes, papers, reading, stores
from db.papers import Issued
from db.pool import Connection, Pool, within_reach
from db.vault import Vault
from desk import paper_sources
from desk.invoicing import Invoicing
from desk.paper_sources import Source
from documents import invoices
from documents.labels import labels
from documents.models import Paper
from documents.pick_lists import pick_list
from documents.press import Press, press
from documents.slips import packing_slips
from documents.zpl import zpl_labels
from orders.errors import OrderNotFound, Refused
from orders.logo import Logo
from orders.paper import (
    MOST_LINES_AT_ONCE,
    Asker,
    OrderName,
    PaperFormat,
    PaperKind,
    PaperMaker,
    PaperWish,
    Printed,
)
from orders.store import StoreSettings
from orders.words import say

MOST_NAMED: Final = 5


class Papers(PaperMaker):
    """Makes every paper there is, for the API, the desk and the command line."""

    def __init__(self, pool: Pool, vault: Vault, press_: Press | None = None) -> None:
        self._pool = pool
        self._press = press_ or press()
        self._invoicing = Invoicing(pool, vault, self._press)

    async def make(self, wish: PaperWish, asker: Asker) -> Printed:
        """The papers that are asked for, as one print. Raises OrderNotFound, Refused for an order that has no
        such paper, and Unavailable while too many are being made."""
        async with within_reach(self._pool) as connection:
            sources = await _sources(connection, wish, asker)
        if wish.kind is PaperKind.INVOICE:
            with_paper, paper = await self._invoices(wish, sources, asker)
        else:
            with_paper = _with_goods(wish, sources)
            paper = await self._paper(wish, with_paper)
        return Printed(
            content=paper.content,
            format=paper.format,
            file_name=_file_name(wish, with_paper, asker),
            is_substituted=paper.is_substituted,
            left_out=tuple(source.name for source in sources if source not in with_paper),
        )

    async def without_invoice(self, wish: PaperWish, asker: Asker) -> list[str]:
        """The numbers of those of these orders whose invoice is still to be issued, and can be."""
        async with within_reach(self._pool) as connection:
            sources = await _sources(connection, wish, asker)
        missing = []
        for source in sources:
            with suppress(Refused):
                if await self._invoicing.known(source, asker.model_copy(update={"may_issue": True})) is None:
                    missing.append(source.kept.number)
        return missing

    async def _paper(self, wish: PaperWish, sources: Sequence[Source]) -> Paper:
        if wish.kind is PaperKind.PICK_LIST:
            listed = paper_sources.pick_list(sources, datetime.now(UTC))
            return await self._press.make(lambda typesetter: pick_list(typesetter, listed))
        boxes = [(source, box) for source in sources for box in paper_sources.boxes(source, wish.parcel)]
        if wish.kind is PaperKind.PACKING_SLIP:
            slips = [paper_sources.slip(source, box) for source, box in boxes]
            return await self._press.make(lambda typesetter: packing_slips(typesetter, slips))
        wanted = [paper_sources.label(source, box) for source, box in boxes]
        if wish.format is PaperFormat.ZPL:
            return zpl_labels(wanted, wish.size)
        return await self._press.make(lambda typesetter: labels(typesetter, wanted, wish.size))

    async def _invoices(
        self, wish: PaperWish, sources: Sequence[Source], asker: Asker
    ) -> tuple[list[Source], Paper]:
        # All are looked at before the first one gets a number: a refusal then changes nothing.
        able: list[tuple[Source, Issued | None]] = []
        refused: Refused | None = None
        for source in sources:
            try:
                able.append((source, await self._invoicing.known(source, asker)))
            except Refused as no:
                refused = refused or no
                if not wish.leave_out:
                    raise
        if not able and refused is not None:
            raise refused
        issued = [known or await self._invoicing.issue(source, asker) for source, known in able]
        with_paper = [source for source, _ in able]
        is_substituted = any(each.is_substituted for each in issued)
        if len(issued) == 1:
            return with_paper, Paper(content=issued[0].content, is_substituted=is_substituted)
        pages = [(each.content, each.pages) for each in issued]
        title = say(asker.language, "papers.invoice.title")
        bound = await self._press.make(lambda typesetter: invoices.bound(typesetter, pages, title))
        return with_paper, bound.model_copy(update={"is_substituted": is_substituted})


async def _sources(connection: Connection, wish: PaperWish, asker: Asker) -> list[Source]:
    """The orders in the order they are named. Raises OrderNotFound, and Refused for more than one print can
    hold."""
    shops: dict[str, tuple[StoreSettings, Logo | None]] = {}
    found: dict[tuple[str, str], Source] = {}
    count = 0
    for name in wish.orders:
        store = await _store(connection, name, asker)
        if (store, name.order_id) in found:
            # Two labels of one parcel would send it on its way twice.
            raise Refused("papers.refused.named_twice", order_id=name.order_id)
        kept = await reading.order(connection, store, name.order_id)
        if store not in shops:
            shops[store] = (await stores.settings(connection, store), await papers.logo(connection, store))
        is_list = wish.kind is PaperKind.PICK_LIST
        written = await notes.of_order(connection, store, name.order_id) if is_list else ()
        found[store, name.order_id] = Source(kept, *shops[store], written)
        count += len(kept.order.lines)
    if count > MOST_LINES_AT_ONCE:
        raise Refused("papers.refused.too_many_lines", most=MOST_LINES_AT_ONCE, count=count)
    return list(found.values())


async def _store(connection: Connection, name: OrderName, asker: Asker) -> str:
    """The order's store. Another store's order is to the asker as one that nobody has placed."""
    store = await reading.store_of(connection, name.order_id, name.store)
    if asker.stores is not None and store not in asker.stores:
        raise OrderNotFound(name.order_id)
    return store


def _with_goods(wish: PaperWish, sources: Sequence[Source]) -> list[Source]:
    """Those of the orders that have such a paper. Raises Refused."""
    fit = [source for source in sources if _has_goods(source)]
    without = [source for source in sources if not _has_goods(source)]
    if without and (not fit or not wish.leave_out):
        numbers = ", ".join(source.kept.number for source in without[:MOST_NAMED])
        more = ", …" if len(without) > MOST_NAMED else ""
        raise Refused("papers.refused.no_goods", count=len(without), numbers=numbers + more)
    return fit


def _has_goods(source: Source) -> bool:
    return any(line.is_physical and line.units.remaining > 0 for line in source.kept.facts.lines)


def _file_name(wish: PaperWish, sources: Sequence[Source], asker: Asker) -> str:
    name = say(asker.language, f"papers.files.{wish.kind}")
    if len(sources) == 1:
        which = sources[0].kept.number
    else:
        which = say(asker.language, "papers.order_count", count=len(sources)).replace(" ", "-")
    return f"{name}-{which}.{wish.format}"
