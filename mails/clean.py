"""Text from outside, made harmless to show: no control characters, no line breaks where a line is meant."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

# What a reader would see as a new line, whatever the sender called it: CRLF, CR, VT, FF, NEL, LS and PS.
_LINE_BREAK: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Controls, lone surrogates and non-characters, which neither XML nor a mail may hold, and the marks that
# turn the direction of a whole line, with which a name can make the text after it read differently.
_UNSHOWABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr((plane << 16) | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# Printable ASCII without what could end an attribute; anything else in a link is percent-encoded.
_LINK: Final = re.compile(r"https?://(?:(?![<>\"`\\])[!-~])+")


def several_lines(text: str) -> str:
    """The text with plain line feeds as its only line breaks, and nothing in it that cannot be shown."""
    return _UNSHOWABLE.sub("", _LINE_BREAK.sub("\n", text).replace("\t", " ")).strip()


def one_line(text: str) -> str:
    """The text on one line, each run of blanks and breaks one space."""
    return " ".join(several_lines(text).split())


def is_link(text: str) -> bool:
    """Whether a mail may link to this: http or https, and nothing in it that could end an attribute."""
    return _LINK.fullmatch(text) is not None


def _must_be_a_link(text: str) -> str:
    if not is_link(text):
        raise ValueError("a link in a mail starts with http:// or https:// and has no blanks or quotes")
    return text


Line = Annotated[str, AfterValidator(one_line)]
Lines = Annotated[str, AfterValidator(several_lines)]
Link = Annotated[str, AfterValidator(_must_be_a_link)]
