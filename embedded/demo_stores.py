"""The stores of the demo: one as a shop would set it up, and one that is short of time."""

from datetime import timedelta
from typing import Final

from orders.store import PAYMENT_PATIENCE, Look, PaymentKind, PaymentPatience, Policy, StoreSettings

_HOW_TO_PAY_NL: Final = (
    "Maak het bedrag over naar NL00 DEMO 0000 0000 00 op naam van De Draaischijf,\n"
    "en vermeld het nummer van je bestelling."
)
_HOW_TO_PAY_EN: Final = (
    "Transfer the amount to NL00 DEMO 0000 0000 00 in the name of De Draaischijf,\n"
    "and mention the number of your order."
)

SAMPLE: Final = StoreSettings(
    look=Look(
        name="De Draaischijf",
        address=("Kade 12", "1211 AB Hilversum", "KvK 00000000"),
        website="https://draaischijf.example.com",
        phone="+31 35 555 0100",
        colour="#8a3b12",
    ),
    language="nl",
    mail_from="bestellingen@draaischijf.example.com",
    reply_to="vragen@draaischijf.example.com",
    shop_addresses=("atelier@draaischijf.example.com",),
    how_to_pay={"nl": _HOW_TO_PAY_NL, "en": _HOW_TO_PAY_EN},
    pickup_instructions={
        "nl": "De Draaischijf, Kade 12, Hilversum\nDinsdag tot en met zaterdag, 10 tot 17 uur.",
        "en": "De Draaischijf, Kade 12, Hilversum\nTuesday to Saturday, 10:00 to 17:00.",
    },
    tracking_links={"PostNL": "https://tracking.example.com/{country}/{postal_code}/{tracking_number}"},
    low_limit=3,
    low_limits={"VAAS-GROOT": 1},
)

SHORT_OF_TIME: Final = SAMPLE.model_copy(
    update={
        "look": SAMPLE.look.model_copy(update={"name": "De Draaischijf Snel", "colour": "#1f4e5f"}),
        "shop_addresses": (),
        "policy": Policy(
            payment={
                **PAYMENT_PATIENCE,
                PaymentKind.ONLINE: PaymentPatience(expire_after=timedelta(seconds=3)),
                PaymentKind.OFFLINE: PaymentPatience(remind_after=timedelta(seconds=2)),
            }
        ),
    }
)
"""Reminds and expires within seconds, so that one can watch it."""
