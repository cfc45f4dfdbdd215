"""What a form of the desk sent: its fields as text, of bounded size."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from starter.http.entrance import body
from starter.http.problems import TooLarge

LARGEST: Final = 65_536
MOST_FIELDS: Final = 2_000


class Form:
    """The fields of a form (application/x-www-form-urlencoded)."""

    def __init__(self, fields: Mapping[str, tuple[str, ...]]) -> None:
        self._fields = fields

    def names(self) -> tuple[str, ...]:
        """The fields that were sent, in their order."""
        return tuple(self._fields)

    def text(self, name: str, longest: int = 2_000) -> str:
        """The field without white space around it; empty where it was not sent."""
        return self.exact(name).strip()[:longest]

    def exact(self, name: str) -> str:
        """The field to the letter, for passwords."""
        return self._fields.get(name, ("",))[-1]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be ticked several times."""
        return tuple(value for value in self._fields.get(name, ()) if value)

    def every(self, name: str) -> tuple[str, ...]:
        """Every value of a field that stands there several times, also the empty ones."""
        return self._fields.get(name, ())

    def has(self, name: str) -> bool:
        """Whether a box was ticked, or a button was the one that was pressed."""
        return bool(self.exact(name))


async def form_of(request: Request, largest: int = LARGEST) -> Form:
    """The form of this request. Raises TooLarge before more than that is read."""
    raw = await body(request, largest)
    try:
        pairs = parse_qsl(
            raw.decode("utf-8", "replace"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="replace",
        )
    except ValueError:  # More fields than any form of ours has.
        raise TooLarge(largest) from None
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        # PostgreSQL keeps no NUL; and a browser writes the ends of lines as mails do.
        clean = value.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\r\n", "\n")
        fields[name] = (*fields.get(name, ()), clean)
    return Form(fields)
