"""Text from outside, made harmless to show: no control characters, no line breaks where a line is meant."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from orders.showable import showable

# Marks that turn the direction of a whole line, with which a name can make the text after it read
# differently: a page keeps each name apart from what stands around it, and a mail cannot.
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Printable ASCII without what could end an attribute; anything else in a link is percent-encoded.
_LINK: Final = re.compile(r"https?://(?:(?![<>\"`\\])[!-~])+")


def several_lines(text: str) -> str:
    """The text with plain line feeds as its only line breaks, and nothing in it that cannot be shown."""
    return _TURNS.sub("", showable(text)).replace("\t", " ").strip()


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
