"""Text from outside as a page or a mail may hold it: without the characters neither HTML nor XML knows."""

import re
from typing import Final

# What a reader would see as a new line, whatever the sender called it: CRLF, CR, VT, FF, NEL, LS and PS.
_LINE_BREAK: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Controls, lone surrogates and non-characters, which neither XML nor a mail may hold.
_UNSHOWABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr((plane << 16) | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)


def showable(text: str) -> str:
    """The text with plain line feeds as its only line breaks, and nothing in it that cannot be shown."""
    return _UNSHOWABLE.sub("", _LINE_BREAK.sub("\n", text))
