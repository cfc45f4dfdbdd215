"""Releases of the future, to deploy: two neighbours that change the story by its rules, and a broken one."""

import asyncio
import functools
from collections.abc import Callable
from typing import Any, Final

from workflows import editions
from workflows.fulfil_order import FulfilOrder

NOW: Final = "now"
"""The code as it is: it knows no edition but its own."""
BEFORE: Final = "before"
"""Knows the next edition, with a step more, and begins orders in the one of today."""
AFTER: Final = "after"
"""Begins orders in the next edition."""
BROKEN: Final = "broken"
"""Has the new step for every order, whatever it began with: a mistake that stops all that run."""


def become(release: str) -> None:
    """Make this process run that release. "" is the code as it is."""
    if release:
        _RELEASES[release]()


def _before() -> None:
    editions.KNOWN += 1
    _add_step(lambda order: order._edition >= editions.KNOWN)


def _after() -> None:
    _before()
    editions.TOLD += 1


def _broken() -> None:
    _add_step(lambda order: True)


def _add_step(is_due: Callable[[FulfilOrder], bool]) -> None:
    """A new step in the story: a moment to think between the payment and the goods."""
    original = FulfilOrder._await_payment

    @functools.wraps(original)
    async def thought_over(self: Any) -> None:
        if is_due(self):
            await asyncio.sleep(0.01)
        await original(self)

    FulfilOrder._await_payment = thought_over  # type: ignore[method-assign]


_RELEASES: Final = {NOW: lambda: None, BEFORE: _before, AFTER: _after, BROKEN: _broken}
