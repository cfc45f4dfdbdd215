"""What was kept is read again, perhaps by an earlier release than the one that kept it."""

from typing import Any, TypeVar

from pydantic import BaseModel

Kind = TypeVar("Kind", bound=BaseModel)


def as_kept(kind: type[Kind], kept: Any) -> Kind:
    """What PostgreSQL keeps, as a value or as JSON. While two releases run at once, and after a roll-back,
    it may say more than this one knows: that is left out, where at the door it would be refused. Raises
    pydantic's ValidationError for all else that does not fit."""
    if isinstance(kept, str):
        return kind.model_validate_json(kept, extra="ignore")
    return kind.model_validate(kept, extra="ignore")
