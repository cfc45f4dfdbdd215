"""The colours of a shop on its customers' pages: a style sheet of its own, for pages hold no style."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Response

from orders.colour import luminance

LIGHT_CARD: Final = "#ffffff"
DARK_CARD: Final = "#242120"
"""What cards are in customer.css, by day and by night."""
_INK: Final = {LIGHT_CARD: "#201d1a", DARK_CARD: "#f0ebe5"}
_SEEN_AT: Final = 3.0
"""What a line or a dot needs to be told from what lies under it (WCAG 2, 1.4.11)."""
_A_DAY: Final = "public, max-age=86400"


def look_address(colour: str) -> str:
    """Where the style sheet of this colour is. It names no shop: two of one colour share it."""
    return f"/o/look/{colour[1:].lower()}.css"


def look_of(colour: str) -> str:
    """The style sheet: the shop's colour, what can be read on it, and what shows as a mark on a card."""
    return (
        f":root {{ --brand: {colour}; --on-brand: {readable_on(colour)};"
        f" --mark: {_mark(colour, LIGHT_CARD)}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --mark: {_mark(colour, DARK_CARD)}; }} }}\n"
    )


def look_router() -> APIRouter:
    """`GET /o/look/{colour}.css`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/o/look/{colour}.css")
    async def look(colour: str) -> Response:
        if len(colour) != len("1f4e5f") or not set(colour) <= set("0123456789abcdef"):
            return Response(status_code=HTTPStatus.NOT_FOUND)
        headers = {
            "Cache-Control": _A_DAY,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return Response(look_of(f"#{colour}"), media_type="text/css", headers=headers)

    return router


def readable_on(colour: str) -> str:
    """Black or white, whichever stands out more from this colour."""
    return max("#ffffff", "#000000", key=lambda each: contrast(each, colour))


def _mark(colour: str, card: str) -> str:
    """The colour where it can be seen on the card, else the ink of the text."""
    return colour if contrast(colour, card) >= _SEEN_AT else _INK[card]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
