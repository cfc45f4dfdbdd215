"""What can be done about attention: every reason has a way out, and the way out does what it says."""

from collections.abc import Callable
from functools import partial

import pytest

from desk.staff.attention_answers import WAYS, answers
from orders.mail import MailKind
from orders.order import FulfillmentMethod
from orders.owners import OWNERS
from orders.rules import issuing, mailing
from orders.rules.decide import decide
from orders.state import Reason
from orders.store import LANGUAGES, PaymentKind
from tests.scenes import Scene, download, of, plan


def late(scene: Scene, reason: Reason) -> Scene:
    """Let time pass until this is asked for."""
    while reason not in scene.attention:
        scene.wait()
    return scene


def mail_in_question(*, unknown: bool) -> Scene:
    scene = Scene(plan()).paid()
    return scene.do(
        partial(mailing.mail_not_sent, kind=MailKind.ORDER_RECEIVED, key="order_received", unknown=unknown)
    )


def without_address() -> Scene:
    return Scene(plan(download(), has_address=False)).paid().issue()


PICKUP = plan(method=FulfillmentMethod.PICKUP)
LOCAL = plan(method=FulfillmentMethod.LOCAL_DELIVERY)

STORIES: dict[Reason, Callable[[], Scene]] = {
    Reason.OVERDUE_TO_PICK: lambda: late(Scene(plan()).paid(), Reason.OVERDUE_TO_PICK),
    Reason.OVERDUE_TO_PACK: lambda: late(Scene(plan()).paid().tell("picked"), Reason.OVERDUE_TO_PACK),
    Reason.OVERDUE_TO_HAND_OVER: lambda: late(
        Scene(plan()).paid().tell("packed"), Reason.OVERDUE_TO_HAND_OVER
    ),
    Reason.OVERDUE_TO_DELIVER: lambda: late(
        Scene(LOCAL).paid().tell("packed").tell("out_for_delivery"), Reason.OVERDUE_TO_DELIVER
    ),
    Reason.NOT_COLLECTED: lambda: late(
        Scene(PICKUP).paid().tell("packed").tell("ready_for_pickup"), Reason.NOT_COLLECTED
    ),
    Reason.DELIVERY_FAILED: lambda: (
        Scene(LOCAL).paid().tell("packed").tell("out_for_delivery").tell("delivery_failed")
    ),
    Reason.HELD_TOO_LONG: lambda: late(
        Scene(plan()).paid().tell("hold", reason="address"), Reason.HELD_TOO_LONG
    ),
    Reason.PARTIALLY_PAID: lambda: late(
        Scene(plan()).tell("payment", status="paid", amount="5.00"), Reason.PARTIALLY_PAID
    ),
    Reason.PAYMENT_OVERDUE: lambda: late(
        Scene(plan(kind=PaymentKind.CASH_ON_DELIVERY)).tell("shipped"), Reason.PAYMENT_OVERDUE
    ),
    Reason.OVERPAID: lambda: Scene(plan()).paid().tell("payment", status="paid", amount="5.00"),
    Reason.REFUND_DUE: lambda: Scene(plan()).paid().tell("cancel", lines=of("1", 1)),
    Reason.REFUNDED_TOO_MUCH: lambda: (
        Scene(plan()).paid().tell("payment", status="refunded", amount="99.00", reference="r")
    ),
    Reason.REFUNDED_NOT_CANCELLED: lambda: (
        Scene(plan()).paid().tell("payment", status="refunded", amount="25.00", reference="r")
    ),
    Reason.OTHER_CURRENCY: lambda: Scene(plan()).tell(
        "payment", status="paid", amount="25.00", currency="USD", reference="r"
    ),
    Reason.TAKE_OUT_OF_PARCEL: lambda: Scene(plan()).paid().tell("packed").tell("cancel", lines=of("1", 1)),
    Reason.FILES_MISSING: lambda: (
        Scene(plan(download())).paid().do(partial(issuing.files_missing, line_ids=("7",)))
    ),
    Reason.NO_ADDRESS: without_address,
    Reason.MAIL_FAILED: lambda: mail_in_question(unknown=False),
    Reason.MAIL_UNKNOWN: lambda: mail_in_question(unknown=True),
}
CASES = [(reason, place) for reason, ways in WAYS.items() for place in range(len(ways))]


def test_every_reason_has_a_way_out_and_an_owner() -> None:
    assert set(WAYS) == set(OWNERS) == set(STORIES) == set(Reason)
    assert all(WAYS.values())


@pytest.mark.parametrize(("reason", "place"), CASES, ids=[f"{reason}-{place}" for reason, place in CASES])
def test_a_way_out_is_a_command_that_settles_it_or_the_part_of_the_page_to_look_at(
    reason: Reason, place: int
) -> None:
    scene = STORIES[reason]()
    entry = next(each for each in scene.state.attention if each.reason is reason)

    view, command = answers("en", "default", "K8XTQ", reason, entry.subject)[place]

    assert view.title
    if command is None:
        assert view.href.partition("#")[2] in ("next", "payment", "lines")
        return
    left = decide(scene.state, command, scene.by(None)).state.attention
    assert entry.key not in [each.key for each in left]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_out_has_its_words(language: str) -> None:
    titles = [
        view.title
        for reason in Reason
        for view, _ in answers(language, "default", "K8XTQ", reason, "order_received")  # type: ignore[arg-type]
    ]

    assert all(titles)
