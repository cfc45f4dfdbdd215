"""The tally of a campaign: what was done to the town, when it was away, and how long it took to go on."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple


class Outage(NamedTuple):
    """When something was away, slow or cut off: from and to, by the clock of `time.time`."""

    what: str
    began: float
    ended: float


@dataclass
class Tally:
    """How often each fault was injected, by class, and what could not be."""

    injected: Counter[str] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)
    missed: list[str] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    """Seconds until work went on, by what had been away."""
    outages: list[Outage] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.injected.total()

    @property
    def not_reached(self) -> list[str]:
        """What was to strike and never did, in no round of the run."""
        return sorted(set(self.missed) - self.reached)

    @contextmanager
    def outage(self, what: str) -> Iterator[None]:
        """Inside, this is away."""
        began = time.time()
        try:
            yield
        finally:
            self.outages.append(Outage(what, began, time.time()))

    def is_inside(self, began: float, ended: float, what: str = "") -> bool:
        """Whether an outage (of `what`, or any) was at some moment between the two."""
        return any(
            outage.began <= ended and began <= outage.ended
            for outage in self.outages
            if what in ("", outage.what)
        )

    def split(self, spans: Iterable[tuple[float, float]]) -> tuple[list[float], list[float]]:
        """How long each of these lasted: those outside all outages, and those that met one."""
        outside: list[float] = []
        inside: list[float] = []
        for began, ended in spans:
            (inside if self.is_inside(began, ended) else outside).append(ended - began)
        return outside, inside
