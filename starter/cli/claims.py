"""Claiming and releasing orders, straight in PostgreSQL."""

from db import claims, reading
from db.claims import Claim, Claimed
from orders.errors import Refused
from orders.sentence import sentence
from starter.cli import connections
from starter.cli.running import FAILED
from starter.cli.sending import who
from starter.cli.talk import print_json, printable, talk
from starter.view import claim_answer


async def claim(order_id: str, take_over: bool, release: bool, store: str | None, as_json: bool) -> int:
    """Claim an order, take it over or release it; the exit code says whether that was done."""
    name = who()
    actor = f"cli:{name}"
    async with connections.database() as pool, pool.acquire() as connection:
        owner = await reading.store_of(connection, order_id, store)
        if release:
            if not await claims.release(connection, owner, order_id, actor):
                raise Refused("refusal.not_claimed")
            return _told_of_release(as_json)
        before = await claims.standing(connection, owner, order_id)
        found = await claims.claim(connection, owner, order_id, actor, name, take_over=take_over)
    is_mine = isinstance(found, Claimed)
    if as_json:
        print_json({"claimed": is_mine, "claim": claim_answer(found.claim).model_dump(mode="json")})
    elif is_mine:
        taken_from = before.name if before and before.actor == found.claim.taken_from else None
        _tell(found.claim, taken_from)
    else:
        held = found.claim
        said = sentence("refusal.claimed", name=held.name, since=held.since, until=held.until)
        talk.complain(talk.words(said))
    return 0 if is_mine else FAILED


def _told_of_release(as_json: bool) -> int:
    if as_json:
        print_json({"claimed": False, "claim": None})
    else:
        talk.out.print(talk.words(sentence("desk_order.claims.released")))
    return 0


def _tell(mine: Claim, taken_from: str | None) -> None:
    if taken_from:
        said = sentence("desk_order.claims.taken_over", until=mine.until, name=taken_from)
    else:
        said = sentence("desk_order.claims.claimed", until=mine.until)
    talk.out.print(printable(talk.words(said)), soft_wrap=True)
