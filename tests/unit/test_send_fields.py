"""The fields of a command, read from the options of `pakhuis send`."""

import inspect
from decimal import Decimal

import pytest

from orders.commands import Command, Packed, Payment, Quantity, Reissue, Shipped
from orders.errors import OrderUnreadable
from starter.cli import orders
from starter.cli.fields import read_fields, read_line
from starter.cli.running import CliError


def test_options_become_the_fields_of_the_command():
    options = {"parcel": "1", "weight_grams": 780, "command_id": "pack-1"}

    command = read_fields("packed", options, ["1=2", "a.b=10"], None)

    assert command == Packed(
        command_id="pack-1",
        parcel="1",
        lines=(Quantity(line_id="1", quantity=2), Quantity(line_id="a.b", quantity=10)),
        weight_grams=780,
    )


def test_an_amount_stays_the_decimal_that_was_typed():
    command = read_fields("payment", {"status": "paid", "amount": "63.95"}, None, None)

    assert command == Payment(status="paid", amount=Decimal("63.95"))


def test_a_type_may_be_written_with_dashes():
    assert read_fields("ready-for-pickup", {}, None, None).type == "ready_for_pickup"


def test_fields_may_come_as_one_json_object_with_a_command_id_beside_it():
    command = read_fields(
        "shipped", {"command_id": "s1"}, None, '{"tracking_number": "3S1", "notify": false}'
    )

    assert command == Shipped(command_id="s1", tracking_number="3S1", notify=False)


@pytest.mark.parametrize("text", ["1", "=2", "1=", "1=-2", "1=two", "1=2.5", ""])
def test_a_line_that_is_no_line_is_refused_with_an_example(text):
    with pytest.raises(CliError) as refused:
        read_line(text)

    assert refused.value.sentence.key == "cli.error.line_unreadable"


@pytest.mark.parametrize(
    ("type_", "options", "lines", "given", "key"),
    [
        ("shiped", {}, None, None, "cli.error.unknown_type"),
        ("packed", {"parcel": "1"}, None, "{}", "cli.error.fields_twice"),
        ("packed", {}, ["1=1"], "{}", "cli.error.fields_twice"),
        ("packed", {}, None, "{", "cli.error.not_json"),
        ("packed", {}, None, "[]", "cli.error.not_an_object"),
        ("packed", {}, None, '{"type": "shipped"}', "cli.error.other_type"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence_of_its_own(type_, options, lines, given, key):
    with pytest.raises(CliError) as refused:
        read_fields(type_, options, lines, given)

    assert refused.value.sentence.key == key


@pytest.mark.parametrize(
    ("type_", "options", "field"),
    [
        ("picked", {"tracking_number": "3S1"}, "tracking_number"),
        ("payment", {"status": "stolen"}, "status"),
        ("payment", {"status": "paid", "amount": "-1"}, "amount"),
        ("labelled", {"carrier": "postnl"}, "tracking_number"),
        ("packed", {"command_id": "no blanks please"}, "command_id"),
    ],
)
def test_a_wrong_field_is_named(type_, options, field):
    with pytest.raises(OrderUnreadable) as refused:
        read_fields(type_, options, None, None)

    assert refused.value.problems[0][0] == field


def test_every_field_of_every_command_has_its_option():
    fields = {name for model in Command.__args__ for name in model.model_fields} - {"type", "lines"}

    options = set(inspect.signature(orders.send).parameters)

    assert fields <= options
    assert {"line", "fields", "command_id"} <= options
    assert isinstance(read_fields("reissue", {"line_id": "2"}, None, None), Reissue)
