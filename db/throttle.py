"""The throttle of sign-ins: attempts are counted before they are checked, each wrong one doubles the wait.

Counted by account and by network. A browser that somebody signed in with before has a count of its own, so
who tries an account from elsewhere makes nobody wait who works with it. Nothing is locked for good.
"""

from datetime import timedelta
from typing import Final, NamedTuple

from db.pool import Connection
from db.queries import load

SQL = load("throttle")


class Limit(NamedTuple):
    """So many attempts cost nothing; after that each makes the next wait: 1 s, 2 s, 4 s … up to `longest`.
    The count starts again after a quiet time of `forgets`."""

    free: int
    longest: timedelta
    forgets: timedelta = timedelta(hours=1)


ACCOUNT: Final = Limit(free=3, longest=timedelta(seconds=60))
NETWORK: Final = Limit(free=20, longest=timedelta(minutes=5))
CODE: Final = Limit(free=3, longest=timedelta(minutes=5))


class Attempt(NamedTuple):
    """Something counted: whose account, which network; never kept in the clear."""

    subject: bytes
    limit: Limit


class MustWait(Exception):
    """Too many attempts; the next one is looked at in so many seconds."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"wait {seconds} s")


async def count(connection: Connection, *attempts: Attempt) -> None:
    """Count one attempt under each of these, or under none of them. Raises MustWait where one must wait."""
    async with connection.transaction():
        # In one order, so that two attempts at once never wait for each other's rows.
        for subject, limit in sorted(attempts):
            if await connection.fetchval(SQL["count"], subject, *limit) is None:
                seconds = await connection.fetchval(SQL["wait"], subject)
                raise MustWait(max(1, seconds or 1))


async def forget(connection: Connection, subject: bytes) -> None:
    """The attempt was right: the next one is the first again."""
    await connection.execute(SQL["forget"], subject)
    await connection.execute(SQL["forget_old"])
