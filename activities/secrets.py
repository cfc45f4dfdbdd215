"""What a mail hands its customer and nobody else may see: links and codes, opened or hidden."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from db import downloads, gift_cards, pickup_codes
from db.pool import Connection
from db.reading import Kept
from db.vault import Vault
from mails.view import DownloadView, GiftCardView
from orders.change import Mail
from orders.money import Money
from orders.order import LineKind
from orders.store import Downloads

HIDDEN: Final = "•••••"


class Secrets(ABC):
    """The links and codes of one order, as its mails show them."""

    @abstractmethod
    def page_url(self) -> str:
        """The customer's own page."""

    @abstractmethod
    async def pickup_code(self) -> str:
        """What the customer says at the counter; empty if there is none."""

    @abstractmethod
    async def downloads(self, wish: Mail) -> tuple[DownloadView, ...]:
        """The files that this mail is about."""

    @abstractmethod
    async def gift_cards(self) -> tuple[GiftCardView, ...]:
        """All gift cards of the order."""


class Opened(Secrets):
    """As they are kept: for the customer's own eyes. A copy for the shop (`hides_codes`) shows no code."""

    def __init__(
        self, connection: Connection, vault: Vault, kept: Kept, public_url: str, *, hides_codes: bool
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._kept = kept
        self._public_url = public_url
        self._hides_codes = hides_codes

    def page_url(self) -> str:
        return f"{self._public_url}/o/{self._kept.page_token(self._vault)}"

    async def pickup_code(self) -> str:
        if self._hides_codes:
            return HIDDEN
        return await pickup_codes.read(self._connection, self._vault, *self._place) or ""

    async def downloads(self, wish: Mail) -> tuple[DownloadView, ...]:
        cause = wish.key.removeprefix("downloads").removesuffix(":copy").removeprefix(":")
        issue = cause or downloads.FIRST_ISSUE
        links = await downloads.links(self._connection, self._vault, *self._place, issue)
        if not links:  # Replaced before this mail left: then those that are alive.
            links = await downloads.links(self._connection, self._vault, *self._place)
        return tuple(
            DownloadView(
                name=link.file,
                url=self._public_url if self._hides_codes else f"{self._public_url}/d/{link.token}",
                expires_at=link.expires_at,
                remaining=link.remaining,
            )
            for link in links
        )

    async def gift_cards(self) -> tuple[GiftCardView, ...]:
        cards = await gift_cards.codes(self._connection, self._vault, *self._place)
        return tuple(
            GiftCardView(code=HIDDEN if self._hides_codes else card.code, amount=card.amount)
            for card in cards
        )

    @property
    def _place(self) -> tuple[str, str]:
        return self._kept.store, self._kept.order_id


class Hidden(Secrets):
    """As a mail would show them that is not written yet: no code, and no link but the shop's own address.
    `fresh`: the lines whose links would be made at that moment."""

    def __init__(
        self, kept: Kept, public_url: str, limits: Downloads, at: datetime, fresh: Iterable[str] = ()
    ) -> None:
        self._kept = kept
        self._public_url = public_url
        self._limits = limits
        self._at = at
        self._fresh = frozenset(fresh)

    def page_url(self) -> str:
        return self._public_url

    async def pickup_code(self) -> str:
        return HIDDEN

    async def downloads(self, wish: Mail) -> tuple[DownloadView, ...]:
        lines = self._fresh or {each.line_id for each in wish.lines}
        valid_for = self._limits.valid_for
        return tuple(
            DownloadView(
                name=file,
                url=self._public_url,
                expires_at=self._at + valid_for if valid_for else None,
                remaining=self._limits.at_most,
            )
            for line in self._kept.order.lines
            if line.line_id in lines and line.kind is not LineKind.GIFT_CARD
            for file in sorted(set(line.files))
        )

    async def gift_cards(self) -> tuple[GiftCardView, ...]:
        units = {line.line_id: line.units.remaining for line in self._kept.facts.lines}
        return tuple(
            GiftCardView(code=HIDDEN, amount=Money.of(line.unit_price, self._kept.order.currency))
            for line in self._kept.order.lines
            if line.kind is LineKind.GIFT_CARD
            for _ in range(units[line.line_id])
        )
