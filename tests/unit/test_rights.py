"""The table of rights: total, and each role more than the one before."""

from itertools import pairwise

import pytest

from orders.commands import TYPES
from orders.rights import COMMAND_RIGHTS, ROLE_RIGHTS, Right, Role, may


def test_every_role_has_its_rights_and_every_command_its_right() -> None:
    assert set(ROLE_RIGHTS) == set(Role)
    assert set(COMMAND_RIGHTS) == set(TYPES)


def test_each_role_may_all_that_the_one_before_it_may_and_more() -> None:
    for less, more in pairwise(Role):
        assert ROLE_RIGHTS[less] < ROLE_RIGHTS[more]


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (Role.VIEWER, {Right.SEE_ORDERS}),
        (Role.PACKER, {Right.SEE_ORDERS, Right.FULFIL}),
        (Role.SUPPORT, {Right.SEE_ORDERS, Right.FULFIL, Right.CHANGE_MONEY}),
        (Role.MANAGER, {Right.SEE_ORDERS, Right.FULFIL, Right.CHANGE_MONEY, Right.CHANGE_SETTINGS}),
        (Role.ADMIN, set(Right)),
    ],
)
def test_a_role_may_what_its_row_says_and_nothing_else(role: Role, rights: set[Right]) -> None:
    assert {right for right in Right if may(role, right)} == rights


@pytest.mark.parametrize("type_", TYPES)
def test_a_packer_moves_goods_and_no_money(type_: str) -> None:
    assert may(Role.PACKER, COMMAND_RIGHTS[type_]) is (type_ not in ("payment", "cancel"))
    assert may(Role.SUPPORT, COMMAND_RIGHTS[type_])
    assert not may(Role.VIEWER, COMMAND_RIGHTS[type_])
