"""The counter: where download links and gift cards are handed out, once per unit."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from temporalio import activity

from db import downloads, gift_cards
from db.downloads import Goods
from db.files import FilesFolder
from db.pool import Connection, Pool
from db.vault import Vault
from orders.money import Money
from orders.order import Line, LineKind
from workflows.steps import FilesMissing, Issue, IssueAnswer, Issued, IssueSteps


class Counter(IssueSteps):
    """Takes the issue step with a pool of connections, the vault, and the folder the files lie in."""

    def __init__(self, pool: Pool, vault: Vault, files_folder: Path) -> None:
        self._pool = pool
        self._vault = vault
        self._files = FilesFolder(files_folder)

    @activity.defn
    async def issue(self, issue: Issue) -> IssueAnswer:
        async with self._pool.acquire() as connection:
            goods = await downloads.goods(connection, issue.store, issue.order_id)
        lines = [line for line in map(goods.line, issue.line_ids) if goods.units(line) > 0]
        missing = await asyncio.to_thread(self._without_files, lines)
        if missing:
            return FilesMissing(line_ids=missing)
        async with self._pool.acquire() as connection, connection.transaction():
            for line in sorted(lines, key=lambda line: line.line_id):
                await self._hand_out(connection, goods, line)
        return Issued()

    def _without_files(self, lines: Iterable[Line]) -> tuple[str, ...]:
        return tuple(line.line_id for line in lines if not all(self._files.has(file) for file in line.files))

    async def _hand_out(self, connection: Connection, goods: Goods, line: Line) -> None:
        order, vault = goods.order, self._vault
        place = (order.store, order.order_id, line.line_id)
        if line.kind is LineKind.GIFT_CARD:
            worth = Money.of(line.unit_price, order.currency)
            units = goods.units(line)
            await gift_cards.issue_cards(
                connection, vault, *place, units, worth.minor, worth.currency, goods.now
            )
        elif line.files:
            await downloads.make_links(
                connection, vault, *place, line.files, goods.settings.downloads, goods.now
            )
