"""Two people at the same settings: a field one did not touch is as the other set it."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from desk.staff.settings_fields import Field, Typed, Unfit
from desk.staff.settings_parts import Part, shown
from orders.store import StoreSettings


class Merged(NamedTuple):
    """The fields of both. `conflicts` are the paths that both changed, to something else."""

    typed: dict[str, Typed]
    conflicts: tuple[str, ...]
    version: str
    """Of what is set now."""


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
        return Merged(dict(typed), tuple(field.path for field in part.fields), version(part, now))
    current = shown(part, now)
    both: dict[str, Typed] = {}
    conflicts: list[str] = []
    for field, mark in zip(part.fields, marks, strict=True):
        mine, theirs = _mark(field, typed[field.path]), _mark(field, current[field.path])
        both[field.path] = current[field.path] if mine == mark else typed[field.path]
        if mine != mark and theirs not in (mark, mine):
            conflicts.append(field.path)
    return Merged(both, tuple(conflicts), version(part, now))


def _mark(field: Field, typed: Typed) -> str:
    """By what is meant, so that an empty line more is no change, nor another order of what has none."""
    try:
        said = repr(_plain(field.meant(typed)))
    except Unfit:
        said = f"unfit {typed!r}"
    return hashlib.sha256(said.encode()).hexdigest()[:10]


def _plain(value: Any) -> Any:
    """As a browser sends it back: it writes lines its own way, and white space around a text is taken off."""
    if isinstance(value, str):
        return "\n".join(value.splitlines()).strip()
    if isinstance(value, Mapping):
        return sorted((_plain(name), _plain(each)) for name, each in value.items())
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
