"""Every string of the corpus through the command line: files in bulk, fields as options and as JSON."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from orders.errors import OrderUnreadable
from starter.cli.fields import read_fields
from starter.cli.running import CliError
from tests import command_line
from tests.bad_input.bodies import COMMAND_FIELDS, ORDER_FIELDS, a_full_command, a_full_order
from tests.bad_input.corpus import CORPUS, path, put, share
from tests.bad_input.crowded import crowded
from tests.command_line import Ran
from tests.house import House
from tests.sample_orders import an_order


async def run(house: House, *words: str) -> Ran:
    return await command_line.run(*words, environment=command_line.NO_SYSTEM | house.environment())


def is_plain(text: str) -> bool:
    """Whether it does nothing to a terminal."""
    return all(character == "\n" or character.isprintable() for character in text)


async def test_a_file_with_every_string_places_each_order_or_names_its_field(
    house: House, tmp_path: Path
) -> None:
    orders, _ = crowded(CORPUS)
    strings = share(0, 5)
    ways = [ORDER_FIELDS[number % len(ORDER_FIELDS)] for number in range(len(strings))]
    bodies = [put(a_full_order(), way, bad.text) for way, bad in zip(ways, strings, strict=True)]
    file = tmp_path / "orders.json"
    file.write_text(json.dumps([order.body for order in orders] + bodies))
    ran = await run(house, "place", str(file), "--json")
    results = json.loads(ran.out)["orders"]

    wrong = [
        f"{result} · {held}"
        for (_, held), result in zip(orders, results, strict=False)
        if result["outcome"] != "new"
    ]
    for way, bad, result in zip(ways, strings, results[len(orders) :], strict=True):
        # A sum that does not add up names the sums; a store nobody knows is named by itself.
        named = any(
            word in result["detail"] for word in (path(way), "totals.", "There is no store", "another")
        )
        if result["outcome"] not in ("new", "known") and not named:
            wrong.append(f"{result} · {path(way)} · {bad}")
    assert wrong == []
    assert ran.code == 1
    assert sum(result["outcome"] == "new" for result in results[len(orders) :]) > len(strings) / 4


async def test_a_file_of_strings_that_no_field_takes_is_refused_order_by_order(
    house: House, tmp_path: Path
) -> None:
    _, refused = crowded(CORPUS)
    file = tmp_path / "orders.json"
    file.write_text(json.dumps([put(a_full_order(), ("comment",), bad.text) for bad in refused]))
    ran = await run(house, "place", str(file), "--json")

    assert {result["outcome"] for result in json.loads(ran.out)["orders"]} == {"refused"}
    assert ran.code == 1


async def test_the_tables_for_people_hold_nothing_that_a_terminal_obeys(house: House, tmp_path: Path) -> None:
    bodies = [order.body for order in crowded(CORPUS)[0]]
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(bodies))
    placed = await run(house, "place", str(file))
    listed = await run(house, "list", "--limit", "200")
    shown = [await run(house, "show", body["order_id"]) for body in bodies[3:30:9]]

    assert all(is_plain(ran.out) for ran in (placed, listed, *shown))
    assert len(listed.out.splitlines()) > 50
    assert all("Prinsengracht" in ran.out or "1016" in ran.out or ran.code for ran in shown)


def said(type_: str, options: dict[str, Any], lines: list[str] | None, given: str | None) -> str | None:
    """What is wrong with how these words are read: nothing, or the error."""
    try:
        read_fields(type_, options, lines, given)
    except (CliError, OrderUnreadable):
        return None
    except Exception as bug:
        return f"{bug!r:.100}"
    return None


def test_every_string_as_an_option_or_in_json_is_read_or_refused_with_a_sentence() -> None:
    wrong = []
    for type_, way in COMMAND_FIELDS:
        for bad in CORPUS:
            body = put(a_full_command(type_), way, bad.text)
            del body["type"]
            if way[0] == "lines":
                lines, options = [bad.text], {name: body[name] for name in body if name != "lines"}
            else:
                lines, options = None, {name: value for name, value in body.items() if name != "lines"}
            for found in (said(type_, options, lines, None), said(type_, {}, None, json.dumps(body))):
                if found:
                    wrong.append(f"{found} · {type_}.{path(way)} · {bad}")
    wrong += [f"{found} · {bad}" for bad in CORPUS if (found := said("hold", {}, None, bad.text))]
    wrong += [f"{found} · {bad}" for bad in CORPUS if (found := said(bad.text, {}, None, None))]

    assert wrong == []


@pytest.mark.parametrize(
    "reason",
    [
        "\x1b[2J",
        "[bold red]x[/]",
        "=?utf-8?q?a=0D=0ABcc:_x?=",
        "'; DROP TABLE orders; --",
        "Zoë 👩‍🚀 \u202e",
        "--help",
    ],
)
async def test_a_command_of_any_words_is_carried_out_or_refused_in_a_sentence(
    house: House, reason: str
) -> None:
    order_id = await house.paid(an_order())
    ran = await run(house, "send", order_id, "hold", f"--reason={reason}")

    assert ran.code in (0, 1)
    assert is_plain(ran.out + ran.err)
    holds = [hold["reason"] for hold in (await house.show(order_id))["holds"]]
    assert holds == ([reason] if ran.code == 0 else [])


async def test_words_that_are_no_utf_8_are_refused_in_a_sentence(house: House) -> None:
    order_id = await house.paid(an_order())
    ran = await run(house, "send", order_id, "hold", os.fsdecode(b'{"reason": "\xff\xfe"}'))

    assert ran.code == 1
