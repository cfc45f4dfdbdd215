"""Lists of tracking numbers, as people paste them and as spreadsheets save them."""

import pytest

from db.bulk import MOST_ORDERS
from starter.bulk_list import LONGEST_LINE, decoded, understood


@pytest.mark.parametrize(
    "line",
    [
        "1042\t3SABC123\tpostnl",
        "1042;3SABC123;postnl",
        "1042,3SABC123,postnl",
        "1042 3SABC123 postnl",
        "  1042   3SABC123   postnl  ",
        "#1042\t3SABC123\tpostnl",
        '"1042","3SABC123","postnl"',
        '="1042";="3SABC123";postnl',
        "'1042\t'3SABC123\tpostnl",
        "1042\u200b\t\u202a3SABC123\u202c\tpostnl",
        "\ufeff1042\t3SABC123\tpostnl",
        "1042\t3SABC123\tpostnl\t\t",
        "tracking number,carrier,order\n3SABC123,postnl,1042",
        "Bestelnummer;Klant;Track & Trace;Vervoerder\r\n1042;Sanne;3SABC123;postnl\r\n",
        "Name,Created at,Tracking Number,Tracking company\n#1042,2026,3SABC123,postnl",
    ],
)
def test_an_order_its_number_and_its_carrier_are_read(line: str) -> None:
    found = understood(line)

    assert found.unread == ()
    assert [(each.order, each.tracking_number, each.carrier) for each in found.entries] == [
        ("1042", "3SABC123", "postnl")
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('1042\t=HYPERLINK("http://x","3S")', "no_tracking_number"),
        ("1042\t=1+1", "no_tracking_number"),
        ("1042\t+31612345678", "no_tracking_number"),
        ("1042\t@SUM(A1)", "no_tracking_number"),
        ("1042\t-3", "no_tracking_number"),
        ("1042\t<img src=x onerror=alert(1)>", "no_tracking_number"),
        ("1042\t📦", "no_tracking_number"),
        (f"1042\t{'3' * 61}", "no_tracking_number"),
        ("1042\t3,40434E+14", "shortened"),
        ("1042;3.40434E+14;dhl", "shortened"),
        ("1042", "no_tracking"),
        ("1042;;postnl", "no_tracking"),
        (";3SABC", "no_order"),
        ("#;3SABC", "no_order"),
        ("1042\t3SABC\t=cmd|'/c calc'!A1", "no_carrier"),
        ("1042\t3SABC\t<b>", "no_carrier"),
        (f"1042 {'x' * LONGEST_LINE}", "too_long"),
        ('"1042\t3S"ABC', "no_tracking"),
    ],
)
def test_a_line_that_is_no_entry_says_why(line: str, why: str) -> None:
    found = understood(line)

    assert found.entries == ()
    assert [each.problem.key for each in found.unread] == [f"bulk.list.{why}"]


def test_lines_that_say_nothing_are_passed_over_and_counted() -> None:
    found = understood("\n\r\n ; ,\t\r1042 3SABC\n\n1043")

    assert [(each.line, each.order) for each in found.entries] == [(4, "1042")]
    assert [each.line for each in found.unread] == [6]


def test_a_comma_inside_a_quoted_cell_ends_no_cell() -> None:
    found = understood('order,customer,tracking\n1042,"Vries, de",3SABC')

    assert [(each.order, each.tracking_number) for each in found.entries] == [("1042", "3SABC")]


def test_a_file_after_a_pasted_list_may_name_its_own_columns() -> None:
    found = understood("1042 3SA\nTracking number;Order\n3SB;1043")

    assert found.unread == ()
    assert [(each.order, each.tracking_number) for each in found.entries] == [
        ("1042", "3SA"),
        ("1043", "3SB"),
    ]


def test_an_order_alone_is_enough_where_no_numbers_are_wanted() -> None:
    found = understood("order;customer\n1042;Sanne\n\n1043", with_numbers=False)

    assert [(each.order, each.tracking_number) for each in found.entries] == [("1042", None), ("1043", None)]


def test_the_same_line_twice_counts_once_and_another_number_for_the_same_order_is_told() -> None:
    found = understood("1042 3SA\n1042 3SA\n1042 3SB")

    assert [each.tracking_number for each in found.entries] == ["3SA"]
    assert [(each.line, each.problem.facts["line"]) for each in found.unread] == [(3, 1)]


def test_a_list_ends_where_a_job_does() -> None:
    found = understood("\n".join(f"{number} 3S{number}" for number in range(MOST_ORDERS + 5)))

    assert len(found.entries) == MOST_ORDERS
    assert [each.problem.key for each in found.unread] == ["bulk.list.too_many"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_as_its_spreadsheet_wrote_it(encoding: str) -> None:
    assert decoded("1042;café".encode(encoding)) == "1042;café"


def test_bytes_that_are_no_text_break_nothing() -> None:
    assert understood(decoded(bytes(range(256)) * 20)).entries == ()
