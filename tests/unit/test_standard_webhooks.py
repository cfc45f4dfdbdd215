"""The signature of Standard Webhooks, and what is read of a body that has a good one."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from orders.commands import COMMAND, Payment
from orders.errors import OrderError, OrderUnreadable
from starter.webhooks import PROVIDERS
from starter.webhooks.errors import WebhookNotSigned, WebhookOfAnotherStore, WebhookStale
from starter.webhooks.provider import Secret, Told, command_id
from starter.webhooks.standard import Standard
from tests.webhooks import a_payment, a_secret, signature

NOW = 1_793_000_000
OURS = a_secret(b"ours" * 8)
RAW = json.dumps(a_payment("K8XTQ")).encode()
STANDARD = Standard()


def read(
    raw: bytes = RAW,
    *,
    signed: bytes | None = None,
    by: Sequence[str] = (OURS,),
    known: Sequence[Secret] = (Secret("default", OURS),),
    at: int = NOW,
    headers: dict[str, str] | None = None,
) -> Told | None:
    """What is read of these bytes; `signed` are those the signature is over, where they are others."""
    webhook_id, timestamp = "msg_1", str(at)
    signatures = [signature(each, webhook_id, timestamp, raw if signed is None else signed) for each in by]
    sent = {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    } | (headers or {})
    return STANDARD.read(sent, raw, known, datetime.fromtimestamp(NOW, UTC))


def test_the_example_of_the_specification_is_signed_well() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    now = datetime.fromtimestamp(1614265330, UTC)

    with pytest.raises(OrderUnreadable) as no:  # Its body is no payment: it says no type.
        STANDARD.read(headers, b'{"test": 2432232314}', [Secret("default", secret)], now)
    assert no.value.problems[0][0] == "type"
    with pytest.raises(WebhookNotSigned):
        STANDARD.read(headers, b'{"test": 2432232315}', [Secret("default", secret)], now)


def test_a_payment_is_read_as_the_command_it_is() -> None:
    told = read()

    assert told == Told(
        "default",
        "K8XTQ",
        Payment(
            command_id="standard:msg_1",
            status="paid",
            amount=Decimal("29.95"),
            currency="EUR",
            reference="tr_K8XTQ",
            event_id="msg_1",
        ),
    )


def test_no_byte_of_the_body_may_change() -> None:
    for position in range(len(RAW)):
        changed = RAW[:position] + bytes([RAW[position] ^ 1]) + RAW[position + 1 :]
        with pytest.raises(WebhookNotSigned):
            read(changed, signed=RAW)


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(json.loads(RAW), separators=(",", ":")).encode(),
        json.dumps(json.loads(RAW), sort_keys=True).encode(),
        RAW + b"\n",
        b"\xef\xbb\xbf" + RAW,
        b"",
    ],
    ids=["without blanks", "in another order", "with a line end", "with a mark in front", "nothing"],
)
def test_the_same_json_in_other_bytes_is_not_what_was_signed(raw: bytes) -> None:
    with pytest.raises(WebhookNotSigned):
        read(raw, signed=RAW)


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-id": "msg 1"},
        {"webhook-id": "m" * 101},
        {"webhook-timestamp": str(NOW + 1)},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": f"+{NOW}"},
        {"webhook-timestamp": f"{NOW}.0"},
        {"webhook-timestamp": f" {NOW}"},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": "9" * 5000},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1," + "A" * 43 + "="},
        {"webhook-signature": signature(OURS, "msg_1", str(NOW), RAW).removeprefix("v1,")},
        {"webhook-signature": signature(OURS, "msg_1", str(NOW), RAW).replace("v1,", "v1a,")},
        {"webhook-signature": signature(OURS, "msg_1", str(NOW), RAW) + "="},
        {"webhook-signature": "v1,é"},
    ],
    ids=str,
)
def test_with_any_other_header_it_is_not_signed(headers: dict[str, str]) -> None:
    with pytest.raises(WebhookNotSigned):
        read(headers=headers)


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_five_minutes_either_way_are_fresh(seconds: int) -> None:
    assert read(at=NOW + seconds) is not None


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_more_than_five_minutes_either_way_are_stale(seconds: int) -> None:
    with pytest.raises(WebhookStale):
        read(at=NOW + seconds)


def test_a_stranger_is_not_told_that_it_was_stale() -> None:
    with pytest.raises(WebhookNotSigned):
        read(at=NOW - 301, by=[a_secret()])


def test_while_a_secret_is_replaced_either_signs_and_both_may() -> None:
    theirs, fresh = a_secret(), a_secret()
    known = [Secret("default", OURS), Secret("default", fresh)]

    assert (
        read(known=known, by=[OURS]) == read(known=known, by=[fresh]) == read(known=known, by=[OURS, fresh])
    )
    assert read(known=known, by=[theirs, fresh]) is not None
    with pytest.raises(WebhookNotSigned):
        read(known=known, by=[theirs])


def test_a_signature_is_not_looked_for_without_end() -> None:
    with pytest.raises(WebhookNotSigned):
        read(by=[*[a_secret()] * 16, OURS])


def test_a_secret_speaks_for_its_own_store_only() -> None:
    with pytest.raises(WebhookOfAnotherStore):
        read(known=[Secret("other", OURS)])


def test_the_store_may_be_left_out_where_the_secret_tells_it() -> None:
    raw = json.dumps(a_payment("K8XTQ", store=None)).encode()
    told = read(raw, known=[Secret("other", OURS), Secret("third", a_secret())])

    assert told is not None
    assert told.store == "other"


def test_a_secret_of_two_stores_needs_the_store_named() -> None:
    known = [Secret("default", OURS), Secret("other", OURS)]
    told = read(known=known)

    assert told is not None
    assert told.store == "default"
    with pytest.raises(OrderUnreadable) as no:
        read(json.dumps(a_payment("K8XTQ", store=None)).encode(), known=known)
    assert no.value.problems[0][0] == "store"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": None}, "amount"),
        ({"amount": 29.95}, "amount"),
        ({"amount": "29.955"}, "amount"),
        ({"amount": "-1.00"}, "amount"),
        ({"amount": "1.50", "currency": "JPY"}, "amount"),
        ({"currency": None}, "currency"),
        ({"currency": "euro"}, "currency"),
        ({"status": "settled"}, "status"),
        ({"status": None}, "status"),
        ({"reference": None}, "reference"),
        ({"reference": ""}, "reference"),
        ({"reference": "two\nlines"}, "reference"),
        ({"event_id": "e" * 101}, "event_id"),
        ({"order_id": None}, "order_id"),
        ({"order_id": "../1"}, "order_id"),
        ({"store": "Default"}, "store"),
        ({"type": None}, "type"),
        ({"type": 1}, "type"),
        ({"type": "a\nb"}, "type"),
        ({"data": {}}, "data"),
        ({"command_id": "of our own"}, "command_id"),
    ],
    ids=str,
)
def test_a_body_that_is_wrong_is_told_its_field(changes: dict[str, Any], field: str) -> None:
    raw = json.dumps(a_payment(**{"order_id": "K8XTQ", **changes})).encode()

    with pytest.raises(OrderUnreadable) as no:
        read(raw)
    assert [each for each, _ in no.value.problems] == [field]


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b'"payment"', b"{", RAW * 2, RAW.replace(b"{", b'{"type":1,')]
)
def test_a_body_that_is_no_json_object_is_told_so(raw: bytes) -> None:
    with pytest.raises(OrderError) as no:
        read(raw)
    assert no.value.sentence.key == "door.not_json"


def test_an_event_of_another_kind_asks_nothing_whatever_stands_in_it() -> None:
    assert read(b'{"type": "payout.created", "data": {"object": 1}}') is None


@pytest.mark.parametrize(
    "webhook_id", ["msg_1", "a" * 80, "a" * 81, "a" * 100, "a:b", "sha256:ab", "~!@#", "-x", "."]
)
def test_every_webhook_id_makes_a_command_id_that_is_one(webhook_id: str) -> None:
    told = command_id("standard", webhook_id)

    assert COMMAND.validate_python({"type": "picked", "command_id": told}).command_id == told
    assert told == command_id("standard", webhook_id)


def test_two_webhook_ids_are_never_one_command() -> None:
    hashed = hashlib.sha256(b"a" * 81).hexdigest()
    ids = [f"sha256-{hashed}", f"sha256.{hashed}", f"sha256{hashed}", f"sha256:{hashed}"]
    ids += ["a", "A", "a.", "a:", "a" * 80, "a" * 81, "a" * 82, "sha256:a", "sha256"]

    assert len({command_id("standard", each) for each in ids}) == len(ids)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (a_secret(b"k" * 24), True),
        (a_secret(b"k" * 64), True),
        (a_secret(b"k" * 23), False),
        (a_secret(b"k" * 65), False),
        (a_secret(b"k" * 32).removeprefix("whsec_"), False),
        ("whsec_not base64", False),
        ("whsec_é", False),
        ("", False),
    ],
)
def test_a_secret_is_as_long_as_the_specification_has_it(text: str, is_one: bool) -> None:
    assert STANDARD.is_secret(text) is is_one


def test_every_provider_makes_secrets_it_takes_and_no_two_alike() -> None:
    for provider in PROVIDERS.values():
        fresh = {provider.fresh_secret() for _ in range(10)}

        assert len(fresh) == 10
        assert all(provider.is_secret(each) for each in fresh)


def test_a_secret_is_not_shown_by_accident() -> None:
    assert OURS not in repr(Secret("default", OURS))
