"""The words of the papers, in the language of each."""

from collections.abc import Iterable
from datetime import datetime

from documents.models import Goods, Shop
from documents.texts import SUBSTITUTE, fitted
from documents.typesetting import logo_data
from orders.money import Money
from orders.order import FulfillmentMethod
from orders.sentence import Fact
from orders.store import Language
from orders.words import TIME_ZONE, say, write

LONGEST_SKU = 100


class Words:
    """Says the sentences of `papers.toml` in one language, moments in one time zone."""

    def __init__(self, language: Language, time_zone: str = TIME_ZONE) -> None:
        self.language = language
        self._time_zone = time_zone

    def __call__(self, key: str, /, **facts: Fact) -> str:
        return say(self.language, f"papers.{key}", time_zone=self._time_zone, **facts)

    def money(self, money: Money) -> str:
        return write(self.language, money)

    def date(self, moment: datetime) -> str:
        return write(self.language, moment, time_zone=self._time_zone, part="date")

    def of_every_paper(self, *, substituted: bool) -> dict[str, str]:
        """The words at the foot of a paper. The sign that stands for a missing character explains itself."""
        said = self("substituted", sign=SUBSTITUTE) if substituted else ""
        return {"page": self("page", page="{page}", pages="{pages}"), "substituted": said}

    def travels(self, method: FulfillmentMethod, option: str) -> str:
        """How the goods leave the shop: as the checkout named it, else by the method."""
        if option.strip():
            return fitted(option)
        return self(method) if method in (FulfillmentMethod.PICKUP, FulfillmentMethod.LOCAL_DELIVERY) else ""


def goods(item: Goods) -> dict[str, object]:
    """So many pieces of one article, for a template."""
    return {
        "name": fitted(item.name),
        "quantity": str(item.quantity),
        "sku": fitted(item.sku, LONGEST_SKU),
        "options": [fitted(option) for option in item.options],
    }


def shop(shop: Shop) -> dict[str, object]:
    """The shop's mark, for a template."""
    return {"name": fitted(shop.name), "colour": shop.colour, "logo": logo_data(shop.logo)}


def fitted_all(texts: Iterable[str], most: int = 120) -> list[str]:
    return [line for text in texts if (line := fitted(text, most))]
