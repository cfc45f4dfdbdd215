"""Tasks: what waits for whom, at every step of an order's story."""

import pytest

from orders.commands import TYPES
from orders.order import FulfillmentMethod
from orders.rules.closing import headline
from orders.tasks import COMMAND, Task
from tests import scenes

STEPS = {
    FulfillmentMethod.SHIPPING: [
        ("payment", Task.PICK),
        ("picked", Task.PACK),
        ("packed", Task.LABEL),
        ("labelled", Task.HAND_OVER),
        ("shipped", None),
    ],
    FulfillmentMethod.PICKUP: [
        ("payment", Task.PICK),
        ("picked", Task.PACK),
        ("packed", Task.MAKE_READY),
        ("ready_for_pickup", Task.COLLECT),
        ("collected", None),
    ],
    FulfillmentMethod.LOCAL_DELIVERY: [
        ("payment", Task.PICK),
        ("picked", Task.PACK),
        ("packed", Task.BRING),
        ("out_for_delivery", Task.CONFIRM_DELIVERY),
        ("delivery_failed", Task.BRING),
        ("out_for_delivery", Task.CONFIRM_DELIVERY),
        ("delivered", None),
    ],
}
FIELDS = {
    "payment": {"status": "paid", "event_id": "evt_1"},
    "labelled": {"tracking_number": "3SDEVC1"},
    "collected": {"override": True},
}


def now(scene: scenes.Scene) -> Task | None:
    return next(iter(headline(scene.state).tasks), None)


@pytest.mark.parametrize("method", STEPS)
def test_each_step_of_the_story_leads_to_the_next_task(method: FulfillmentMethod) -> None:
    scene = scenes.Scene(scenes.plan(method=method))

    assert now(scene) is Task.COLLECT_PAYMENT
    for command, next_task in STEPS[method]:
        scene.tell(command, **FIELDS.get(command, {}))
        assert now(scene) is next_task, command


def test_a_hold_leaves_nothing_to_do_but_to_take_it_off() -> None:
    scene = scenes.Scene(scenes.plan()).paid().tell("hold", reason="address")

    assert headline(scene.state).tasks == (Task.RELEASE,)


def test_what_a_courier_has_with_him_comes_to_its_end_whatever_holds_the_rest() -> None:
    scene = scenes.Scene(scenes.plan(scenes.goods(3), method=FulfillmentMethod.LOCAL_DELIVERY)).paid()
    scene.tell("packed", lines=scenes.of("1", 1)).tell("out_for_delivery").tell("hold", reason="address")

    assert headline(scene.state).tasks == (Task.RELEASE, Task.CONFIRM_DELIVERY)


def test_an_order_in_two_places_waits_for_both() -> None:
    scene = scenes.Scene(scenes.plan(scenes.goods(3))).paid()
    scene.tell("packed", lines=scenes.of("1", 1))

    assert headline(scene.state).tasks == (Task.PICK, Task.LABEL)


def test_a_cancelled_order_waits_for_nobody() -> None:
    scene = scenes.Scene(scenes.plan()).tell("cancel")

    assert headline(scene.state).tasks == ()


def test_goods_that_go_out_unpaid_are_work_before_their_money_is() -> None:
    scene = scenes.Scene(scenes.plan(kind=scenes.PaymentKind.INVOICE))

    assert headline(scene.state).tasks == (Task.PICK,)
    assert headline(scene.tell("shipped").state).tasks == (Task.COLLECT_PAYMENT,)


def test_downloads_are_nobodys_task() -> None:
    scene = scenes.Scene(scenes.plan(scenes.download())).paid()

    assert headline(scene.state).tasks == ()


def test_every_task_ends_with_a_command_there_is() -> None:
    assert set(COMMAND) == set(Task)
    assert set(COMMAND.values()) <= set(TYPES)
