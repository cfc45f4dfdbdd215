"""What the workflow of an order is given, and what it carries along."""

from pydantic import BaseModel

from orders.change import Mail
from orders.plan import Plan
from orders.state import OrderFacts


class SoFar(BaseModel, frozen=True):
    """What an order carries along when its history is started afresh, or when Temporal lost it."""

    facts: OrderFacts
    sequence: int
    answered: tuple[str, ...]
    plain: tuple[str, ...] = ()
    """Of these, the ids that came in a plain signal first: the door's own copy still waits for its answer."""
    events: int = 0
    """The history behind it: what is decided from now on is decided from more (db/record.py)."""
    unsent: tuple[Mail, ...]


class Brief(BaseModel, frozen=True):
    """What the workflow of an order is given."""

    plan: Plan
    so_far: SoFar | None = None
    edition: int = 1
    """Of the story, from begin to end (workflows/editions.py)."""
