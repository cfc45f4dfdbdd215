"""How passwords are kept: as Argon2id hashes, worked out beside the event loop, a few at a time."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, NamedTuple, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from orders.passwords import LONGEST, normalised

SIDE_BY_SIDE: Final = 2
"""Each hash takes 19 MiB and a processor for some tens of milliseconds; the others wait in line."""
Result = TypeVar("Result")

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Checked(NamedTuple):
    """Whether the password is right; and its hash under today's cost, where the kept one is of an older."""

    is_right: bool
    rehashed: str | None = None


async def hashed(password: str) -> str:
    """The hash to keep, in Argon2's own notation: salt and cost are in it."""
    return await _beside(lambda: _HASHER.hash(normalised(password)))


async def check(password: str, kept: str | None) -> Checked:
    """Whether this is the password of the kept hash. Without a hash it takes as long, and is always wrong."""
    return await _beside(lambda: _check(password, kept))


def _check(password: str, kept: str | None) -> Checked:
    # No password is longer, and the time must not grow with what is sent.
    short = password if len(password) <= 4 * LONGEST else ""
    plain = normalised(short).encode("utf-8", "surrogatepass")
    try:
        _HASHER.verify(kept or _of_nobody(), plain)
    except (VerificationError, InvalidHashError):
        return Checked(False)
    if kept is None:
        return Checked(False)
    return Checked(True, _HASHER.hash(plain) if _HASHER.check_needs_rehash(kept) else None)


@cache
def _of_nobody() -> str:
    """A hash that no password has, at the cost of a real one."""
    return _HASHER.hash(os.urandom(32))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="argon2")


async def _beside(work: Callable[[], Result]) -> Result:
    def prepared() -> Result:
        _of_nobody()  # Before the first work, so that an unknown name never takes twice as long.
        return work()

    return await asyncio.get_running_loop().run_in_executor(_threads(), prepared)
