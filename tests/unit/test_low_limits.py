"""Low limits: what an order says of the shop's stock, and with how many left the shop is told."""

import pytest

from db.fingerprint import fingerprint
from orders.errors import OrderUnreadable
from orders.order import Order
from orders.store import StoreSettings
from starter import arrivals
from starter.arrivals import Foreign
from tests.ecwid_orders import GONE, ebook, history, live, mug, order
from tests.sample_orders import BOOK, MUG, an_order


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"quantityInStock": 4}, 4),
        ({"quantityInStock": 0}, 0),
        ({"quantityInStock": -3}, 0),
        ({"quantityInStock": 4.0}, 4),
        ({"quantityInStock": "4"}, 4),
        ({"quantityInStock": 1_000_000_000}, 1_000_000_000),
        ({"quantityInStock": 1_000_000_001}, None),
        ({"quantityInStock": 10**400}, None),
        ({"quantityInStock": 4.5}, None),
        ({"quantityInStock": True}, None),
        ({"quantityInStock": "many"}, None),
        ({"quantityInStock": [4]}, None),
        ({"quantityInStock": None}, None),
        ({}, None),
        ({"quantityInStock": 4, "trackQuantity": False}, None),
        ({"quantityInStock": 4, "trackQuantity": GONE}, None),
        ({"quantityInStock": 4, "trackQuantity": "perhaps"}, None),
    ],
)
def test_what_ecwid_has_left_of_a_product_is_read_where_it_is_counted(
    given: dict[str, object], left: int | None
) -> None:
    reading = live(order(items=[mug(**{"trackQuantity": True, **given})]))

    assert reading.order.lines[0].stock_left == left
    assert reading.warnings == ()


def test_what_is_left_of_a_download_refuses_no_order() -> None:
    reading = live(order(items=[ebook(trackQuantity=True, quantityInStock=4)]))
    of_ours = Order.model_validate(an_order({**BOOK, "stock_left": 4}))

    assert reading.order.lines[0].stock_left == 4
    assert of_ours.lines[0].stock_left == 4


def test_the_same_ecwid_order_with_another_count_is_the_same_order() -> None:
    readings = [
        live(order(items=[mug(**given)]))
        for given in ({}, *({"trackQuantity": True, "quantityInStock": left} for left in (5, 2)))
    ]

    assert len({fingerprint(Foreign.of(each).mark()) for each in readings}) == 1


def test_an_order_of_the_past_tells_its_count_too() -> None:
    reading = history(
        order(items=[mug(trackQuantity=True, quantityInStock=2)], fulfillmentStatus="DELIVERED")
    )

    assert reading.order.lines[0].stock_left == 2


def test_a_line_is_written_with_its_count_only_where_it_has_one() -> None:
    without, with_none, with_some = (
        Order.model_validate(an_order({**MUG, **more}, order_id="SAME", number="1"))
        for more in ({}, {"stock_left": None}, {"stock_left": 0})
    )

    assert "stock_left" not in without.model_dump(mode="json")["lines"][0]
    assert without.model_dump(mode="json")["lines"] == with_none.model_dump(mode="json")["lines"]
    for written in (
        with_some.model_dump(mode="json"),
        with_some.model_dump(mode="json", exclude_defaults=True),
    ):
        assert written["lines"][0]["stock_left"] == 0


@pytest.mark.parametrize("left", [-1, 1_000_000_001, "4", 4.5, True])
def test_a_count_that_is_none_is_refused_by_its_field(left: object) -> None:
    with pytest.raises(OrderUnreadable) as refused:
        arrivals.read(an_order({**MUG, "stock_left": left}))

    assert refused.value.problems[0][0] == "lines.0.stock_left"


def test_a_product_s_own_limit_goes_before_the_general_one() -> None:
    settings = StoreSettings(low_limit=5, low_limits={"MUG": 0})

    assert [settings.limit_of(sku) for sku in ("MUG", "POT")] == [0, 5]


def test_without_a_general_limit_the_shop_is_told_of_the_named_ones_alone() -> None:
    settings = StoreSettings(low_limits={"MUG": 2})

    assert [settings.limit_of(sku) for sku in ("MUG", "POT")] == [2, None]


@pytest.mark.parametrize(
    ("settings", "has_limits"),
    [({}, False), ({"low_limit": 0}, True), ({"low_limits": {"MUG": 0}}, True)],
)
def test_a_store_has_limits_where_one_is_set(settings: dict[str, object], has_limits: bool) -> None:
    assert StoreSettings.model_validate(settings).has_limits is has_limits
