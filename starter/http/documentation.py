"""What /openapi.json says beyond the types: examples, and every error a call can answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel

from starter.http.problems import Problem

ORDER_EXAMPLE: Final[dict[str, Any]] = {
    "order_id": "K8XTQ",
    "store": "default",
    "number": "1042",
    "placed_at": "2026-11-20T10:15:00+01:00",
    "currency": "EUR",
    "locale": "nl-NL",
    "customer": {"name": "Sanne de Vries", "email": "sanne@example.com", "phone": "+31201234567"},
    "shipping_address": {
        "name": "Sanne de Vries",
        "lines": ["Prinsengracht 263"],
        "postal_code": "1016 GV",
        "city": "Amsterdam",
        "country": "NL",
    },
    "lines": [
        {
            "line_id": "1",
            "kind": "physical",
            "sku": "MUG-BLUE",
            "name": "Blauwe mok",
            "quantity": 2,
            "unit_price": "12.50",
            "weight_grams": 350,
        },
        {
            "line_id": "2",
            "kind": "digital",
            "sku": "EBOOK-1",
            "name": "E-boek",
            "quantity": 1,
            "unit_price": "9.00",
            "files": ["ebook-1.epub"],
        },
    ],
    "fulfillment": {"method": "shipping", "option": "PostNL standaard", "price": "4.95"},
    "payment": {"kind": "online", "method": "iDEAL", "reference": "tr_7UhSN1zuXS"},
    "totals": {
        "items": "34.00",
        "shipping": "4.95",
        "discount": "0.00",
        "tax": "0.00",
        "total": "38.95",
    },
    "comment": "Graag als cadeau inpakken",
}

COMMAND_EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "payment": {
        "type": "payment",
        "command_id": "pay-1",
        "status": "paid",
        "amount": "38.95",
        "currency": "EUR",
        "reference": "tr_7UhSN1zuXS",
        "event_id": "evt_1",
    },
    "picked": {"type": "picked", "command_id": "pick-1"},
    "packed": {
        "type": "packed",
        "command_id": "pack-1",
        "parcel": "1",
        "lines": [{"line_id": "1", "quantity": 2}],
        "weight_grams": 780,
    },
    "labelled": {
        "type": "labelled",
        "command_id": "label-1",
        "parcel": "1",
        "carrier": "postnl",
        "tracking_number": "3SDEVC1234567",
    },
    "shipped": {"type": "shipped", "command_id": "ship-1", "parcel": "1", "notify": True},
    "ready_for_pickup": {"type": "ready_for_pickup", "command_id": "ready-1"},
    "collected": {"type": "collected", "command_id": "collect-1", "code": "482913"},
    "out_for_delivery": {"type": "out_for_delivery", "command_id": "out-1"},
    "delivered": {"type": "delivered", "command_id": "deliver-1"},
    "delivery_failed": {"type": "delivery_failed", "command_id": "fail-1", "reason": "nobody home"},
    "hold": {"type": "hold", "command_id": "hold-1", "reason": "address"},
    "release": {"type": "release", "command_id": "release-1", "reason": "address"},
    "cancel": {"type": "cancel", "command_id": "cancel-1", "reason": "customer asked"},
    "resolve": {"type": "resolve", "command_id": "resolve-1", "reason": "refund_due"},
    "reissue": {"type": "reissue", "command_id": "reissue-1", "line_id": "2"},
    "mail_arrived": {"type": "mail_arrived", "command_id": "arrived-1", "mail_key": "shipped:1"},
    "mail_again": {"type": "mail_again", "command_id": "again-1", "mail_key": "shipped:1"},
    "mail_stop": {"type": "mail_stop", "command_id": "stop-1", "mail_key": "shipped:1"},
}
"""One per type of command; a test holds them to the commands there are."""

LINKS: Final[dict[str, Any]] = {
    "show": {"operationId": "show", "parameters": {"order_id": "$response.body#/order_id"}},
    "commands": {"operationId": "give", "parameters": {"order_id": "$response.body#/order_id"}},
}
"""What can be done with an order that was placed."""

WEBHOOK_EXAMPLE: Final[dict[str, Any]] = {
    "type": "payment",
    "store": "default",
    "order_id": "K8XTQ",
    "status": "paid",
    "amount": "38.95",
    "currency": "EUR",
    "reference": "tr_7UhSN1zuXS",
    "event_id": "evt_1",
}

SIGNED: Final = ("/v1/webhooks/payments/{provider}",)
"""Calls of those who sign what they say, and have no key."""
KEYLESS: Final = ("/healthz", "/readyz", "/metrics")
"""Calls that answer whoever asks: they tell nothing about a person."""

WHEN: Final[dict[int, str]] = {
    400: "The body is not a JSON object, or a cursor is not one of ours.",
    401: "No key, or one nobody knows.",
    403: "A key that may not do this.",
    404: "No such order, or nobody of this name.",
    409: "Another body under a known id, or a command the order does not allow now; `detail` says why.",
    413: "The body is too large.",
    422: "A field is wrong; `errors` holds its path.",
    429: "Too many wrong attempts; `detail` says how long to wait.",
    503: "The database cannot be reached; nothing was kept, ask again.",
}


SAID_OF_WEBHOOKS: Final[dict[int, str]] = {
    401: "No good signature, or a timestamp too far from our clock.",
    403: "Signed with a secret of another store.",
    404: "No such provider, or it has no secret.",
    409: "Something else came under this webhook's id before.",
}


def PROBLEMS(*statuses: int, when: Mapping[int, str] = WHEN) -> dict[int | str, dict[str, Any]]:  # noqa: N802
    """The errors a call can answer, for its documentation; `when` has what it means otherwise than most."""
    return {
        status: {
            "description": when.get(status, WHEN[status]),
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": {
                        "type": "urn:pakhuis:door.invalid",
                        "title": HTTPStatus(status).phrase,
                        "status": status,
                        "detail": when.get(status, WHEN[status]),
                        "request_id": "8f14e45fceea4673",
                        "errors": [],
                    },
                }
            },
        }
        for status in statuses
    }


def json_body(model: type[BaseModel], example: object) -> dict[str, Any]:
    """Document a body that the call reads by itself."""
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{model.__name__}"},
                    "example": example,
                }
            },
        }
    }


def with_schemas(openapi: dict[str, Any], *models: type[BaseModel]) -> dict[str, Any]:
    """The document with the schemas of bodies and errors that calls read or write by themselves."""
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    everything: tuple[type[BaseModel], ...] = (*models, Problem)
    for model in everything:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, part in schema.pop("$defs", {}).items():
            schemas.setdefault(name, part)
        if "type" in model.model_fields and model is not Problem:
            # Each has its own by default, but among the others it is told by nothing else.
            schema["required"] = list(dict.fromkeys(("type", *schema.get("required", ()))))
        schemas.setdefault(model.__name__, schema)
    openapi["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer"},
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "webhook-signature",
            "description": "`v1,` and the base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`, the"
            " body as the bytes that are sent; several with a space between them.",
        },
    }
    openapi["security"] = [{"key": []}]
    for path in KEYLESS:
        for operation in openapi["paths"][path].values():
            operation["security"] = []
    for path in SIGNED:
        for operation in openapi["paths"][path].values():
            operation["security"] = [{"signature": []}]
    return openapi
