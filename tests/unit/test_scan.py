"""A scan at the packing table, as a table: what was typed, what it means, what is counted."""

import pytest

from orders.scan import Expected, Verdict, is_same_code, scan

MUG = Expected(line_id="mug", sku="MUG-BLUE", barcode="2000000001012", wanted=2)
PLATE = Expected(line_id="plate", sku="PLATE", barcode="0012345678905", wanted=1, counted=1)
SCREWS = Expected(line_id="screws", sku="M4*20", wanted=500, counted=3)
WRAP = Expected(line_id="wrap", wanted=1)
WRAPPED_MUG = Expected(line_id="wrapped", sku="mug-blue", wanted=3)
BOX = (MUG, PLATE, SCREWS, WRAP)


@pytest.mark.parametrize(
    ("typed", "verdict", "counted"),
    [
        ("MUG-BLUE", Verdict.COUNTED, {"mug": 1}),
        ("mug-blue", Verdict.COUNTED, {"mug": 1}),
        ("  MUG-BLUE\n", Verdict.COUNTED, {"mug": 1}),
        ("\uff2d\uff35\uff27-BLUE", Verdict.COUNTED, {"mug": 1}),
        ("2000000001012", Verdict.COUNTED, {"mug": 1}),
        ("02000000001012", Verdict.COUNTED, {"mug": 1}),
        ("2*MUG-BLUE", Verdict.COUNTED, {"mug": 2}),
        ("2 × mug-blue", Verdict.COUNTED, {"mug": 2}),
        ("2*2000000001012", Verdict.COUNTED, {"mug": 2}),
        ("3*MUG-BLUE", Verdict.TOO_MANY, {}),
        ("0*MUG-BLUE", Verdict.UNKNOWN, {}),
        ("99999*MUG-BLUE", Verdict.UNKNOWN, {}),
        ("PLATE", Verdict.TOO_MANY, {}),
        ("12345678905", Verdict.TOO_MANY, {}),
        ("M4*20", Verdict.COUNTED, {"screws": 1}),
        ("497*M4*20", Verdict.COUNTED, {"screws": 497}),
        ("498*M4*20", Verdict.TOO_MANY, {}),
        ("#4", Verdict.COUNTED, {"wrap": 1}),
        ("2*#4", Verdict.TOO_MANY, {}),
        ("#5", Verdict.UNKNOWN, {}),
        ("#0", Verdict.UNKNOWN, {}),
        ("SAUCER", Verdict.UNKNOWN, {}),
        ("MUG", Verdict.UNKNOWN, {}),
        ("", Verdict.NOTHING, {}),
        (" \t", Verdict.NOTHING, {}),
        ("2*", Verdict.UNKNOWN, {}),
        ("x" * 10_000, Verdict.UNKNOWN, {}),
    ],
)
def test_a_scan_means(typed: str, verdict: Verdict, counted: dict[str, int]) -> None:
    scanned = scan(typed, BOX)

    assert scanned.verdict is verdict
    assert {each.line_id: each.quantity for each in scanned.counts} == counted


def test_an_article_on_two_lines_fills_the_first_one_first() -> None:
    scanned = scan("4*MUG-BLUE", (MUG, WRAPPED_MUG))

    assert [(each.line_id, each.quantity) for each in scanned.counts] == [("mug", 2), ("wrapped", 2)]
    assert scan("6*MUG-BLUE", (MUG, WRAPPED_MUG)).verdict is Verdict.TOO_MANY


def test_a_line_without_a_code_is_met_by_no_scan() -> None:
    assert not WRAP.has_code
    assert scan("", (WRAP,)).counts == ()
    assert scan("WRAP", (WRAP,)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("012345678905", "0012345678905", True),
        ("12345670", "00000012345670", True),
        ("1234567", "01234567", False),
        ("A-001", "A-1", False),
        ("", "", False),
        ("straße", "STRASSE", True),
    ],
)
def test_codes_are_the_same_to_a_scanner(one: str, other: str, same: bool) -> None:
    assert is_same_code(one, other) is same
