"""A pick list: the same articles together, in the order people walk."""

import pytest

from orders.order import Line
from orders.pick_list import PickRow, Wanted, by_shelf, pick_list


def line(sku: str, location: str = "", line_id: str = "1", options: tuple[str, ...] = ()) -> Line:
    return Line.model_validate(
        {
            "line_id": line_id,
            "kind": "physical",
            "sku": sku,
            "name": sku.title(),
            "quantity": 5,
            "unit_price": "1.00",
            "location": location,
            "options": options,
        }
    )


def listed(*orders: Wanted) -> list[PickRow]:
    return list(pick_list(orders))


def test_the_same_article_of_two_orders_is_one_row_that_says_what_is_for_whom() -> None:
    mug = line("MUG", "A-1")

    (row,) = listed(Wanted("s", "K1", "1001", ((mug, 2),)), Wanted("s", "K2", "1002", ((mug, 3),)))

    assert row.quantity == 5
    assert [(share.number, share.quantity) for share in row.shares] == [("1001", 2), ("1002", 3)]


def test_the_same_article_with_other_options_is_a_row_of_its_own() -> None:
    plain, wrapped = line("MUG", "A-1"), line("MUG", "A-1", "2", ("Gift wrap",))

    rows = listed(Wanted("s", "K1", "1001", ((plain, 1), (wrapped, 1))))

    assert [row.options for row in rows] == [(), ("Gift wrap",)]


def test_rows_stand_as_people_walk() -> None:
    shelves = ("", "B-1", "A-10", "A-2", "a-2-1")
    lines = tuple((line(f"S{place}", shelf), 1) for place, shelf in enumerate(shelves))

    rows = listed(Wanted("s", "K1", "1001", lines))

    assert [row.location for row in rows] == ["A-2", "a-2-1", "A-10", "B-1", ""]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("A-2", "", ""), ("A-10", "", "")),
        (("A-1", "SKU-9", ""), ("A-1", "SKU-10", "")),
        (("A-1", "x", "Bowl"), ("A-1", "x", "Mug")),
        (("Z-99", "", ""), ("", "", "")),
    ],
)
def test_one_comes_before_the_other(first: tuple[str, str, str], second: tuple[str, str, str]) -> None:
    assert by_shelf(*first) < by_shelf(*second)
