"""A claim: somebody says that they work on an order now, so that nobody else packs it."""

from pydantic import BaseModel


class ClaimWish(BaseModel, frozen=True, extra="forbid"):
    """`take_over`: also where somebody else is at it."""

    take_over: bool = False
