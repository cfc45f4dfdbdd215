"""Staff: who works here, in which role, for which stores."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool, StringConstraints

from orders.commands import OneLine
from orders.errors import OrderError
from orders.rights import Role
from orders.store import Language, StoreId

StaffId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
"""What somebody signs in with; it signs commands as `staff:anna`."""
StaffName = Annotated[OneLine, StringConstraints(min_length=1, max_length=80)]
Stores = Annotated[tuple[StoreId, ...], Field(min_length=1, max_length=200)]


class StaffNotFound(OrderError):
    def __init__(self, staff_id: str) -> None:
        super().__init__("account.error.not_found", staff_id=staff_id)


class StaffTaken(OrderError):
    def __init__(self, staff_id: str) -> None:
        super().__init__("account.error.taken", staff_id=staff_id)


class LastAdmin(OrderError):
    def __init__(self) -> None:
        super().__init__("account.error.last_admin")


class PasswordUnfit(OrderError):
    """`reason` names which rule of orders/passwords.py it breaks."""

    def __init__(self, reason: str, **facts: int) -> None:
        self.reason = reason
        super().__init__(f"account.password.{reason}", **facts)


class NewMember(BaseModel, frozen=True, extra="forbid"):
    """Somebody who is to work here. `stores` None: every store, also later ones."""

    staff_id: StaffId
    name: StaffName
    role: Role
    stores: Stores | None = None
    language: Language = "nl"


class Member(BaseModel, frozen=True):
    """Somebody who works here, or did."""

    staff_id: str
    name: str
    role: Role
    stores: tuple[str, ...] | None
    language: Language
    has_password: bool
    has_second_factor: bool
    created_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None


class MemberChange(BaseModel, frozen=True, extra="forbid"):
    """What is to be otherwise about somebody; what is not set stays as it is."""

    name: StaffName | None = None
    role: Role | None = None
    stores: Stores | None = None
    language: Language | None = None
    disabled: StrictBool | None = None
