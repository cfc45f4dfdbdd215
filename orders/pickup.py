"""What a pickup counter asks."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from orders.store import StoreId


class PickupWish(BaseModel, frozen=True, extra="forbid"):
    """The code as the customer shows it, with or without a space in it; in one store, or in all."""

    code: Annotated[str, StringConstraints(max_length=60)]
    store: StoreId | None = None
