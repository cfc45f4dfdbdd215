"""Makes most orders that schemathesis thinks of add up, so that its next calls find orders that were kept,
and signs most of its webhooks."""

from __future__ import annotations

import json
import os
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

import schemathesis

from tests.webhooks import headers

WEBHOOK = "POST /v1/webhooks/payments/{provider}"


@schemathesis.hook
def before_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]
) -> None:
    is_meant_well = case.meta is not None and case.meta.generation.mode.is_positive
    if is_meant_well and case.operation.label == "POST /v1/orders" and isinstance(case.body, dict):
        case.body = _whole(case.body)
    if is_meant_well and case.operation.label == WEBHOOK and isinstance(case.body, dict):
        case.body = _an_amount(case.body)
        raw = json.dumps(case.body, allow_nan=False).encode()  # The bytes that will be sent.
        signed = headers(os.environ["WEBHOOK_SECRET"], raw, f"msg_{uuid.uuid4().hex}")
        case.headers.update(signed)


def _an_amount(body: dict[str, Any]) -> dict[str, Any]:
    """The payment of an order of this run, in money that has as many decimals as its currency."""
    return body | {
        "store": "default",
        "order_id": f"S{uuid.uuid4().hex[:12]}",
        "amount": "12.50",
        "currency": "EUR",
    }


def _whole(body: dict[str, Any]) -> dict[str, Any]:
    """The order under an id of its own, of today, to be collected, with the sums its lines have."""
    try:
        lines = [_a_thing(line, number) for number, line in enumerate(body["lines"][:20])]
        items = sum((Decimal(line["unit_price"]) * line["quantity"] for line in lines), Decimal(0))
    except (KeyError, TypeError, InvalidOperation):
        return body
    return body | {
        "order_id": f"S{uuid.uuid4().hex[:12]}",
        "store": "default",
        "currency": "EUR",
        "placed_at": "2026-11-20T10:15:00+01:00",
        "lines": lines,
        "fulfillment": {"method": "pickup", "option": "", "price": "0"},
        "totals": {"items": str(items), "total": str(items)},
    }


def _a_thing(line: dict[str, Any], number: int) -> dict[str, Any]:
    price = Decimal(line["unit_price"]).quantize(Decimal("0.01")) % 10_000
    return (
        line
        | {"line_id": f"L{number}", "kind": "physical", "quantity": line["quantity"] % 9 + 1}
        | {"unit_price": str(price)}
    )
