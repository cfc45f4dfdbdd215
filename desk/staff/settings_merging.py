"""Two people at the same settings: a field one did not touch is as the other set it."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from desk.staff.settings_fields import Field, Typed, Unfit
from desk.staff.settings_parts import Part, shown
from orders.store import StoreSettings


class Merged(NamedTuple):
    """The fields of both. `is_clear` unless both changed the same one, to something else."""

    typed: dict[str, Typed]
    is_clear: bool


def version(part: Part, settings: StoreSettings) -> str:
    """A mark of what each field says, to tell which of them were changed since."""
    now = shown(part, settings)
    return ".".join(_mark(field, now[field.path]) for field in part.fields)


def merged(part: Part, now: StoreSettings, typed: Mapping[str, Typed], seen: str) -> Merged:
    """What was typed by somebody who saw the version `seen`, together with what is set now. Marks of
    another form of this part, on a page from before a deploy, tell nothing: then all counts as typed, and as
    changed since."""
    marks = seen.split(".")
    if len(marks) != len(part.fields):
        return Merged(dict(typed), is_clear=False)
    current = shown(part, now)
    both: dict[str, Typed] = {}
    is_clear = True
    for field, mark in zip(part.fields, marks, strict=True):
        mine, theirs = _mark(field, typed[field.path]), _mark(field, current[field.path])
        both[field.path] = current[field.path] if mine == mark else typed[field.path]
        is_clear &= mine == mark or theirs in (mark, mine)
    return Merged(both, is_clear)


def _mark(field: Field, typed: Typed) -> str:
    """By what is meant, so that an empty line more is no change."""
    try:
        said = repr(field.meant(typed))
    except Unfit:
        said = f"unfit {typed!r}"
    return hashlib.sha256(said.encode()).hexdigest()[:10]
