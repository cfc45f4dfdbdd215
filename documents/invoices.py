"""Invoices: what was bought, what it costs, and what of that is paid."""

import re
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from documents.models import Invoice, InvoiceLine, Paper, Shop
from documents.texts import fitted, lines_of
from documents.typesetting import Typesetter, has_substitutes
from documents.words import Words, fitted_all, goods, shop

STANDARD: Final = "a-3b"
"""PDF/A-3b: with all its fonts inside, made to be kept for as long as the law asks."""
_PAYMENT_LINES: Final = 8
_PAGE: Final = re.compile(rb"/Type\s*/Page\b(?!s)")


def invoice(typesetter: Typesetter, wanted: Invoice) -> Paper:
    """The invoice as a PDF."""
    say = Words(wanted.language, wanted.shop.time_zone)
    facts = [
        (say("facts.invoice"), wanted.number),
        (say("facts.issued_at"), say.date(wanted.issued_at)),
        (say("facts.order"), fitted(wanted.order_number)),
        (say("facts.placed_at"), say.date(wanted.placed_at)),
        (say("facts.payment_method"), fitted(wanted.payment_method)),
        (say("facts.payment_reference"), fitted(wanted.payment_reference)),
    ]
    owes = wanted.due.minor > 0
    paper: dict[str, Any] = {
        "language": wanted.language,
        "issued": list(wanted.issued_at.astimezone(ZoneInfo(wanted.shop.time_zone)).timetuple()[:3]),
        "shop": shop(wanted.shop),
        "seller": _seller(say, wanted.shop),
        "address": fitted_all(wanted.address),
        "facts": facts,
        "lines": [_line(say, line) for line in wanted.lines],
        "sums": [
            {"name": say(f"invoice.{each.name}"), "amount": say.money(each.amount)} for each in wanted.sums
        ],
        "total": say.money(wanted.total),
        "after": _after(say, wanted),
        "how_to_pay": lines_of(wanted.how_to_pay, _PAYMENT_LINES) if owes else [],
        "contact": fitted_all((wanted.shop.name, wanted.shop.website, wanted.shop.mail)),
    }
    words = {name: say(f"invoice.{name}") for name in ("title", "address", "total", "how_to_pay")}
    words |= {name: say(f"columns.{name}") for name in ("article", "quantity", "price", "amount")}
    is_substituted = has_substitutes(paper)
    words |= say.of_every_paper(substituted=is_substituted)
    title = f"{words['title']} {wanted.number}"
    data = {"title": title, "invoice": {**paper, "words": words}}
    return Paper(
        content=typesetter.pdf("invoice.typ", data, standard=STANDARD), is_substituted=is_substituted
    )


def bound(typesetter: Typesetter, invoices: Sequence[tuple[bytes, int]], title: str) -> Paper:
    """Invoices that were made before, with how many pages each has, one behind the other in one PDF."""
    papers = [{"content": content, "pages": pages} for content, pages in invoices]
    return Paper(content=typesetter.pdf("pages.typ", {"title": title, "papers": papers}))


def _seller(say: Words, shop: Shop) -> list[str]:
    number = say("facts.tax_number", tax_number=shop.tax_number) if shop.tax_number else ""
    phone = say("facts.phone", phone=shop.phone) if shop.phone else ""
    return fitted_all((shop.name, *shop.address, phone, shop.mail, shop.website, number))


def _line(say: Words, line: InvoiceLine) -> dict[str, Any]:
    cancelled = say("invoice.cancelled_pieces", count=line.cancelled) if line.cancelled else ""
    return {
        **goods(line.goods),
        "price": say.money(line.unit_price),
        "amount": say.money(line.amount),
        "cancelled": cancelled,
    }


def _after(say: Words, wanted: Invoice) -> list[dict[str, str]]:
    """What stands below the total: the tax in it, what is paid, and what is still to be."""
    was_cancelled = any(each.name == "cancelled" for each in wanted.sums)
    tax = "invoice.tax_as_ordered" if was_cancelled else "invoice.included_tax"
    rows = []
    if wanted.included_tax is not None:
        rows.append((say(tax), wanted.included_tax))
    if wanted.paid.minor > 0:
        rows.append((say("invoice.paid"), wanted.paid))
        rows.append((say("invoice.due"), wanted.due))
    return [{"name": name, "amount": say.money(amount)} for name, amount in rows]


def page_count(pdf: bytes) -> int:
    """How many pages a PDF of our own typesetter has."""
    return len(_PAGE.findall(pdf))
