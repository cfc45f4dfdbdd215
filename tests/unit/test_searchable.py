"""Text as it is searched."""

import pytest

from orders.searchable import searchable


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zoë Janssens", "zoe janssens"),
        ("ZOË", "zoe"),
        ("Zoe\u0308", "zoe"),
        ("Łódź Straße Ærø", "lodz strasse aero"),
        ("ﬁets", "fiets"),
        ("Ελένη", "ελενη"),
        ("田中 50%_", "田中 50%_"),
        ("a\0b", "a b"),
    ],
)
def test_letters_are_found_small_and_without_their_accents(text: str, found: str) -> None:
    assert searchable(text) == found
