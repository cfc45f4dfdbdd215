"""Giving many orders the same command, with a result for each."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from db import bulk
from orders.errors import Refused
from starter.bulk_list import LARGEST_FILE, Understood, decoded, understood
from starter.bulk_planning import WITH_NUMBERS, fields_of, matched, named_by, planned
from starter.cli import connections, following
from starter.cli.files import contents
from starter.cli.sending import who


async def give(
    kind: str,
    orders: Sequence[str],
    file: str | None,
    fields: Mapping[str, Any],
    store: str | None,
    as_json: bool,
) -> int:
    """Give the command, and wait for the answers; the exit code says whether all of it was applied."""
    listed = _listed(kind, orders, file)
    said = fields_of(**fields)
    job_id = uuid.uuid4()
    async with connections.opened() as system:
        async with system.pool.acquire() as connection:
            named = await named_by(connection, listed, None if store is None else [store])
            found = matched(listed, named)
            if not found.own:
                following.complain(found.unread)
                raise Refused("bulk.cli.nothing", file=file or ", ".join(orders)[:200])
            await bulk.choose(connection, job_id, f"cli:{who()}", list(found.own))
            commands = planned(kind, said, await bulk.rows(connection, job_id), found.own)
            values = said.model_dump(mode="json")
            await bulk.plan(connection, job_id, kind, values, commands, unread=found.unread)
        await system.bulk.start(job_id)
        answer = await following.followed(system.pool, job_id)
    return following.told(answer, as_json, found.unread)


def _listed(kind: str, orders: Sequence[str], file: str | None) -> Understood:
    """What is to be done, as a list: the file's, or the orders that were named."""
    if file is None:
        return understood("\n".join(orders), with_numbers=False)
    return understood(decoded(contents(file, LARGEST_FILE)), with_numbers=kind in WITH_NUMBERS)
