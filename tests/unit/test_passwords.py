"""Which passwords are taken, and how they are kept."""

import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters

from db import passwords
from orders.passwords import common, must_be_fit, normalised
from orders.staff import PasswordUnfit


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "vier woorden zijn genoeg",
        "7gK-pq2x",
        "Hé, waar is de sleutel?",
        "пароль для склада",
        "🐘🎈🧦🪁🥁🧭🪵🫖",
        "".join(chr(40 + 7 * number % 80) for number in range(256)),
        "  two spaces in front",
    ],
)
def test_a_password_of_any_characters_is_taken_to_the_letter(password: str) -> None:
    assert must_be_fit(password) == password


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "too_short"),
        ("7 chars", "too_short"),
        ("x1-" * 86, "too_long"),
        ("aaaaaaaaaaaa", "too_simple"),
        ("abcabcabcabc", "too_simple"),
        ("12345678", "too_simple"),
        ("876543210", "too_simple"),
        ("qwertyuiop", "too_simple"),
        ("qwerty123456", "too_simple"),
        ("abcd1234", "too_simple"),
        ("1q2w3e4r", "too_simple"),
        ("password", "common"),
        ("Password123!", "common"),
        ("P@ssw0rd!!", "common"),
        ("Welkom2026", "common"),
        ("wachtwoord1", "common"),
        ("welkomwelkom", "common"),
        ("!!Feyenoord!!", "common"),
        ("ｐａｓｓｗｏｒｄ", "common"),
        ("anna.devries", "own_name"),
        ("AnnadeVries1", "own_name"),
        ("blauwemok2026", "own_name"),
        ("12\x0034 5678 90", "not_text"),
        ("\ud800 a surrogate", "not_text"),
    ],
)
def test_a_password_that_is_soon_guessed_is_refused_and_why(password: str, reason: str) -> None:
    with pytest.raises(PasswordUnfit) as refused:
        must_be_fit(password, "anna.devries", "Anna de Vries", "blauwemok")

    assert refused.value.reason == reason


def test_a_long_password_may_hold_a_common_word() -> None:
    assert must_be_fit("password of the blue warehouse")


def test_the_list_of_common_passwords_is_in_small_letters_and_each_word_stands_once() -> None:
    assert len(common()) > 400
    assert all(word == word.casefold() for word in common())


async def test_a_password_is_kept_with_argon2id_at_no_less_than_the_advised_cost() -> None:
    kept = await passwords.hashed("vier woorden zijn genoeg")
    cost = extract_parameters(kept)

    assert kept.startswith("$argon2id$")
    assert (cost.memory_cost, cost.time_cost, cost.parallelism) >= (19_456, 2, 1)
    assert await passwords.hashed("vier woorden zijn genoeg") != kept


async def test_the_right_password_is_right_however_its_accents_are_typed() -> None:
    composed, decomposed = (unicodedata.normalize(form, "café crème brûlée") for form in ("NFC", "NFD"))
    kept = await passwords.hashed(decomposed)

    assert (await passwords.check(composed, kept)).is_right
    assert (await passwords.check(decomposed, kept)).is_right
    assert not (await passwords.check("cafe creme brulee", kept)).is_right


@pytest.mark.parametrize("kept", [None, "not a hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
async def test_without_a_hash_no_password_is_right(kept: str | None) -> None:
    assert await passwords.check("anything at all", kept) == (False, None)


@pytest.mark.parametrize("sent", ["\ud800", "x" * 100_000, "\0", ""])
async def test_whatever_is_sent_as_a_password_is_answered(sent: str) -> None:
    kept = await passwords.hashed("vier woorden zijn genoeg")

    assert not (await passwords.check(sent, kept)).is_right


async def test_a_hash_of_an_older_cost_comes_with_its_new_one() -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("vier woorden zijn genoeg")
    checked = await passwords.check("vier woorden zijn genoeg", cheap)
    again = await passwords.check("vier woorden zijn genoeg", checked.rehashed)

    assert checked.is_right
    assert again == (True, None)


def test_a_password_is_not_cut_or_changed_but_for_its_form() -> None:
    assert normalised(" Ünïcode\t") == unicodedata.normalize("NFC", " Ünïcode\t")
