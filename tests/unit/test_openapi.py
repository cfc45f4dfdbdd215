"""What /openapi.json promises: every reference resolves, every call shows its errors and its examples."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from db.pool import Pool
from db.vault import Vault
from desk.order_calls import order_calls_router
from desk.store_calls import store_calls_router
from orders.commands import COMMAND, TYPES
from orders.order import Order
from orders.paper import PaperMaker
from starter.bulk import Bulk
from starter.front_door import FrontDoor
from starter.http import bulk, papers, pickups
from starter.http.app import create_app
from starter.http.documentation import COMMAND_EXAMPLES, KEYLESS, ORDER_EXAMPLE, SIGNED, WEBHOOK_EXAMPLE
from starter.http.entrance import Entrance
from starter.view import Viewer
from starter.webhooks.standard import StandardPayment

WITHOUT_BODY = {("/v1/bulk/{job_id}/stop-mails", "post"), ("/v1/bulk/{job_id}/again", "post")}


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    """The document as it is served; no connection is needed to write it."""
    viewer = Viewer(Vault("-" * 32), "http://pakhuis.test", "")
    entrance = Entrance(cast(Pool, None))
    calls = (
        papers.router(cast(PaperMaker, None), entrance),
        bulk.router(cast(Bulk, None), cast(Pool, None), entrance),
        order_calls_router(cast(Pool, None), Vault("-" * 32), "http://pakhuis.test", entrance),
        store_calls_router(cast(Pool, None), "http://pakhuis.test", entrance),
        pickups.router(cast(Pool, None), Vault("-" * 32), entrance),
    )
    app = create_app(cast(FrontDoor, None), viewer, cast(Pool, None), calls)
    document: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    return document


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def operations(openapi: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_reference_in_the_document_resolves(openapi: dict[str, Any]) -> None:
    found = set(references(openapi))

    assert found
    assert {name for name in found if name.rsplit("/", 1)[1] not in openapi["components"]["schemas"]} == set()


def test_every_number_that_has_limits_shows_them(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    grams = [schemas[name]["properties"]["weight_grams"]["anyOf"][0] for name in ("Line", "Packed")]

    assert grams == [{"minimum": 0, "maximum": 1_000_000, "type": "integer"}] * 2


def test_no_field_is_called_required_twice(openapi: dict[str, Any]) -> None:
    required = [schema.get("required", []) for schema in openapi["components"]["schemas"].values()]

    assert [names for names in required if len(names) != len(set(names))] == []


def test_the_calls_of_the_contract_are_all_there(openapi: dict[str, Any]) -> None:
    assert {(path, method) for path, method, _ in operations(openapi)} == {
        ("/v1/orders", "post"),
        ("/v1/orders", "get"),
        ("/v1/orders/{order_id}", "get"),
        ("/v1/orders/{order_id}/commands", "post"),
        ("/v1/commands", "post"),
        ("/v1/orders/{order_id}/page-link", "delete"),
        ("/v1/orders/{order_id}/papers/{kind}", "get"),
        ("/v1/papers", "post"),
        ("/v1/bulk", "post"),
        ("/v1/bulk", "get"),
        ("/v1/bulk/{job_id}", "get"),
        ("/v1/bulk/{job_id}/stop-mails", "post"),
        ("/v1/bulk/{job_id}/again", "post"),
        ("/v1/pick-list", "get"),
        ("/v1/orders/{order_id}/notes", "get"),
        ("/v1/orders/{order_id}/notes", "post"),
        ("/v1/orders/{order_id}/notes/{note_id}", "patch"),
        ("/v1/orders/{order_id}/claim", "post"),
        ("/v1/orders/{order_id}/claim", "delete"),
        ("/v1/orders/{order_id}/mails/{mail_key}", "get"),
        ("/v1/orders/{order_id}/preview", "post"),
        ("/v1/attention", "get"),
        ("/v1/pickups", "post"),
        ("/v1/stores", "get"),
        ("/v1/stores/{store}/logo", "get"),
        ("/v1/stores/{store}/logo", "put"),
        ("/v1/stores/{store}/logo", "delete"),
        ("/v1/stores/{store}/mails/{kind}", "get"),
        ("/v1/low-stock", "get"),
        ("/v1/low-stock", "delete"),
        ("/v1/staff", "get"),
        ("/v1/staff", "post"),
        ("/v1/staff/{staff_id}", "patch"),
        ("/v1/staff/{staff_id}/links", "post"),
        ("/v1/staff/{staff_id}/sessions", "delete"),
        ("/v1/staff/{staff_id}/devices", "get"),
        ("/v1/staff/{staff_id}/device-tests", "post"),
        ("/v1/staff/{staff_id}/devices/{device_id}", "delete"),
        ("/v1/staff-policy", "put"),
        ("/v1/audit", "get"),
        ("/v1/stores/{store}/settings", "get"),
        ("/v1/stores/{store}/settings", "put"),
        ("/v1/webhooks/payments/{provider}", "post"),
        ("/healthz", "get"),
        ("/readyz", "get"),
        ("/metrics", "get"),
    }


def test_every_call_with_a_key_shows_what_it_answers_without_one_and_when_the_database_is_away(
    openapi: dict[str, Any],
) -> None:
    for path, method, operation in operations(openapi):
        if path not in KEYLESS:
            shown = operation["responses"]
            assert {"401", "403", "422", "503"} <= set(shown), (path, method)
            assert "application/problem+json" in shown["401"]["content"], (path, method)


def test_only_the_calls_for_probes_need_no_key(openapi: dict[str, Any]) -> None:
    keyless = {path for path, _, operation in operations(openapi) if operation.get("security") == []}

    assert openapi["security"] == [{"key": []}]
    assert keyless == set(KEYLESS)


def test_only_who_signs_needs_no_key_beside_them(openapi: dict[str, Any]) -> None:
    signed = {
        path for path, _, operation in operations(openapi) if operation.get("security") == [{"signature": []}]
    }

    assert signed == set(SIGNED)
    assert openapi["components"]["securitySchemes"]["signature"]["name"] == "webhook-signature"


def test_every_call_that_takes_a_body_shows_an_example_of_it(openapi: dict[str, Any]) -> None:
    for path, method, operation in operations(openapi):
        if method in ("post", "patch") and (path, method) not in WITHOUT_BODY:
            body = operation["requestBody"]["content"]["application/json"]
            assert body.get("example") or body.get("examples"), path


def test_every_example_is_one_the_door_would_take() -> None:
    Order.model_validate(ORDER_EXAMPLE)
    StandardPayment.model_validate(WEBHOOK_EXAMPLE)
    for name, example in COMMAND_EXAMPLES.items():
        assert COMMAND.validate_python(example).type == name

    assert set(COMMAND_EXAMPLES) == set(TYPES)
