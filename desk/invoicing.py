"""Invoicing: an order's invoice as it was issued, and the issuing of it, once."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from db import papers
from db.papers import Drawn, Issued, Wish
from db.pool import Pool, within_reach
from db.vault import Vault
from desk.paper_sources import Source, goods
from documents.addresses import address_lines
from documents.invoices import invoice, page_count
from documents.models import Invoice, InvoiceLine, Paper, Sum, SumName
from documents.press import Press
from orders.errors import Refused
from orders.money import Money
from orders.order import Order
from orders.paper import Asker
from orders.state import OrderState


class Invoicing:
    """Finds invoices, and issues those that are missing."""

    def __init__(self, pool: Pool, vault: Vault, press: Press) -> None:
        self._pool = pool
        self._vault = vault
        self._press = press
        # Who waits for a number waits here, and not with one of the pool's connections in hand.
        self._turn = asyncio.Lock()

    async def known(self, source: Source, asker: Asker) -> Issued | None:
        """The invoice as it was issued; None if it can be issued now. Raises Refused for an order that has no
        invoice and gets none by this asker."""
        async with within_reach(self._pool) as connection:
            known = await papers.issued(connection, self._vault, source.kept.store, source.kept.order_id)
        if known is None:
            _must_be_invoiceable(source)
            if not asker.may_issue:
                raise Refused("papers.refused.not_issued", number=source.kept.number)
        return known

    async def issue(self, source: Source, asker: Asker) -> Issued:
        """Give this order its invoice, under the next number; the one it has if it got it meanwhile."""
        at = datetime.now(UTC)
        wish = Wish(
            source.kept.store,
            source.kept.order_id,
            year=at.astimezone(ZoneInfo(source.settings.time_zone)).year,
            at=at,
            actor=asker.actor,
            language=source.customers_language,
        )

        async def draw(number: str) -> Drawn:
            wanted = invoice_of(source, number, at)
            paper: Paper = await self._press.make(lambda typesetter: invoice(typesetter, wanted))
            return Drawn(paper.content, page_count(paper.content), paper.is_substituted)

        async with self._turn, within_reach(self._pool) as connection:
            return await papers.issue(connection, self._vault, wish, draw)


def _must_be_invoiceable(source: Source) -> None:
    """Raises Refused for an order that gets no invoice from us."""
    number = source.kept.number
    if source.kept.is_history:
        raise Refused("papers.refused.history", number=number)
    if all(line.units.remaining == 0 for line in source.kept.facts.lines):
        raise Refused("papers.refused.cancelled", number=number)


def invoice_of(source: Source, number: str, at: datetime) -> Invoice:
    """The invoice as it is at this moment: with what is cancelled and what is paid by now."""
    order, state = source.kept.order, source.state
    language = source.customers_language
    address = order.billing_address or order.shipping_address
    customer = (order.customer.name, order.customer.email or "")
    cancelled = {line.line_id: line.units.cancelled for line in state.lines}
    tax = Money.of(order.totals.tax, order.currency)
    return Invoice(
        language=language,
        shop=source.shop,
        number=number,
        issued_at=at,
        order_number=order.number,
        placed_at=order.placed_at,
        address=address_lines(address, language) if address else tuple(filter(None, customer)),
        lines=tuple(
            InvoiceLine(
                goods=goods(line, line.quantity),
                unit_price=Money.of(line.unit_price, order.currency),
                cancelled=cancelled[line.line_id],
            )
            for line in order.lines
        ),
        sums=_sums(order, state),
        total=Money(minor=state.owed, currency=order.currency),
        included_tax=tax if order.totals.tax_included and tax.minor else None,
        paid=Money(minor=state.kept, currency=order.currency),
        due=Money(minor=max(0, state.due), currency=order.currency),
        payment_method=order.payment.method,
        payment_reference=order.payment.reference or "",
        how_to_pay=source.settings.how_to_pay.get(language, "") if order.payment.kind.is_by_hand else "",
    )


def _sums(order: Order, state: OrderState) -> tuple[Sum, ...]:
    """What lies between lines and total, as the order came with it; the tax only where it was added."""
    totals = order.totals
    added: tuple[tuple[SumName, Money], ...] = (
        ("items", Money.of(totals.items, order.currency)),
        ("shipping", Money.of(totals.shipping, order.currency)),
        ("fees", Money.of(totals.fees, order.currency)),
        ("discount", _less(Money.of(totals.discount, order.currency))),
        ("tax", Money.of(totals.tax if not totals.tax_included else totals.tax * 0, order.currency)),
        ("cancelled", Money(minor=state.owed - state.plan.total_minor, currency=order.currency)),
    )
    return tuple(Sum(name=name, amount=amount) for name, amount in added if amount.minor or name == "items")


def _less(amount: Money) -> Money:
    return Money(minor=-amount.minor, currency=amount.currency)
