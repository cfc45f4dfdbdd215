"""What shows whether the system keeps up: work that lies too long, and the files it needs."""

from datetime import timedelta
from typing import NamedTuple

from db.pool import Connection
from db.queries import load

SQL = load("upkeep")


class Lag(NamedTuple):
    """Work that lies: `what` is unstarted, undelivered, untried or overdue."""

    what: str
    how_many: int
    example: str
    """The id of one of the orders; empty where there is none, as for a digest."""


async def lagging(
    connection: Connection, *, undelivered_for: timedelta, untried_for: timedelta, overdue_by: timedelta
) -> tuple[Lag, ...]:
    """Orders without a workflow and commands that were not delivered, for so long; mails that nobody tried to
    send; orders whose deadline passed and that nobody moved on. What does not lie is left out."""
    rows = await connection.fetch(SQL["lagging"], undelivered_for, untried_for, overdue_by)
    return tuple(Lag(row["what"], row["how_many"], row["example"]) for row in rows if row["how_many"])


async def files_wanted(connection: Connection) -> dict[str, str]:
    """The names of the files that must be there, each with the id of an order that needs it."""
    return {row["file"]: row["example"] for row in await connection.fetch(SQL["files_wanted"])}
