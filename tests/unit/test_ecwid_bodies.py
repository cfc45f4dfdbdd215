"""The bodies a store sends: one order, many, or something else; and what an order says of itself."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.store import StoreSettings
from starter.ecwid import History, Live, Unreadable, read
from tests.ecwid_orders import GONE, NOW, ebook, live, mug, order, person, read_one, refusal, warnings


def read_all(body):
    return read(body, StoreSettings(), "default", now=NOW)


def search(*orders, **paging):
    return {
        "total": len(orders),
        "count": len(orders),
        "offset": 0,
        "limit": 100,
        "items": list(orders),
    } | paging


def test_a_search_answer_gives_a_reading_for_each_order_in_its_place():
    body = search(order(id="A1"), order(id="A2", items=[]), order(id="A3", fulfillmentStatus="SHIPPED"))
    first, second, third = read_all(body)

    assert isinstance(first, Live)
    assert isinstance(second, Unreadable)
    assert (second.index, second.order_id, second.reason.key) == (1, "A2", "ecwid.no_lines")
    assert isinstance(third, History)


def test_a_list_of_orders_is_read_like_a_search_answer():
    assert read_all([order(id="A1"), order(id="A2")]) == read_all(search(order(id="A1"), order(id="A2")))


def test_an_answer_without_paging_is_still_many_orders():
    assert len(read_all({"items": [order(id="A1"), order(id="A2")]})) == 2


def test_an_answer_that_is_one_page_of_several_says_so():
    first, second = read_all(search(order(id="A1"), order(id="A2"), total=150))

    assert [said.facts for said in first.warnings] == [{"count": 2, "total": 150}]
    assert second.warnings == ()


def test_one_bad_order_does_not_take_the_others_with_it():
    readings = read_all([order(id="A1"), None, 7, "x", [], {"eventType": "order.created", "entityId": 1}])

    assert [reading.kind for reading in readings] == ["live"] + ["unreadable"] * 5


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (search(), "nothing_found"),
        ([], "nothing_found"),
        (None, "not_an_order"),
        ("K8XTQ", "not_an_order"),
        (12, "not_an_order"),
        ({}, "not_an_order"),
        ({"hello": "world"}, "not_an_order"),
        (
            search({"id": 5, "name": "Blauwe mok", "price": 12.5}, {"id": 6, "name": "Bord", "price": 9}),
            "not_an_order",
        ),
        ({"eventId": "e", "eventType": "order.updated", "entityId": 103, "data": {}}, "webhook"),
        (order(paymentStatus="INCOMPLETE", availableShippingOptions=[]), "calculation"),
        (search({"statusId": "PAID", "orderStatusType": "PAYMENT_STATUS"}), "status_list"),
        ({"items": [{"statusId": "PAID", "orderStatusType": "PAYMENT_STATUS"}]}, "status_list"),
        (order(paymentStatus=GONE, cartId="6626E60A"), "basket"),
        (order(paymentStatus="INCOMPLETE"), "basket"),
        ({"errorMessage": "Order not found", "errorCode": "ORDER_NOT_FOUND"}, "error_answer"),
        ({"status": "COMPLETED", "responses": []}, "batch_answer"),
        ({"updateCount": 1}, "receipt"),
        ({"id": 20, "orderid": "XJ12H"}, "receipt"),
        ({"order_id": "K8XTQ", "lines": [], "totals": {}}, "own_format"),
        (order(paymentStatus=GONE, fulfillmentStatus=GONE), "no_payment_status"),
    ],
)
def test_what_is_no_order_is_refused_by_its_own_name(body, reason):
    assert refusal(body) == reason


def test_a_field_that_ecwid_adds_makes_an_order_nothing_else():
    live(order(cartId="6626E60A", availableShippingOptions=[], subscriptionId=4, errorMessage=None))


def test_a_body_of_absurd_depth_is_refused():
    deep: object = order()
    for _ in range(5000):
        deep = [deep]

    assert refusal(deep) == "body_too_deep"


@pytest.mark.parametrize(
    ("ids", "order_id", "number"),
    [
        ({}, "WZ7QP", "WZ7QP"),
        ({"vendorOrderNumber": "NL-0042"}, "WZ7QP", "NL-0042"),
        ({"id": GONE}, "WZ7QP", "WZ7QP"),
        ({"id": "", "vendorOrderNumber": GONE}, "501", "501"),
        ({"id": GONE, "vendorOrderNumber": "", "orderNumber": "501-x"}, "501-x", "501-x"),
        ({"id": 77}, "77", "WZ7QP"),
        ({"id": 0, "vendorOrderNumber": GONE}, "501", "501"),
        ({"vendorOrderNumber": "", "orderNumber": 0}, "WZ7QP", "WZ7QP"),
    ],
)
def test_an_order_goes_by_the_first_id_it_has(ids, order_id, number):
    read = live(order(**ids)).order

    assert (read.order_id, read.number) == (order_id, number)


NO_IDS = {"id": GONE, "vendorOrderNumber": GONE, "orderNumber": GONE}


def test_an_order_without_an_id_gets_one_made_from_what_it_says():
    first, again = live(order(**NO_IDS)), live(dict(reversed(order(**NO_IDS).items())))
    other = live(order(**NO_IDS, total=Decimal("29.96")))

    assert first.order.order_id == again.order.order_id != other.order.order_id
    assert len(first.order.order_id) == 13
    assert warnings(first) == ["id_made"]


@pytest.mark.parametrize(
    "unsafe", ["../A1", "A 1", "a/b", "-A1", "é", "A" * 65, "A1\n", "A1\x00", "A?1", "A%2F"]
)
def test_an_id_that_fits_in_no_address_is_refused_and_no_other_field_steps_in(unsafe):
    reading = read_one(order(id=f"x{unsafe}" if unsafe.endswith("\n") else unsafe))
    if unsafe == "A1\n":
        assert isinstance(reading, Live)  # White space around an id is no part of it.
    else:
        assert isinstance(reading, Unreadable)
        assert (reading.reason.key, reading.field) == ("ecwid.id_not_safe", "id")


@pytest.mark.parametrize("strange", [True, ["A1"], {"a": 1}, 1.5, -4, 10**40])
def test_an_id_that_is_no_word_is_refused(strange):
    assert refusal(order(id=strange)) == "id_not_a_text"


@pytest.mark.parametrize(
    ("dates", "placed_at"),
    [
        ({}, datetime(2026, 11, 20, 9, 15, tzinfo=UTC)),
        ({"createDate": "2026-11-20 10:15:00 +0100"}, datetime(2026, 11, 20, 9, 15, tzinfo=UTC)),
        ({"createDate": "2026-11-20T10:15:00+01:00"}, datetime(2026, 11, 20, 9, 15, tzinfo=UTC)),
        ({"createDate": GONE}, datetime(2026, 11, 20, 9, 0, tzinfo=UTC)),
        ({"createDate": "yesterday"}, datetime(2026, 11, 20, 9, 0, tzinfo=UTC)),
        ({"createDate": GONE, "createTimestamp": GONE}, NOW),
        ({"createDate": "2026-11-20 10:15:00", "createTimestamp": 10**14}, NOW),
        ({"createDate": "0001-01-01 00:00:00 +1400", "createTimestamp": -5}, NOW),
    ],
)
def test_the_moment_of_placing_is_the_stores_and_else_now(dates, placed_at):
    reading = live(order(**dates))

    assert reading.order.placed_at == placed_at
    assert ("no_date" in warnings(reading)) is (placed_at is NOW)


@pytest.mark.parametrize(
    ("lang", "locale", "said"),
    [("nl", "nl", []), (GONE, None, []), ("", None, []), ("?!", None, ["unknown_language"])],
)
def test_the_customers_language_is_kept(lang, locale, said):
    reading = live(order(lang=lang))

    assert (reading.order.locale, warnings(reading)) == (locale, said)


@pytest.mark.parametrize(
    ("email", "kept", "said"),
    [
        ("fenna@example.com", "fenna@example.com", []),
        (" fenna@example.com ", "fenna@example.com", []),
        ("", None, []),
        (GONE, None, []),
        ("fenna at example", None, ["email_left_out"]),
        ("a@b.example\r\nBcc: c@d.example", None, ["email_left_out"]),
        (5, None, ["email_left_out"]),
    ],
)
def test_an_email_address_is_one_or_is_left_out(email, kept, said):
    reading = live(order(email=email))

    assert (reading.order.customer.email, warnings(reading)) == (kept, said)


def test_downloads_for_a_customer_without_an_email_address_are_spoken_of():
    body = order(email="", items=[ebook()], subtotal=9, total=9, shippingOption=GONE)

    assert warnings(live(body)) == ["nowhere_to_send"]


def test_the_customers_words_and_the_staffs_are_kept_apart():
    read = live(order(orderComments="Graag snel\n\nDank!", privateAdminNotes="Vaste klant")).order

    assert (read.comment, read.staff_note) == ("Graag snel\n\nDank!", "Vaste klant")


def test_a_comment_of_any_length_and_any_character_is_kept_as_far_as_it_can_be():
    reading = live(order(orderComments="\x00a\ud800b" + "c" * 5000))

    assert reading.order.comment.startswith("abcc")
    assert len(reading.order.comment) == 4000
    assert warnings(reading) == ["text_mended", "text_cut"]


def test_a_telephone_number_is_whole_or_left_out():
    reading = live(order(billingPerson=GONE, shippingPerson=person(phone="1" * 60)))

    assert reading.order.customer.phone is None
    assert warnings(reading) == ["phone_left_out"]


@pytest.mark.parametrize("said", ["isPreorder", "hidden"])
def test_what_staff_should_know_is_said(said):
    body = order(items=[mug(isPreorder=True)]) if said == "isPreorder" else order(hidden=True)

    assert warnings(live(body)) == ["preorder" if said == "isPreorder" else "hidden"]


@pytest.mark.parametrize("empty", [[], {}, "", None])
def test_an_empty_field_says_nothing_however_it_is_written(empty):
    body = order(
        handlingFee=empty,
        customSurcharges=empty,
        extraFields=empty,
        loyalty=empty,
        billingPerson=empty,
        refunds=empty,
    )

    assert warnings(live(body)) == []


def test_no_sentence_holds_the_customers_data():
    body = order(
        email="fenna(at)example",
        billingPerson=person(countryCode="Prinsengracht"),
        privateAdminNotes="N" * 5000,
        lang="fenna@example.com",
        shippingPerson=person(phone="+31" * 30, name="Fenna " * 60),
    )

    said = " ".join(str(sentence.facts) for sentence in live(body).warnings)
    assert all(word not in said for word in ("fenna(at)", "Prinsengracht", "NNN", "+31+31", "Hoekstra"))


def test_a_name_loses_the_characters_that_nothing_can_keep():
    reading = live(order(items=[mug(name="Bl\x00au\ud800we \x1b mok\u2028!")]))

    assert reading.order.lines[0].name == "Blauwe mok !"
    assert warnings(reading) == ["text_mended"]


def test_a_link_in_the_wrong_place_is_not_repeated():
    reading = read_one(order(paymentStatus="https://shop.example.com/?token=secret"))

    assert isinstance(reading, Unreadable)
    assert reading.reason.facts == {"value": "…"}
