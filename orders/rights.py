"""Rights: what each role at the desk may do, in one table that code and tests read."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from orders.commands import TYPES


class Right(StrEnum):
    SEE_ORDERS = "see_orders"
    FULFIL = "fulfil"
    CHANGE_MONEY = "change_money"
    CHANGE_SETTINGS = "change_settings"
    MANAGE_STAFF = "manage_staff"


class Role(StrEnum):
    VIEWER = "viewer"
    PACKER = "packer"
    SUPPORT = "support"
    MANAGER = "manager"
    ADMIN = "admin"


_SEES: Final = frozenset({Right.SEE_ORDERS})
_FULFILS: Final = _SEES | {Right.FULFIL}
_HANDLES_MONEY: Final = _FULFILS | {Right.CHANGE_MONEY}
_SETS_UP: Final = _HANDLES_MONEY | {Right.CHANGE_SETTINGS}

ROLE_RIGHTS: Final[Mapping[Role, frozenset[Right]]] = MappingProxyType(
    {
        Role.VIEWER: _SEES,
        Role.PACKER: _FULFILS,
        Role.SUPPORT: _HANDLES_MONEY,
        Role.MANAGER: _SETS_UP,
        Role.ADMIN: frozenset(Right),
    }
)

MONEY_COMMANDS: Final = ("payment", "cancel")
"""They change what a customer owes or is owed."""

COMMAND_RIGHTS: Final[Mapping[str, Right]] = MappingProxyType(
    {type_: Right.CHANGE_MONEY if type_ in MONEY_COMMANDS else Right.FULFIL for type_ in TYPES}
)
"""The right that each type of command takes at the desk."""


def may(role: Role, right: Right) -> bool:
    """Whether somebody in this role may do what takes this right."""
    return right in ROLE_RIGHTS[role]
