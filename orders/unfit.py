"""Unfit: how a validator of ours says no, in a text that both languages have."""

from pydantic_core import PydanticCustomError


def unfit(text: str, /, **facts: int | str) -> ValueError:
    """For a validator to raise: a value that is refused for the reason of this name in the catalogue
    `problem`."""
    return PydanticCustomError("unfit", text.replace("_", " "), {"text": text, "facts": facts})
