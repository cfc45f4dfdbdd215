"""Who is at the desk: the member of staff behind a request, and what they may do and see."""

from dataclasses import dataclass, field

from db.audit import Doer
from db.keys import Scope
from orders.rights import Right, Role, may
from orders.store import Language
from starter.front_door import Visitor


@dataclass(frozen=True)
class Signed:
    """Somebody who has signed in, with password and second factor where both are asked for."""

    staff_id: str
    """A short slug; it signs commands."""
    name: str
    role: Role
    stores: tuple[str, ...] | None
    """None: every store, also those that are set up later."""
    language: Language
    session_id: bytes = field(repr=False)
    """The hash their session is kept under."""
    has_second_factor: bool = False
    request_id: str | None = None
    network: str = ""

    def may(self, right: Right) -> bool:
        return may(self.role, right)

    def sees(self, store: str) -> bool:
        """Whether this store's orders are theirs to see. Another store's are to them as unknown ones."""
        return self.stores is None or store in self.stores

    @property
    def actor(self) -> str:
        """How they are named on timelines and in the audit."""
        return f"staff:{self.staff_id}"

    @property
    def visitor(self) -> Visitor:
        """How they come in at the front door."""
        return Visitor(actor=self.actor, scope=Scope.STAFF, request_id=self.request_id)

    @property
    def doer(self) -> Doer:
        """How they are written down in the audit."""
        return Doer(self.actor, self.request_id, self.network)
