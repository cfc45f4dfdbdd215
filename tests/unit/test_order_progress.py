"""What a customer is told of where the goods are: only what we know, and our own plans while they hold."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from desk.order_goods import GoodsView, goods_of
from desk.order_progress import Words, reached, steps
from orders import commands
from orders.change import By, Change
from orders.order import FulfillmentMethod, Order
from orders.parcel import ParcelState
from orders.plan import plan_for
from orders.rules.decide import decide
from orders.rules.placing import place
from orders.state import OrderState
from orders.store import StoreSettings
from tests.digital import MUGS, an_order

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
SETTINGS = StoreSettings()
PAID = {"kind": "online", "status": "paid"}


class Told:
    """An order, and what its page says of its goods after each wish."""

    def __init__(self, method: str, **changes: Any) -> None:
        self.order: Order = an_order(MUGS, method=method, **({"payment": PAID} | changes))
        self.state: OrderState = place(plan_for(self.order, SETTINGS, NOON)).state

    def after(self, *wishes: Mapping[str, Any], at: datetime = NOON) -> "Told":
        for wish in wishes:
            change: Change = decide(
                self.state, commands.COMMAND.validate_python(wish), By(at=at, actor="staff:anna")
            )
            self.state = change.state
        return self

    def goods(self, now: datetime = NOON) -> tuple[GoodsView, ...]:
        kept: Any = SimpleNamespace(order=self.order, ended_at=None, is_history=False)
        return goods_of(kept, self.state, SETTINGS, now, Words("en", SETTINGS))

    def line(self, now: datetime = NOON) -> tuple[str, str | None, str]:
        """How the only goods stand, what comes next, and the step they have come to."""
        (goods,) = self.goods(now)
        return goods.stands, goods.next, next(each.name for each in goods.steps if each.stands == "here")


LABELLED = {"type": "labelled", "carrier": "PostNL", "tracking_number": "3S1"}


@pytest.mark.parametrize(
    ("method", "wishes", "stands", "next_", "step"),
    [
        (
            "shipping",
            [],
            "We have your order.",
            "We plan to hand it over to the carrier by 24 November",
            "received",
        ),
        (
            "shipping",
            [{"type": "packed"}],
            "Packed on 20 November",
            "hand it over to the carrier by 22",
            "packed",
        ),
        ("shipping", [LABELLED], "We are packing this.", "hand it over to the carrier by 22", "received"),
        (
            "shipping",
            [{"type": "packed"}, LABELLED, {"type": "shipped"}],
            "Handed over to the carrier on 20 November",
            "knows best when",
            "on_its_way",
        ),
        ("shipping", [{"type": "shipped"}], "Handed over", "no number to follow it by", "on_its_way"),
        ("shipping", [{"type": "shipped"}, {"type": "delivered"}], "Delivered on 20", None, "delivered"),
        (
            "shipping",
            [{"type": "hold", "reason": "address"}],
            "We have your order.",
            "look into something",
            "received",
        ),
        ("local_delivery", [], "We have your order.", "set out with it by 24 November", "received"),
        (
            "local_delivery",
            [{"type": "out_for_delivery"}],
            "With our driver since",
            "at your door by 21 November 2026 at 12:00",
            "out_for_delivery",
        ),
        (
            "local_delivery",
            [{"type": "out_for_delivery"}, {"type": "delivery_failed", "reason": "nobody in"}],
            "We could not hand it to you",
            "bring it again by 22 November",
            "packed",
        ),
        ("pickup", [], "We have your order.", "have it ready for you by 24 November", "received"),
        ("pickup", [{"type": "packed"}], "Packed on", "have it ready for you by 22 November", "received"),
        ("pickup", [{"type": "ready_for_pickup"}], "Ready for you", "before 27 November", "ready_for_pickup"),
    ],
)
def test_each_stage_says_how_it_stands_and_what_comes_next(
    method: str, wishes: list[dict[str, Any]], stands: str, next_: str | None, step: str
) -> None:
    told = Told(method).after(*wishes).line()

    assert stands in told[0]
    assert next_ is None if told[1] is None else next_ is not None and next_ in told[1]
    assert told[2] == step


@pytest.mark.parametrize(
    ("method", "wishes"),
    [
        ("shipping", []),
        ("shipping", [{"type": "packed"}]),
        ("local_delivery", [{"type": "out_for_delivery"}]),
        ("pickup", []),
    ],
)
def test_a_plan_that_did_not_hold_is_not_told_any_more(method: str, wishes: list[dict[str, Any]]) -> None:
    told = Told(method).after(*wishes)

    _, next_, _ = told.line(NOON + timedelta(days=5))

    assert next_ == "This takes longer than we planned. It has our attention."


def test_what_waits_for_money_says_so_and_makes_no_plan() -> None:
    told = Told("shipping", payment={"kind": "offline"})

    assert told.line() == ("We have your order.", "We start on it as soon as your payment is in.", "received")


def test_each_parcel_has_its_own_items_and_what_has_arrived_comes_last() -> None:
    one = {"line_id": "mug", "quantity": 1}
    told = Told("shipping").after(
        {"type": "packed", "lines": [one]}, {"type": "shipped"}, {"type": "delivered"}
    )

    goods = told.goods()

    assert [(each.parcel, [item.quantity for item in each.items]) for each in goods] == [
        (None, [1]),
        ("1", [1]),
    ]
    assert goods[0].stands == "These follow later."


def test_a_cancelled_order_has_no_goods_to_follow() -> None:
    assert Told("shipping").after({"type": "cancel"}).goods() == ()


def test_of_an_order_that_is_over_no_step_is_promised_that_nobody_will_tell_of() -> None:
    names = [each.name for each in steps(FulfillmentMethod.SHIPPING, "on_its_way", is_over=True)]

    assert names == ["received", "packed", "on_its_way"]


@pytest.mark.parametrize("state", [each for each in ParcelState if each is not ParcelState.VOID])
def test_every_state_of_a_parcel_has_its_step_and_its_sentence(state: ParcelState) -> None:
    told = Told("shipping").after({"type": "packed"})
    parcel = told.state.parcels[0].model_copy(update={"state": state})

    assert reached(parcel)
    assert Words("nl", SETTINGS)(f"parcels.states.{state}", since=NOON)
