"""How many pieces of a line stand where."""

from pydantic import BaseModel


class Units(BaseModel, frozen=True):
    """The ledger of one line. `picked` and `packed` count the steps that were taken, so a line shipped
    straight from paid has `shipped` 2 and `packed` 0: steps that were skipped are never invented.

    Always: cancelled + max(picked, packed, shipped) <= ordered, delivered <= shipped, returned <= delivered.
    """

    ordered: int
    cancelled: int = 0
    picked: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0
    returned: int = 0

    @property
    def remaining(self) -> int:
        """What is still to reach the customer, or has."""
        return self.ordered - self.cancelled

    @property
    def to_ship(self) -> int:
        return self.remaining - self.shipped

    def with_(self, **changes: int) -> "Units":
        """The ledger with some counts changed by so much."""
        return self.model_copy(
            update={name: getattr(self, name) + change for name, change in changes.items()}
        )

    @property
    def is_sound(self) -> bool:
        """Whether the promises above hold."""
        counts = (self.cancelled, self.picked, self.packed, self.shipped, self.delivered, self.returned)
        return (
            min(counts) >= 0
            and self.cancelled + max(self.picked, self.packed, self.shipped) <= self.ordered
            and self.delivered <= self.shipped
            and self.returned <= self.delivered
        )
