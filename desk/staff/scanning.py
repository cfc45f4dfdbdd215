"""What a scan says back: one short sentence, and the sound that goes with it."""

from typing import Literal

from pydantic import BaseModel

from db import packing
from db.pool import Connection
from desk.staff.packing_box import Box
from orders.scan import Count, Scanned, Verdict
from orders.store import Language
from orders.words import say


class Said(BaseModel, frozen=True):
    """`sound` is the one that is played: a soft one for what fits, a low one for what stops."""

    text: str
    tone: Literal["ok", "bad"]
    sound: Literal["right", "wrong", "complete"]


async def said(connection: Connection, language: Language, store: str, box: Box, scanned: Scanned) -> Said:
    """The answer to a scan; `box` is as it stands after it."""
    match scanned.verdict:
        case Verdict.COUNTED:
            return counted(language, box, scanned.counts)
        case Verdict.TOO_MANY:
            return _too_many(language, box, scanned)
        case Verdict.UNKNOWN:
            name = await packing.article(connection, store, scanned.code)
            if name is not None:
                return bad(say(language, "packing.scan.wrong", name=name))
            return bad(say(language, "packing.scan.unknown", code=scanned.code))
        case Verdict.NOTHING:
            return bad(say(language, "packing.scan.nothing"))


def counted(language: Language, box: Box, counts: tuple[Count, ...]) -> Said:
    """What was counted, in or out, and how far its line is now."""
    if box.is_complete:
        return Said(text=say(language, "packing.scan.complete"), tone="ok", sound="complete")
    line_id = counts[0].line_id
    each = next((each for each in box.lines if each.line.line_id == line_id), None)
    if each is None:
        return Said(text=say(language, "packing.scan.taken_out"), tone="ok", sound="right")
    text = say(
        language,
        "packing.scan.counted",
        name=each.line.name,
        counted=each.expected.counted,
        wanted=each.expected.wanted,
    )
    return Said(text=text, tone="ok", sound="right")


def bad(text: str) -> Said:
    return Said(text=text, tone="bad", sound="wrong")


def _too_many(language: Language, box: Box, scanned: Scanned) -> Said:
    lines = [each for each in box.lines if each.line.line_id in scanned.line_ids]
    left = sum(max(0, each.expected.left) for each in lines)
    wanted = sum(each.expected.wanted for each in lines)
    name = lines[0].line.name if lines else scanned.code
    if left:
        return bad(
            say(
                language, "packing.scan.too_many", name=name, asked=scanned.quantity, left=left, wanted=wanted
            )
        )
    return bad(say(language, "packing.scan.full", name=name, count=wanted))
