"""How the goods reach the customer, and where."""

import pytest

from orders.order import FulfillmentMethod as Method
from starter.ecwid import UNKNOWN_ADDRESS, Unreadable
from tests.ecwid_orders import GONE, ebook, history, live, order, person, read_one, refusal, warnings


def option(**fields):
    return {"shippingMethodName": "Iets", "shippingRate": 4.95} | fields


@pytest.mark.parametrize(
    ("shipping_option", "method"),
    [
        (option(fulfillmentType="SHIPPING"), Method.SHIPPING),
        (option(fulfillmentType="PICKUP"), Method.PICKUP),
        (option(fulfillmentType="DELIVERY"), Method.LOCAL_DELIVERY),
        (option(fulfillmentType="pickup"), Method.PICKUP),
        (option(fulfillmentType=" Delivery "), Method.LOCAL_DELIVERY),
        (option(fulfilmentType="DELIVERY"), Method.LOCAL_DELIVERY),
        (option(FulfillmentType="pickup"), Method.PICKUP),
        (option(fulfillmentType="", isPickup=True), Method.PICKUP),
        (option(fulfillmentType=None, isPickup=False), Method.SHIPPING),
        (option(isPickup=True), Method.PICKUP),
        (option(isPickup="true"), Method.PICKUP),
        (option(isPickup=False), Method.SHIPPING),
        (option(isPickup=False, pickupInstruction=""), Method.SHIPPING),
    ],
)
def test_the_method_is_what_the_option_names(shipping_option, method):
    reading = live(order(shippingOption=shipping_option))

    assert reading.order.method is method
    assert warnings(reading) == []


@pytest.mark.parametrize(
    ("shipping_option", "method", "said"),
    [
        (option(), Method.SHIPPING, "taken_as_shipping"),
        (option(pickupInstruction="<p>Bel aan</p>"), Method.PICKUP, "taken_as_pickup"),
        (option(fulfillmentType="SHIPPING", isPickup=True), Method.SHIPPING, "pickup_or_not"),
        (option(fulfillmentType="PICKUP", isPickup=False), Method.PICKUP, "pickup_or_not"),
        (GONE, Method.SHIPPING, "no_shipping_option"),
        (None, Method.SHIPPING, "no_shipping_option"),
        ({}, Method.SHIPPING, "no_shipping_option"),
        ([], Method.SHIPPING, "no_shipping_option"),
    ],
)
def test_a_method_that_was_not_named_is_taken_with_a_warning(shipping_option, method, said):
    reading = live(order(shippingOption=shipping_option))

    assert reading.order.method is method
    assert said in warnings(reading)


def test_a_method_nobody_knows_is_refused_by_name():
    reading = read_one(order(shippingOption=option(fulfillmentType="DRONE")))

    assert isinstance(reading, Unreadable)
    assert reading.reason.facts == {"value": "DRONE"}
    assert reading.field == "shippingOption.fulfillmentType"


def test_two_methods_in_two_spellings_are_refused():
    both = option(fulfillmentType="PICKUP", fulfilmentType="SHIPPING")

    assert refusal(order(shippingOption=both)) == "two_fulfillment_types"


@pytest.mark.parametrize("kind", ["SHIPPING", "DELIVERY"])
@pytest.mark.parametrize("nobody", [GONE, None, {}, {"name": "", "street": ""}])
def test_goods_that_travel_to_nobody_are_refused_and_the_payer_is_not_used(kind, nobody):
    body = order(shippingPerson=nobody, shippingOption=option(fulfillmentType=kind))

    assert refusal(body) == "no_shipping_address"


@pytest.mark.parametrize(
    ("lacking", "field"),
    [
        ({"street": " "}, "street"),
        ({"countryCode": ""}, "countryCode"),
        ({"countryCode": "Holland"}, "countryCode"),
    ],
)
def test_a_delivery_address_that_lacks_a_part_is_refused_naming_it(lacking, field):
    reading = read_one(order(shippingPerson=person(**lacking)))

    assert isinstance(reading, Unreadable)
    assert reading.reason.facts == {"field": field}
    assert reading.field == f"shippingPerson.{field}"


def test_a_pickup_needs_no_address():
    pickup = option(isPickup=True)
    reading = live(order(shippingPerson={"name": "Fenna Hoekstra"}, shippingOption=pickup))

    assert reading.order.shipping_address is None
    assert warnings(reading) == []


def test_downloads_alone_need_neither_method_nor_address():
    body = order(items=[ebook()], subtotal=9, total=9, shippingOption=GONE, shippingPerson=GONE)
    reading = live(body)

    assert (reading.order.fulfillment, reading.order.shipping_address) == (None, None)
    assert warnings(reading) == []


def test_an_address_is_read_line_by_line():
    address = live(
        order(shippingPerson=person(countryCode="nl", companyName="Hoekstra BV"))
    ).order.shipping_address

    assert address is not None
    assert address.lines == ("Oosterkade 14", "2 hoog")
    assert (address.name, address.company, address.country) == ("Fenna Hoekstra", "Hoekstra BV", "NL")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "Fenna Hoekstra"),
        ({"name": ""}, "Fenna Hoekstra"),
        ({"name": GONE, "firstName": GONE}, "Hoekstra"),
        ({"name": "", "firstName": "", "lastName": "", "companyName": "Hoekstra BV"}, "Hoekstra BV"),
    ],
)
def test_a_person_is_called_by_the_best_name_there_is(given, name):
    assert live(order(billingPerson=person(**given))).order.customer.name == name


def test_without_a_payer_the_one_who_receives_is_the_customer():
    customer = live(order(billingPerson=GONE)).order.customer

    assert (customer.name, customer.phone) == ("Fenna Hoekstra", "+31301234567")


def test_a_street_of_many_lines_loses_none_of_its_words():
    street = "\n".join(f"regel {n}" for n in range(1, 10))
    address = live(order(shippingPerson=person(street=street))).order.shipping_address

    assert address is not None
    assert ", ".join(address.lines).split(", ") == street.split("\n")


def test_half_a_billing_address_is_left_out_with_a_warning():
    reading = live(order(billingPerson=person(countryCode="")))

    assert reading.order.billing_address is None
    assert "address_left_out" in warnings(reading)


def test_pickup_instructions_lose_their_html_and_keep_their_lines():
    html = (
        "<p><strong>Winkel</strong></p><p>Kade&nbsp;3 &amp; 5<br>open 9&ndash;17</p><script>alert(1)</script>"
    )
    fulfillment = live(order(shippingOption=option(isPickup=True, pickupInstruction=html))).order.fulfillment

    assert fulfillment is not None
    assert fulfillment.instructions == "Winkel\nKade 3 & 5\nopen 9–17"


@pytest.mark.parametrize(
    "wish",
    [
        {"pickupTime": "2026-11-25 14:00:00 +0000"},
        {"extraFields": {"ecwid_order_pickup_time": "2026-11-25 14:00:00 +0000"}},
        {"extraFields": {"ecwid_order_delivery_time_interval_start": "2026-11-25T14:00:00Z"}},
    ],
)
def test_a_moment_the_customer_chose_is_said(wish):
    assert "wished_time" in warnings(live(order(**wish)))


def test_a_past_order_stays_in_the_list_though_nobody_knows_where_it_went():
    reading = history(order(fulfillmentStatus="SHIPPED", shippingPerson=GONE))

    assert reading.order.shipping_address == UNKNOWN_ADDRESS
    assert "past_without_address" in warnings(reading)
