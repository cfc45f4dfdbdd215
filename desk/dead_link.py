"""The page of a link that opens nothing: what happened, and what to do."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel

from db import reading, stores
from db.pool import Connection
from desk.customer_pages import ShopView
from desk.link_view import LinkForm
from orders.store import Language, StoreSettings
from orders.words import TIME_ZONE, say
from starter.http.languages import wanted_language

WITH_FORM: Final = ("unknown_order", "link_ended", "no_visit", "elsewhere")
"""Why a link to an order opened nothing: a new one can be asked for on the spot."""


class DeadLinkPage(BaseModel, frozen=True):
    """`shop` None: nobody can tell whose link it was."""

    template: Literal["dead_link.html"] = "dead_link.html"
    language: Language
    time_zone: str = TIME_ZONE
    shop: ShopView | None
    number: str | None = None
    title: str
    text: str
    advice: str
    form: LinkForm | None = None

    @property
    def mail_link(self) -> str | None:
        """Begins a mail to the shop, about the order where there is one."""
        if self.shop is None:
            return None
        if self.number is None:
            return self.shop.mail_link(self.title)
        return self.shop.mail_link(say(self.language, "page.common.mail_subject", number=self.number))


async def page_of_known_link(
    connection: Connection, store: str, order_id: str, reason: str, **facts: datetime
) -> DeadLinkPage:
    """In the language of the order's customer, with the order's number."""
    kept = await reading.order(connection, store, order_id)
    settings = await stores.settings(connection, store)
    language = settings.language_for(kept.order.locale)
    key = f"page.dead.{reason}"
    return DeadLinkPage(
        language=language,
        time_zone=settings.time_zone,
        shop=ShopView.of(settings),
        number=kept.number,
        title=say(language, f"{key}.title"),
        text=say(language, f"{key}.text", time_zone=settings.time_zone, **facts),
        advice=say(language, f"{key}.advice", shop=settings.look.name),
        form=_form(reason, language),
    )


async def page_of_unknown_link(connection: Connection, reason: str, accept_language: str) -> DeadLinkPage:
    """In the language of the browser. It names the shop only where there is no other it could be."""
    only = await only_shop(connection)
    key = f"page.dead.{reason}"
    language = wanted_language(accept_language, only.languages) if only else wanted_language(accept_language)
    advice = (
        say(language, f"{key}.advice", shop=only.look.name)
        if only
        else say(language, f"{key}.advice_any_shop")
    )
    return DeadLinkPage(
        language=language,
        shop=ShopView.of(only) if only else None,
        title=say(language, f"{key}.title"),
        text=say(language, f"{key}.text"),
        advice=advice,
        form=_form(reason, language),
    )


def plain_page(accept_language: str, reason: str) -> DeadLinkPage:
    """In the language of the browser, without asking the database: it may be what is wrong."""
    language = wanted_language(accept_language)
    key = f"page.dead.{reason}"
    return DeadLinkPage(
        language=language,
        shop=None,
        title=say(language, f"{key}.title"),
        text=say(language, f"{key}.text"),
        advice=say(language, f"{key}.advice"),
        form=_form(reason, language),
    )


async def only_shop(connection: Connection) -> StoreSettings | None:
    """The one shop there is; None where there are several."""
    known = await stores.everything(connection)
    return next(iter(known.values())) if len(known) == 1 else None


def _form(reason: str, language: Language) -> LinkForm | None:
    return LinkForm(language=language) if reason in WITH_FORM else None
