"""Downloads and gift cards: made once, as soon as they are paid, beside the goods."""

from functools import partial
from typing import Any

import pytest

from orders.mail import MailKind
from orders.rules import issuing
from orders.store import PaymentKind, Policy
from tests.scenes import Scene, contents, download, gift_card, goods, plan


def paid(*lines: Any, **changes: Any) -> Scene:
    return Scene(plan(*lines, **changes)).paid()


def test_downloads_and_gift_cards_go_out_at_once_and_the_goods_follow() -> None:
    scene = paid(goods(), download(), gift_card(3)).issue()

    assert scene.mail_keys[-2:] == ["downloads", "gift_card"]
    assert scene.said[-2:] == ["downloads_issued", "gift_cards_issued"]
    assert scene.statuses == ("PAID", "PROCESSING")
    assert scene.units("8").delivered == 3
    assert scene.tell("shipped").statuses[1] == "SHIPPED"


def test_an_order_of_downloads_only_is_delivered_and_done() -> None:
    scene = paid(download(), gift_card()).issue()

    assert scene.statuses == ("PAID", "DELIVERED")
    assert scene.is_finished


@pytest.mark.parametrize("kind", PaymentKind)
def test_nothing_is_made_before_it_is_paid(kind: PaymentKind) -> None:
    scene = Scene(plan(download(), kind=kind))

    assert not issuing.may_issue(scene.state)
    assert issuing.may_issue(scene.paid().state)


def test_made_twice_is_told_once() -> None:
    scene = paid(download(), gift_card()).issue()
    before = scene.state
    mails = len(scene.mails)

    scene.do(partial(issuing.issued, line_ids=("7", "8")))
    assert scene.state == before
    assert len(scene.mails) == mails


def test_a_mug_that_comes_with_a_file_is_shipped_and_its_file_sent() -> None:
    scene = paid(goods(files=True)).issue()

    assert scene.mail_keys[-1] == "downloads"
    assert scene.units().shipped == 0
    assert scene.tell("shipped").statuses[1] == "SHIPPED"


def test_a_mug_that_is_cancelled_while_its_file_is_made_sends_no_mail() -> None:
    scene = paid(goods(files=True)).do(partial(issuing.issuing, line_ids=("1",))).tell("cancel")

    scene.do(partial(issuing.issued, line_ids=("1",)))
    assert "downloads" not in scene.mail_keys
    assert scene.statuses[1] == "WILL_NOT_DELIVER"


def test_missing_files_ask_for_a_person_once_and_let_all_be_cancelled() -> None:
    scene = paid(download(), gift_card()).do(partial(issuing.issuing, line_ids=("7", "8")))

    for _ in range(3):
        scene.do(partial(issuing.files_missing, line_ids=("7",)))
    assert scene.attention == ["files_missing"]
    assert scene.said.count("files_missing") == 1
    scene.tell("cancel")
    assert scene.attention == ["refund_due"]
    assert scene.units("8").cancelled == 1


def test_files_that_came_after_all_need_nobody_any_more() -> None:
    scene = paid(download()).do(partial(issuing.files_missing, line_ids=("7",))).issue()

    assert scene.attention == []
    assert scene.is_finished


@pytest.mark.parametrize(
    "changes",
    [
        {"has_address": False},
        {"mails_customer": False},
        {"policy": Policy(silent_mails=(MailKind.DOWNLOADS,))},
    ],
)
def test_downloads_that_nobody_is_mailed_about_ask_for_a_person(changes: dict[str, Any]) -> None:
    assert paid(download(), **changes).issue().attention == ["no_address"]


def test_goods_alone_ask_for_nobody_where_there_is_no_address() -> None:
    assert paid(has_address=False).tell("shipped").attention == []


def test_new_links_are_one_mail_of_one_line_and_change_no_status() -> None:
    scene = paid(download()).issue()
    statuses = scene.statuses

    scene.tell("reissue", line_id="7", command_id="again-1").tell(
        "reissue", line_id="7", command_id="again-2"
    )
    assert scene.mail_keys[-2:] == ["downloads:again-1", "downloads:again-2"]
    assert contents(scene.mails[-1]) == [("7", 1)]
    assert scene.statuses == statuses


def test_new_links_are_made_only_of_links_there_are() -> None:
    scene = paid(goods(1, "1"), goods(1, "2", files=True), download())

    assert scene.refusal("reissue", line_id="9") == "refusal.no_such_line"
    assert scene.refusal("reissue", line_id="1") == "refusal.no_files_on_line"
    assert scene.refusal("reissue", line_id="7") == "refusal.not_issued_yet"
    scene.issue().tell("cancel")
    assert scene.refusal("reissue", line_id="2") == "refusal.line_cancelled"
