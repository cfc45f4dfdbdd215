"""The judge of the demo finds whatever is not as it was meant to be."""

import pytest

from embedded.demo_judge import judge
from embedded.demo_mail import DOWNLOAD, PICKUP_CODE
from embedded.demo_samples import FOLDER, SAMPLES, Ending
from orders.mail import MailKind
from orders.state import Reason
from orders.status import FulfillmentStatus
from orders.words import holes

SHIPPED = Ending(FulfillmentStatus.SHIPPED, (MailKind.ORDER_RECEIVED, MailKind.SHIPPED))


def order(**changes):
    mails = [("order_received", "sent"), ("new_order", "sent"), ("shipped", "sent")]
    return {
        "payment_status": "PAID",
        "fulfillment_status": "SHIPPED",
        "open": False,
        "history": False,
        "attention": [],
        "mails": [{"kind": kind, "state": state, "is_copy": False} for kind, state in mails],
        **changes,
    }


def mail(kind, state="sent"):
    return {"kind": kind, "state": state, "is_copy": False}


def test_an_order_at_its_end_has_no_problems():
    assert judge(order(), SHIPPED) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"payment_status": "AWAITING_PAYMENT"}, "payment_status: AWAITING_PAYMENT, not PAID"),
        ({"fulfillment_status": "PROCESSING"}, "fulfillment_status: PROCESSING, not SHIPPED"),
        ({"open": True}, "open: True, not False"),
        ({"history": True}, "history: True, not False"),
        ({"attention": [{"reason": "overpaid"}]}, "attention: overpaid, not -"),
        ({"mails": [mail("order_received")]}, "mails: order_received, not order_received, shipped"),
        (
            {"mails": [mail("order_received"), mail("shipped"), mail("shipped")]},
            "mails: order_received, shipped, shipped, not order_received, shipped",
        ),
        ({"mails": [mail("order_received"), mail("shipped", "retry")]}, "shipped: retry"),
        (
            {"mails": [mail("order_received"), mail("shipped"), mail("new_order", "failed")]},
            "new_order: failed",
        ),
    ],
)
def test_what_is_not_as_meant_is_named(changes, problem):
    assert judge(order(**changes), SHIPPED) == [problem]


def test_attention_that_was_meant_must_be_there():
    meant = Ending(SHIPPED.fulfillment, SHIPPED.mails, attention=(Reason.REFUND_DUE,))

    assert judge(order(), meant) == ["attention: -, not refund_due"]


def test_every_sample_has_its_file_and_its_name_and_no_file_is_left_out():
    files = {str(file.relative_to(FOLDER).with_suffix("")) for file in FOLDER.rglob("*.json")}

    assert {sample.file for sample in SAMPLES} == files
    assert {f"cli.demo.path.{sample.path}" for sample in SAMPLES} <= holes("en").keys()
    assert len({sample.path for sample in SAMPLES}) == len(SAMPLES)


def test_codes_and_links_are_found_as_a_customer_finds_them():
    text = "Laat deze code zien.\r\n\r\nAfhaalcode: 420 224\r\n\r\nKvK 00000000\r\nhttp://127.0.0.1:1/d/Ab_-9\r\nTot"

    assert PICKUP_CODE.findall(text) == ["420 224"]
    assert DOWNLOAD.findall(text) == ["http://127.0.0.1:1/d/Ab_-9"]
