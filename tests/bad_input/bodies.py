"""Whole bodies of every way in, with something in each of their text fields; and where those fields are."""

from typing import Any, Final

from pydantic import BaseModel

from orders.commands import TYPES, Command
from orders.order import Order
from tests.bad_input.corpus import Steps, text_fields
from tests.sample_orders import ADDRESS, MUG, an_order

FULL_ADDRESS: Final[dict[str, Any]] = {
    **ADDRESS,
    "company": "De Vries BV",
    "state": "NH",
    "phone": "+31201234567",
}


def a_full_order(**more: Any) -> dict[str, Any]:
    """An order with something in every field there is, and an id of its own."""
    line = {
        **MUG,
        "options": ["Kleur: blauw"],
        "files": ["ebook-1.epub"],
        "weight_grams": 350,
        "barcode": "2000000001012",
        "location": "A-01-1",
    }
    body = an_order(line, comment="Graag als cadeau", staff_note="Vaste klant")
    body["customer"]["phone"] = "+31201234567"
    body["shipping_address"] = dict(FULL_ADDRESS)
    body["billing_address"] = dict(FULL_ADDRESS)
    body["fulfillment"]["instructions"] = "Bel twee keer"
    body["payment"] |= {"reference": "tr_1", "status": "unpaid"}
    body["totals"]["fees"] = "0.00"
    return body | more


_FULL: Final[dict[str, Any]] = {
    "command_id": "full-1",
    "status": "paid",
    "amount": "29.95",
    "currency": "EUR",
    "reference": "tr_1",
    "event_id": "evt_1",
    "parcel": "1",
    "lines": [{"line_id": "1", "quantity": 1}],
    "weight_grams": 350,
    "carrier": "postnl",
    "tracking_number": "3SABC",
    "notify": True,
    "code": "123456",
    "override": False,
    "reason": "address",
    "subject": "1",
    "line_id": "1",
    "mail_key": "shipped:1",
}


def a_full_command(type_: str) -> dict[str, Any]:
    """A command of this type with something in every field it has."""
    names = command_model(type_).model_fields
    return {"type": type_} | {name: value for name, value in _FULL.items() if name in names}


def command_model(type_: str) -> type[BaseModel]:
    """The shape of a type of command."""
    models: dict[str, type[BaseModel]] = {
        model.model_fields["type"].default: model for model in Command.__args__
    }
    return models[type_]


ORDER_FIELDS: Final[tuple[Steps, ...]] = tuple(dict.fromkeys(text_fields(Order.model_json_schema())))
COMMAND_FIELDS: Final[tuple[tuple[str, Steps], ...]] = tuple(
    (type_, way)
    for type_ in TYPES
    for way in dict.fromkeys(text_fields(command_model(type_).model_json_schema()))
    if way != ("type",)
)
