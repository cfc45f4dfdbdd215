"""The vault: seals, keyed hashes and tokens."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vault import CannotOpen, SecretTooShort, Vault

OLD = "the old secret key of this shop, long enough"
NEW = "the new secret key of this shop, long enough"


def test_what_is_sealed_opens_again() -> None:
    vault = Vault(NEW)

    sealed = vault.seal("mail", b"a code", "default/K1")

    assert vault.open("mail", sealed, "default/K1") == b"a code"
    assert b"a code" not in sealed


def test_nothing_sealed_is_ever_the_same_twice() -> None:
    vault = Vault(NEW)

    assert len({vault.seal("mail", b"a code", "default/K1") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("purpose", "context"), [("gift card", "default/K1"), ("mail", "default/K2"), ("mail", "")]
)
def test_what_is_sealed_opens_only_for_its_purpose_and_in_its_place(purpose: str, context: str) -> None:
    vault = Vault(NEW)
    sealed = vault.seal("mail", b"a code", "default/K1")

    with pytest.raises(CannotOpen):
        vault.open(purpose, sealed, context)


def test_no_byte_of_what_is_sealed_can_be_changed_or_cut_off() -> None:
    vault = Vault(NEW)
    sealed = vault.seal("mail", b"a code", "default/K1")
    changed = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    shorter = [sealed[:length] for length in range(len(sealed))]

    for broken in changed + shorter:
        with pytest.raises(CannotOpen):
            vault.open("mail", broken, "default/K1")


def test_a_new_key_in_front_seals_and_the_old_one_still_opens() -> None:
    before, after = Vault(OLD), Vault(NEW, OLD)
    kept = before.seal("mail", b"a code", "K1")
    fresh = after.seal("mail", b"a code", "K1")

    assert after.open("mail", kept, "K1") == b"a code"
    assert Vault(NEW).open("mail", fresh, "K1") == b"a code"
    with pytest.raises(CannotOpen):
        Vault(NEW).open("mail", kept, "K1")


def test_what_an_old_key_made_is_found_under_a_new_one() -> None:
    before, after = Vault(OLD), Vault(NEW, OLD)
    token = before.token("page", "default", "K1")

    assert after.token("page", "default", "K1") != token
    assert after.token_behind(Vault.token_hash(token), "page", "default", "K1") == token
    assert Vault(NEW).token_behind(Vault.token_hash(token), "page", "default", "K1") is None
    assert before.keyed_hash("gift card", "X") in after.keyed_hashes("gift card", "X")
    assert after.keyed_hash("gift card", "X") == Vault(NEW).keyed_hash("gift card", "X")


def test_a_token_is_the_same_for_the_same_parts_and_no_others() -> None:
    vault = Vault(NEW)
    parts = [("a", "bc"), ("ab", "c"), ("abc",), ("abc", ""), ("", "abc"), ("a", "b", "c"), ()]
    tokens = [vault.token(purpose, *each) for purpose in ("page", "download") for each in parts]

    assert len(set(tokens)) == len(tokens)
    assert vault.token("page", "a", "bc") == Vault(NEW).token("page", "a", "bc")
    assert vault.token("page", "a", "bc") != Vault(OLD).token("page", "a", "bc")


@given(st.lists(st.text(max_size=20).filter(str.isprintable), max_size=5))
def test_a_token_holds_256_bits_and_fits_a_link(parts: list[str]) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", Vault(NEW).token("download", *parts))


def test_a_token_is_kept_as_its_sha256() -> None:
    assert Vault.token_hash("token") == hashlib.sha256(b"token").digest()


def test_keyed_hashes_differ_by_purpose_and_by_key() -> None:
    vault = Vault(NEW)
    hashes = {
        vault.keyed_hash("gift card", "1"),
        vault.keyed_hash("pickup code", "1"),
        Vault(OLD).keyed_hash("gift card", "1"),
    }

    assert len(hashes) == 3
    assert {len(each) for each in hashes} == {32}


@pytest.mark.parametrize("text", ["", "   ", "x" * 31, f"{NEW} short".replace(" ", "", 8), "changeme"])
def test_a_secret_that_is_too_short_is_refused_in_words(text: str) -> None:
    with pytest.raises(SecretTooShort, match=r"PAKHUIS_SECRET_KEY.*32") as caught:
        Vault.from_text(text)

    assert not text.strip() or text.split()[-1] not in str(caught.value)


def test_several_keys_are_read_from_one_setting() -> None:
    old, new = OLD.replace(" ", "-"), NEW.replace(" ", "-")
    vault = Vault.from_text(f"{new}\n{old}\n")

    assert vault.keyed_hashes("a", "b") == (Vault(new).keyed_hash("a", "b"), Vault(old).keyed_hash("a", "b"))


def test_showing_a_vault_shows_no_key() -> None:
    vault = Vault(NEW, OLD)
    vault.seal("mail", b"x", "y")

    assert repr(vault) == str(vault) == "<Vault with 2 secret key(s)>"
    assert "secret key of" not in repr(vars(vault))
