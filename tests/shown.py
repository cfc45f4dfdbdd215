"""What an order shows to whoever looks at it."""

from typing import Any


def reasons(order: dict[str, Any]) -> list[str]:
    """Why it needs a person, oldest first."""
    return [each["reason"] for each in order["attention"]]


def state_of_mail(order: dict[str, Any], key: str) -> str:
    """How far the mail of this key has come."""
    return next(str(each["state"]) for each in order["mails"] if each["mail_key"] == key)
