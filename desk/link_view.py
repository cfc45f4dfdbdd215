"""What the form shows by which a customer asks for the link of their order, and the page after it."""

from typing import Literal

from pydantic import BaseModel, Field

from desk.customer_pages import ShopView
from orders.store import Language
from orders.words import TIME_ZONE


class LinkForm(BaseModel, frozen=True):
    """`wrong` is the field that has to be looked at again; what was typed stands there still."""

    language: Language
    number: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    wrong: Literal["number", "email"] | None = None


class LinkPage(BaseModel, frozen=True):
    """The form on a page of its own; or, without it, what happened to what was sent (`said`)."""

    template: Literal["link.html"] = "link.html"
    language: Language
    time_zone: str = TIME_ZONE
    shop: ShopView | None
    said: Literal["ask", "sent", "wait"]
    seconds: int = 0
    form: LinkForm | None = None
