"""How far a server's clock is from ours, and what that means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starter.cli.doctor.findings import Finding, warning, well, wrong

WORTH_A_LOOK: Final = timedelta(seconds=2)
TOO_MUCH: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class Reading:
    """What a server's clock said between two looks at ours."""

    before: datetime
    server: datetime
    after: datetime

    @property
    def apart(self) -> timedelta:
        """How far the server is ahead of us at the least, negative if behind: zero where it may be nothing
        but the time its answer took."""
        if self.server > self.after:
            return self.server - self.after
        if self.server < self.before:
            return self.server - self.before
        return timedelta(0)


def judged(check: str, reading: Reading) -> Finding:
    """The finding: from 2 seconds a warning, from 30 wrong."""
    apart = abs(reading.apart)
    if apart < WORTH_A_LOOK:
        within = max(apart, reading.after - reading.before)
        return well(check, milliseconds=round(within / timedelta(milliseconds=1)) + 1)
    key = "ahead" if reading.apart > timedelta(0) else "behind"
    say = wrong if apart >= TOO_MUCH else warning
    return say(check, key, seconds=round(apart.total_seconds()))
