"""The states an order went through, as its page draws them."""

from datetime import UTC, datetime, timedelta

import pytest

from db.reading import Moment
from desk.staff.order_story import milestones
from orders.change import Outcome
from orders.sentence import sentence

START = datetime(2026, 11, 1, tzinfo=UTC)


def story(*kinds: str) -> list[Moment]:
    """A timeline with a moment of each kind, a day apart."""
    return [
        Moment(
            at=START + timedelta(days=day),
            kind=kind,
            outcome=Outcome.APPLIED,
            actor="staff:anna",
            command_id=None,
            text=sentence("timeline.payment_paid" if kind == "payment" else f"timeline.{kind}"),
            words=None,
        )
        for day, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ("kinds", "is_cancelled", "drawn"),
    [
        (("placed", "payment", "cancel", "picked"), False, ["Placed", "Paid", "Picked"]),
        (("placed", "cancel", "payment", "cancel"), True, ["Placed", "Paid", "Cancelled"]),
        (("placed", "cancel", "payment"), True, ["Placed", "Cancelled", "Paid"]),
        (("placed", "cancel", "expired"), True, ["Placed", "Lapsed"]),
        (("placed", "picked", "picked", "packed"), False, ["Placed", "Picked", "Packed"]),
    ],
)
def test_each_state_stands_where_the_order_came_to_it(
    kinds: tuple[str, ...], is_cancelled: bool, drawn: list[str]
) -> None:
    found = milestones(story(*kinds), is_cancelled, "en", START + timedelta(days=30))

    assert [each.name for each in found] == drawn
    assert [each.at for each in found] == sorted(each.at for each in found)
