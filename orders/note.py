"""A note: what somebody of the staff writes about an order, for the others to read."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from orders.commands import CommandId
from orders.order import Text
from orders.unfit import unfit

LONGEST: Final = 4000
_SEEN: Final = r"[^\s\u0000-\u001f\u007f-\u009f]"


def _as_people_read_it(text: str) -> str:
    # A form sends its line ends as CR LF; they would count twice, and make two of one note.
    text = text.replace("\r\n", "\n")
    if re.search(_SEEN, text) is None:
        raise unfit("empty")
    return text


NoteId = CommandId
"""Made by whoever writes the note, so that sending it twice keeps it once."""
NoteText = Annotated[
    Text,
    AfterValidator(_as_people_read_it),
    StringConstraints(min_length=1, max_length=LONGEST),
    Field(json_schema_extra={"pattern": rf"^[^\u0000]*{_SEEN}[^\u0000]*$"}),
]


class NewNote(BaseModel, frozen=True, extra="forbid"):
    """A note to be kept; without an id it is given one."""

    note_id: NoteId | None = None
    text: NoteText


class NoteChange(BaseModel, frozen=True, extra="forbid"):
    """How a note is to read from now on."""

    text: NoteText
