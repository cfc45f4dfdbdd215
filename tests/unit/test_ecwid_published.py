"""Orders as they are: those in Ecwid's own documentation, where they are at hand, and ours for the demo."""

from pathlib import Path

import pytest

from orders.order import FulfillmentMethod, LineKind
from orders.store import PaymentKind, StoreSettings
from starter.ecwid import History, Live, Unreadable, parse, read
from tests.ecwid_orders import NOW

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT.parent / "shared" / "samples" / "ecwid"
DEMO = ROOT / "embedded" / "samples"

if_published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="../shared/samples/ecwid is not on this machine"
)


def only(file: Path):
    (reading,) = read(parse(file.read_bytes()), StoreSettings(), "default", now=NOW)
    return reading


@if_published
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ecwid_2020_create_request_physical", Live),
        ("ecwid_create_request_local_delivery", Live),
        ("ecwid_minimal_awaiting_payment", Live),
        ("ecwid_2020_update_request_cancelled_pickuptime_options", History),
        ("ecwid_digital_paid_delivered_K8XTQ", History),
        ("ecwid_search_physical_shipped_coupon_EBJFT", History),
        ("ecwid_2020_calculate_response_pickup", Unreadable),
        ("ecwid_order_statuses_all", Unreadable),
        ("ecwid_webhook_order_created", Unreadable),
        ("ecwid_webhook_order_updated", Unreadable),
    ],
)
def test_a_published_body_goes_through_as_it_is(name, kind):
    assert isinstance(only(PUBLISHED / f"{name}.json"), kind)


@if_published
def test_every_published_body_is_read_and_none_of_its_links_is_kept():
    for file in sorted(PUBLISHED.glob("*.json")):
        for reading in read(parse(file.read_bytes()), StoreSettings(), "default", now=NOW):
            assert "http" not in reading.model_dump_json(), file.name


@if_published
def test_the_published_order_that_downloads_and_ships_does_both():
    reading = only(PUBLISHED / "ecwid_search_physical_shipped_coupon_EBJFT.json")

    assert isinstance(reading, History)
    (line,) = reading.order.lines
    assert (line.kind, line.files) == (LineKind.PHYSICAL, ("header.png", "logo.png", "screen1.png"))
    assert (reading.order.customer.email, reading.order.totals.total) == (None, 600)


@if_published
def test_the_published_local_delivery_mails_nobody_and_is_delivered_locally():
    reading = only(PUBLISHED / "ecwid_create_request_local_delivery.json")

    assert isinstance(reading, Live)
    assert reading.order.method is FulfillmentMethod.LOCAL_DELIVERY
    assert reading.order.notify_customer is False
    assert reading.order.staff_note == "Must be delivered till Sunday."


@pytest.mark.parametrize(
    ("name", "method", "kinds", "paid"),
    [
        ("one-parcel", FulfillmentMethod.SHIPPING, {LineKind.PHYSICAL}, "paid"),
        ("mixed", FulfillmentMethod.SHIPPING, set(LineKind), "paid"),
        ("pickup", FulfillmentMethod.PICKUP, {LineKind.PHYSICAL}, "paid"),
        ("local-delivery", FulfillmentMethod.LOCAL_DELIVERY, {LineKind.PHYSICAL}, "paid"),
        ("bank-transfer", FulfillmentMethod.SHIPPING, {LineKind.PHYSICAL}, "unpaid"),
    ],
)
def test_a_demo_order_is_to_be_fulfilled_and_nothing_is_odd_about_it(name, method, kinds, paid):
    reading = only(DEMO / f"{name}.json")

    assert isinstance(reading, Live)
    assert (reading.order.method, reading.order.payment.status) == (method, paid)
    assert {line.kind for line in reading.order.lines} == kinds
    assert {line.weight_grams for line in reading.order.lines} == {None}
    assert [said for said in reading.warnings if said.key != "ecwid.wished_time"] == []


def test_the_unpaid_demo_order_waits_for_a_bank_transfer():
    reading = only(DEMO / "bank-transfer.json")

    assert isinstance(reading, Live)
    assert reading.order.payment.kind is PaymentKind.OFFLINE


def test_the_last_demo_order_is_history():
    reading = only(DEMO / "delivered.json")

    assert isinstance(reading, History)
    assert (reading.fulfillment_status, reading.tracking_number) == ("DELIVERED", "3SPKHS7710042")
    assert reading.warnings == ()


def test_every_demo_order_is_one_we_speak_of():
    assert sorted(file.stem for file in DEMO.glob("*.json")) == [
        "bank-transfer",
        "delivered",
        "local-delivery",
        "mixed",
        "one-parcel",
        "pickup",
    ]
