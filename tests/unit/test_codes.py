"""Codes that people read out and type over."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.codes import (
    ALPHABET,
    CodeMistyped,
    new_gift_card_code,
    new_pickup_code,
    read_code,
    read_pickup_code,
    write_code,
)
from orders.words import in_words


def codes(count: int) -> Iterator[str]:
    chance = random.Random(20_261_123)
    return (new_gift_card_code(chance.randrange) for _ in range(count))


def is_noticed(text: str) -> bool:
    try:
        read_code(text)
    except CodeMistyped:
        return True
    return False


def read_or_none(text: str) -> str | None:
    return None if is_noticed(text) else read_code(text)


def test_every_single_wrong_character_is_noticed() -> None:
    missed = [
        (code, at, wrong)
        for code in codes(20)
        for at in range(len(code))
        for wrong in ALPHABET
        if wrong != code[at] and not is_noticed(code[:at] + wrong + code[at + 1 :])
    ]

    assert missed == []


def test_every_swap_of_two_characters_is_noticed_whether_neighbours_or_not() -> None:
    def swapped(code: str, first: int, second: int) -> str:
        characters = list(code)
        characters[first], characters[second] = characters[second], characters[first]
        return "".join(characters)

    missed = [
        (code, first, second)
        for code in codes(40)
        for second in range(len(code))
        for first in range(second)
        if code[first] != code[second] and not is_noticed(swapped(code, first, second))
    ]

    assert missed == []


def test_the_same_random_numbers_make_the_same_code() -> None:
    numbers = iter(range(25))

    assert new_gift_card_code(lambda below: next(numbers) % below) == "0123456789ABCDEFGHJKMNPQRB"


def test_a_code_takes_twenty_five_numbers_below_thirty_two() -> None:
    asked: list[int] = []

    def nought(below: int) -> int:
        asked.append(below)
        return 0

    new_gift_card_code(nought)

    assert asked == [32] * 25


def test_a_code_is_written_in_groups_and_reads_back() -> None:
    (code,) = codes(1)

    written = write_code(code)

    assert [len(group) for group in written.split("-")] == [5, 5, 5, 5, 6]
    assert read_code(written) == code


def test_case_blanks_dashes_and_look_alikes_do_not_matter() -> None:
    numbers = iter([0, 1, 1, *range(2, 24)])
    code = new_gift_card_code(lambda below: next(numbers) % below)

    typed = "  o" + "i" + "L" + "\u2013 \u00a0\u2011".join(code[3:].lower()) + "\t\u200b\n"

    assert read_code(typed) == code


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    code = read_or_none(text)

    assert code is None or read_code(write_code(code)) == code


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("text", ["", "ABC", "0" * 27, "9" * 26, "U" * 26, "1" * 100_000])
def test_a_typing_error_is_told_in_words_and_never_repeats_the_code(language: str, text: str) -> None:
    with pytest.raises(CodeMistyped) as caught:
        read_code(text)

    words = in_words(language, caught.value.sentence)  # type: ignore[arg-type]
    assert "code" in words.lower()
    assert not text or text not in words


def test_a_pickup_code_is_six_digits_even_if_the_first_are_noughts() -> None:
    assert new_pickup_code(lambda below: 42 if below == 1_000_000 else -1) == "000042"


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "012-345", "0 1 2 3 4 5", "０１２３４５"])
def test_a_pickup_code_is_read_with_blanks_and_dashes(typed: str) -> None:
    assert read_pickup_code(typed) == "012345"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "O12345", "1" * 1000])
def test_what_is_not_six_digits_is_no_pickup_code(typed: str) -> None:
    assert read_pickup_code(typed) is None
