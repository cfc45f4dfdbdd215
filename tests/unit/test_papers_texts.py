"""Text on papers: what is shown of it, what is replaced, and where it ends."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.addresses import address_lines
from documents.fonts import FOLDER, code_points, covered
from documents.texts import LONGEST_WORD, breakable, cut, fitted, is_substituted, lines_of
from orders.order import Address


@pytest.mark.parametrize(
    "text",
    [
        "Zoë Þórsdóttir-Łukasz",
        "Ωμέγα",
        "Щука",
        "שרה כהן",
        "محمد علي",
        "สมชาย",
        "€ 12,50 × 3 – „ja”",
        "'\"<>&#$\\",
    ],
)
def test_what_the_fonts_have_is_shown_as_it_is(text: str) -> None:
    assert fitted(text) == text
    assert not is_substituted(fitted(text))


def test_a_letter_and_its_accent_become_one() -> None:
    assert fitted("Zoe\u0308") == "Zoë"


@pytest.mark.parametrize(("text", "shown"), [("山田 Yuki", "\ufffd\ufffd Yuki"), ("ok 😀!", "ok \ufffd!")])
def test_every_character_without_a_glyph_is_replaced_and_none_is_dropped(text: str, shown: str) -> None:
    assert fitted(text) == shown
    assert is_substituted(shown)


@pytest.mark.parametrize("sign", ["\u202e", "\u202a", "\u2066", "\u2069", "\ufeff", "\ufe0f", "\u00ad"])
def test_signs_that_turn_or_hide_text_are_left_out(sign: str) -> None:
    assert fitted(f"a{sign}b") == "ab"


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\t", "  ", "\u2028", "\x85", "\xa0"])
def test_a_name_stays_on_one_line(gap: str) -> None:
    assert fitted(f" Sanne{gap}de Vries ") == "Sanne de Vries"


def test_a_text_that_is_too_long_ends_in_an_ellipsis() -> None:
    assert fitted("x" * 10_000, 300) == "x" * 299 + "…"
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 5) == "abcd…"


def test_no_text_ends_in_half_a_letter() -> None:
    assert cut("abqx\u0302\u0302z", 6) == "abq…"


def test_longer_words_may_break_and_shorter_ones_may_not() -> None:
    assert breakable("x" * LONGEST_WORD) == "x" * LONGEST_WORD
    assert breakable("x" * 45).replace("\u200b", "") == "x" * 45
    assert max(len(part) for part in breakable("x" * 45).split("\u200b")) <= LONGEST_WORD


@given(st.text(max_size=200))
def test_whatever_comes_every_character_of_it_has_a_glyph_or_is_invisible(text: str) -> None:
    for character in breakable(fitted(text)):
        assert ord(character) in covered() or unicodedata.category(character) == "Cf"


def test_a_longer_text_keeps_its_lines_and_says_where_it_was_cut() -> None:
    assert lines_of("a\n\nb\r\nc", 5) == ["a", "b", "c"]
    assert lines_of("a\nb\nc\nd", 2) == ["a", "b", "…"]


def test_bold_has_every_character_that_regular_has() -> None:
    for regular in FOLDER.glob("*-Regular.ttf"):
        bold = regular.with_name(regular.name.replace("Regular", "Bold"))

        assert set(code_points(regular.read_bytes())) == set(code_points(bold.read_bytes()))


def test_the_fonts_have_their_licence_beside_them_and_are_not_too_large() -> None:
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "LICENSE").read_text("utf-8").upper()
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 3_000_000


def an_address(country: str, **more: str) -> Address:
    return Address(
        name="A. Name", lines=("Street 1",), postal_code="12345", city="Town", country=country, **more
    )


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (an_address("NL"), ("A. Name", "Street 1", "12345 Town", "NEDERLAND")),
        (an_address("US", state="OR"), ("A. Name", "Street 1", "Town OR 12345", "VERENIGDE STATEN")),
        (an_address("GB"), ("A. Name", "Street 1", "Town", "12345", "VERENIGD KONINKRIJK")),
        (an_address("IT", state="MI"), ("A. Name", "Street 1", "12345 Town MI", "ITALIË")),
        (an_address("ZZ", company="A. Name"), ("A. Name", "Street 1", "12345 Town", "ONBEKEND GEBIED")),
    ],
)
def test_an_address_is_written_as_the_post_of_its_country_reads_it(
    address: Address, lines: tuple[str, ...]
) -> None:
    assert address_lines(address, "nl") == lines
