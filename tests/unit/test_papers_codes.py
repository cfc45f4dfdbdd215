"""The codes on papers: drawn by us, read back by a reader of other people's."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.code128 import NotInCode128, widths
from documents.marks import QUIET_MODULES, QUIET_SQUARES, bars, squares
from documents.parcel_code import ParcelCode, parcel_code_in
from tests.paper_reading import BARS, SQUARES, scanned

RUNS = re.compile(r"M(\d+) (\d+)h(\d+)v1")


def read(svg: bytes, width: int, *, dots: int = 3) -> set[tuple[str, str]]:
    """What a reader sees in a drawing of ours, every module so many dots wide."""
    height = int(re.findall(rb'height="(\d+)"', svg)[0])
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    for x, y, length in RUNS.findall(svg.decode()):
        rows[int(y)][int(x) : int(x) + int(length)] = bytes(int(length))
    tall = 60 if height == 1 else dots
    wide = [bytes(dot for dot in row for _ in range(dots)) for row in rows]
    return scanned(b"".join(row * tall for row in wide), width * dots, height * tall)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_what_is_written_as_bars_is_read_back_from_them(text: str) -> None:
    svg, width = bars(text)

    assert read(svg, width) == {(BARS, text)}


@pytest.mark.parametrize(
    "text", ["1", "12", "123", "1234", "A1234567", "12345A", "a/000123456/1", "99999999"]
)
def test_runs_of_digits_take_half_the_room_and_are_read_back(text: str) -> None:
    svg, width = bars(text)

    assert read(svg, width) == {(BARS, text)}


def test_eight_digits_are_no_wider_than_four_letters() -> None:
    assert sum(widths("12345678")) == sum(widths("ABCD"))


@pytest.mark.parametrize("text", ["", "é", "a\n", "\x7f", "日"])
def test_what_code_128_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(NotInCode128):
        widths(text)


@pytest.mark.parametrize("code", [ParcelCode("a", "1", "1"), ParcelCode("s" * 40, "X" * 64, "9" * 20)])
def test_squares_hold_the_whole_code_however_long(code: ParcelCode) -> None:
    svg, width = squares(str(code))

    assert read(svg, width) == {(SQUARES, str(code))}


def test_both_codes_bring_the_white_around_them() -> None:
    for svg, quiet in ((bars("K8XTQ")[0], QUIET_MODULES), (squares("K8XTQ")[0], QUIET_SQUARES)):
        assert min(int(x) for x, _, _ in RUNS.findall(svg.decode())) == quiet


def test_a_scanned_label_names_its_parcel() -> None:
    assert parcel_code_in(" default/K8XTQ/1\n") == ParcelCode("default", "K8XTQ", "1")
    assert parcel_code_in(str(ParcelCode("shop-2", "a.b_c-D", "2"))) == ParcelCode("shop-2", "a.b_c-D", "2")


@pytest.mark.parametrize(
    "scanned",
    ["", "8712345678906", "default/K8XTQ", "default/K8XTQ/1/2", "Default/K8XTQ/1", "a/../1", "a/b/1\n2"],
)
def test_what_is_no_label_of_ours_names_none(scanned: str) -> None:
    assert parcel_code_in(scanned) is None
