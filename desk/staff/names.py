"""Who did it, as people know each other."""

from db import staff
from db.pool import Connection
from orders.store import Language
from orders.words import say


async def known_names(connection: Connection) -> dict[str, str]:
    """The name of everybody who works here, by how they sign."""
    return {f"staff:{each.staff_id}": each.name for each in await staff.everyone(connection)}


def names_of(who: dict[str, str], actor: str, language: Language) -> str:
    """An actor as people know them: by name, or as what of ours it was."""
    if actor in ("pakhuis", "checkout"):
        return say(language, f"desk_order.actor.{actor}")
    role, _, key = actor.partition(":")
    if role == "checkout" and actor not in who:
        return say(language, "desk_order.actor.checkout_key", key=key)
    return who.get(actor, actor)
