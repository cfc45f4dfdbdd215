"""Text as it is searched: small letters without accents, so that "zoe" finds Zoë and the other way round."""

import unicodedata
from typing import Final

_WITHOUT_A_BASE: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
"""Letters that Unicode takes for letters of their own. `0015_search.sql` knows the same."""


def searchable(text: str) -> str:
    """The text as it is kept to be found, and as what is typed is looked for; never with a NUL in it."""
    apart = unicodedata.normalize("NFKD", text.replace("\0", " ").lower())
    return "".join(each for each in apart if not "\u0300" <= each <= "\u036f").translate(_WITHOUT_A_BASE)
