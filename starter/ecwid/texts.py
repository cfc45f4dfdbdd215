"""Foreign text made fit to keep: no control characters, no HTML, no link that opens a door."""

import html
import re
from typing import Final

LINE_BREAKS: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# PostgreSQL keeps no NUL and UTF-8 no half of a surrogate pair; the others only disturb screens and printers.
UNFIT: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

LINK: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
# Ecwid's file links carry an API token or open the file for whoever has them.
OPENS_A_DOOR: Final = re.compile(
    r"[?&#;][\w.-]*(?:token|key|secret|signature|sig|password|auth)[\w.-]*=|/(?:api/v\d|download\w*|orderfile)\b",
    re.IGNORECASE,
)
LINK_LEFT_OUT: Final = "[…]"

TAG: Final = re.compile(r"<[^<>]*>")
BLOCK: Final = re.compile(r"<(?:br|/p|/div|/li|/h\d|/tr)\b[^<>]*>", re.IGNORECASE)
NOT_TEXT: Final = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
MOST_HTML: Final = 20_000


def one_line(text: str) -> str:
    """The text on one line, with single spaces."""
    return " ".join(UNFIT.sub("", LINE_BREAKS.sub(" ", text)).split())


def paragraphs(text: str) -> str:
    """The text with its lines kept, and at most one empty line between them."""
    lines = [" ".join(line.split()) for line in UNFIT.sub("", LINE_BREAKS.sub("\n", text)).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def has_unfit(text: str) -> bool:
    return UNFIT.search(LINE_BREAKS.sub(" ", text)) is not None


def without_open_doors(text: str) -> str:
    """The text without links that carry a token or open a store's file; other links stay."""
    return LINK.sub(lambda link: LINK_LEFT_OUT if OPENS_A_DOOR.search(link[0]) else link[0], text)


def without_html(text: str) -> str:
    """The words of a piece of HTML, a line for each block."""
    words = NOT_TEXT.sub(" ", text[:MOST_HTML])
    return html.unescape(TAG.sub("", BLOCK.sub("\n", words)))
