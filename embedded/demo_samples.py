"""The sample orders of the demo: the files they come in, what is done to each, and where each is to end."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embedded.demo_steps import Collect, Do, Download, See, Step, pay
from orders.mail import MailKind
from orders.state import Reason
from orders.status import FulfillmentStatus, PaymentStatus

FOLDER: Final = Path(__file__).with_name("samples")


@dataclass(frozen=True)
class Ending:
    """Where an order is meant to end, and the mails its customer is meant to have got."""

    fulfillment: FulfillmentStatus
    mails: tuple[MailKind, ...]
    payment: PaymentStatus = PaymentStatus.PAID
    is_open: bool = False
    attention: tuple[Reason, ...] = ()
    is_history: bool = False


@dataclass(frozen=True)
class Sample:
    """One order of the demo."""

    file: str
    path: str
    """What is shown of it; names a sentence of the catalogue under `cli.demo.path`."""
    steps: tuple[Step, ...]
    ending: Ending

    @property
    def is_ecwid(self) -> bool:
        return "/" not in self.file

    def read(self) -> dict[str, Any]:
        """The order's own JSON. Blocks; small."""
        body: dict[str, Any] = json.loads((FOLDER / f"{self.file}.json").read_text("utf-8"))
        return body


def _parcel(
    number: int, tracking: str, lines: Sequence[tuple[str, int]] = (), **packed: Any
) -> tuple[Step, ...]:
    """Pick, pack, label, hand over: one parcel, with all that is left or with these quantities."""
    parcel = {"parcel": str(number)}
    named = [{"line_id": line, "quantity": quantity} for line, quantity in lines]
    contents = {"lines": named} if named else {}
    return (
        Do("picked", {**contents}),
        Do("packed", {**parcel, **contents, **packed}),
        Do("labelled", {**parcel, "carrier": "postnl", "tracking_number": tracking}),
        Do("shipped", {**parcel}),
    )


_SHIPPED: Final = FulfillmentStatus.SHIPPED
_DELIVERED: Final = FulfillmentStatus.DELIVERED
_RECEIVED: Final = MailKind.ORDER_RECEIVED

SAMPLES: Final[tuple[Sample, ...]] = (
    Sample(
        "pakhuis/one-parcel",
        "one_parcel",
        (pay(), *_parcel(1, "3SDEMO0002001", weight_grams=880)),
        Ending(_SHIPPED, (_RECEIVED, MailKind.SHIPPED)),
    ),
    Sample(
        "pakhuis/two-parcels",
        "two_parcels",
        (
            pay(),
            *_parcel(1, "3SDEMO0002002", [("1", 2)], weight_grams=4100),
            *_parcel(2, "3SDEMO0002003", [("1", 1)], weight_grams=2100),
        ),
        Ending(_SHIPPED, (_RECEIVED, MailKind.SHIPPED, MailKind.SHIPPED)),
    ),
    Sample(
        "pakhuis/digital",
        "digital",
        (pay(), See("issued"), Download(("ebook-1.epub", "muziek.zip"))),
        Ending(_DELIVERED, (_RECEIVED, MailKind.DOWNLOADS)),
    ),
    Sample(
        "pakhuis/gift-card",
        "gift_card",
        (pay(), See("issued")),
        Ending(_DELIVERED, (_RECEIVED, MailKind.GIFT_CARD)),
    ),
    Sample(
        "pakhuis/bank-transfer",
        "reminded",
        (See("reminded"), pay(reference="2005"), *_parcel(1, "3SDEMO0002005", weight_grams=1350)),
        Ending(
            _SHIPPED,
            (
                _RECEIVED,
                MailKind.AWAITING_PAYMENT,
                MailKind.PAYMENT_REMINDER,
                MailKind.PAYMENT_RECEIVED,
                MailKind.SHIPPED,
            ),
        ),
    ),
    Sample(
        "pakhuis/expires",
        "expires",
        (See("expired"),),
        Ending(
            FulfillmentStatus.WILL_NOT_DELIVER,
            (_RECEIVED, MailKind.ORDER_EXPIRED),
            payment=PaymentStatus.CANCELLED,
        ),
    ),
    Sample(
        "pakhuis/hold",
        "hold",
        (
            pay(),
            Do("hold", {"reason": "address"}),
            Do("release", {"reason": "address"}),
            *_parcel(1, "3SDEMO0002007", weight_grams=2000),
        ),
        Ending(_SHIPPED, (_RECEIVED, MailKind.SHIPPED)),
    ),
    Sample(
        "pakhuis/cancelled",
        "cancelled",
        (pay(), Do("picked"), Do("cancel", {"reason": "customer_asked"})),
        Ending(
            FulfillmentStatus.WILL_NOT_DELIVER,
            (_RECEIVED, MailKind.CANCELLED),
            is_open=True,
            attention=(Reason.REFUND_DUE,),
        ),
    ),
    Sample(
        "one-parcel",
        "ecwid_one_parcel",
        (*_parcel(1, "3SDEMO0090412", weight_grams=930), Do("delivered", {"parcel": "1"})),
        Ending(_DELIVERED, (_RECEIVED, MailKind.SHIPPED, MailKind.DELIVERED)),
    ),
    Sample(
        "mixed",
        "ecwid_mixed",
        (See("issued"), Download(("ebook-1.epub",)), *_parcel(1, "3SDEMO0090413", weight_grams=2750)),
        Ending(_SHIPPED, (_RECEIVED, MailKind.DOWNLOADS, MailKind.GIFT_CARD, MailKind.SHIPPED)),
    ),
    Sample(
        "pickup",
        "ecwid_pickup",
        (
            Do("picked"),
            Do("packed", {"parcel": "1"}),
            Do("ready_for_pickup", {"parcel": "1"}),
            Collect(),
        ),
        Ending(_DELIVERED, (_RECEIVED, MailKind.READY_FOR_PICKUP)),
    ),
    Sample(
        "local-delivery",
        "ecwid_local_delivery",
        (
            See("issued"),
            Download(("handleiding.pdf",)),
            Do("picked"),
            Do("packed", {"parcel": "1"}),
            Do("out_for_delivery", {"parcel": "1"}),
            Do("delivery_failed", {"parcel": "1", "reason": "nobody_home"}),
            Do("out_for_delivery", {"parcel": "1"}),
            Do("delivered", {"parcel": "1"}),
        ),
        Ending(
            _DELIVERED,
            (
                _RECEIVED,
                MailKind.DOWNLOADS,
                MailKind.OUT_FOR_DELIVERY,
                MailKind.OUT_FOR_DELIVERY,
                MailKind.DELIVERED,
            ),
        ),
    ),
    Sample(
        "bank-transfer",
        "ecwid_bulk",
        (
            pay(reference="VT8BT"),
            Do("shipped", {"carrier": "postnl", "tracking_number": "3SDEMO0090416"}),
        ),
        Ending(
            _SHIPPED,
            (_RECEIVED, MailKind.AWAITING_PAYMENT, MailKind.PAYMENT_RECEIVED, MailKind.SHIPPED),
        ),
    ),
    Sample("delivered", "ecwid_history", (), Ending(_DELIVERED, (), is_history=True)),
)
