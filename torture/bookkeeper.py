"""The bookkeeper: asks for invoices, and keeps what every one of them looked like."""

import asyncio
import hashlib
from typing import Final

from torture.asking import Asking
from torture.book import Book

AT_ONCE: Final = 2
"""So many people want the invoice of one order at the same moment."""


class Bookkeeper:
    """Asks for the invoice of an order, as often as anybody may."""

    def __init__(self, asking: Asking, book: Book) -> None:
        self._asking = asking
        self._book = book

    async def ask(self, order_id: str, when: str) -> None:
        """Two at once; what each of them got is written down, as a fingerprint of its own copy."""
        await asyncio.gather(*(self._ask(order_id, f"{when}/{number}") for number in range(AT_ONCE)))

    async def _ask(self, order_id: str, name: str) -> None:
        path = f"/v1/orders/{order_id}/papers/invoice"
        answer = await self._asking.until_settled("invoice", "GET", path, None, "staff", f"{order_id}/{name}")
        self._book.write(
            act="invoice",
            order_id=order_id,
            status=answer.status,
            sha256=hashlib.sha256(answer.raw).hexdigest(),
            is_pdf=answer.raw.startswith(b"%PDF-"),
        )
