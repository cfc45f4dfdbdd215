"""The log of a Postfix on this machine, read for what became of one mail."""

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from activities.relays import CLOCKS_APART, SETTLES_WITHIN, Said

LONGEST_READ: Final = 64 * 1024 * 1024
"""Bytes read from the end of each file; what lies before is as if it were not there."""
_WITH_ZONE: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)(?= )")
_TRADITIONAL: Final = re.compile(rb"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?= )")
_MONTHS: Final = tuple(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())
_ENTRY: Final = re.compile(rb" postfix[\w./-]*/(\w+)\[\d+\]: (?:([0-9A-Za-z]{5,}): )?(.*)")

log = logging.getLogger("pakhuis.relay")


class PostfixLog:
    """Postfix notes a mail's Message-ID while it still reads the mail (`cleanup`), and once it has taken
    responsibility hands it to its queue manager (`qmgr`), which notes the sender: only then it has it.

    The file that was rotated away last, `.1`, is read too.
    """

    is_worth_asking_again = True

    def __init__(
        self,
        path: str,
        *,
        zone: tzinfo | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`zone` is that of lines that name none; unsaid, this machine's own."""
        self._files = (Path(f"{path}.1"), Path(path))
        self._zone = zone
        self._now = now

    async def ask(self, message_id: str, since: datetime) -> Said:
        try:
            return await asyncio.to_thread(self._look, message_id.encode(), since)
        except OSError as error:
            log.warning("the relay's log cannot be read", extra={"why": type(error).__name__})
            return "cannot_say"

    async def close(self) -> None:
        return None

    def _look(self, message_id: bytes, since: datetime) -> Said:
        ours: set[bytes] = set()
        was_seen = False
        first = last = b""
        for line in self._lines():
            entry = _ENTRY.search(line)
            if entry is None:
                continue
            first, last = first or line, line
            program, queue_id, rest = entry.groups()
            if program == b"cleanup" and rest.startswith(b"message-id="):
                ours.discard(queue_id)  # A short queue id is used again for another mail.
                if rest.strip() == b"message-id=" + message_id:
                    was_seen = True
                    at = self._moment(line)
                    if at is not None and at >= since - CLOCKS_APART:
                        ours.add(queue_id)
            elif queue_id in ours and (program == b"qmgr" or rest.startswith(b"to=<")):
                return "has_it"
        covers = self._moment(first), self._moment(last)
        return "never_saw_it" if not was_seen and self._proves(*covers, since) else "cannot_say"

    def _proves(self, first: datetime | None, last: datetime | None, since: datetime) -> bool:
        """Whether a mail that this log does not hold was not taken: it was kept from before that moment on,
        until long enough after it."""
        if first is None or last is None or first > since - CLOCKS_APART:
            return False
        # A log that ends before that moment, or in the future, is written in another time zone than we think.
        now = self._now()
        return since < last < now + CLOCKS_APART and now >= since + SETTLES_WITHIN

    def _lines(self) -> Iterator[bytes]:
        for file in self._files:
            if file == self._files[0] and not file.exists():
                continue
            with file.open("rb") as opened:
                size = opened.seek(0, 2)
                opened.seek(max(0, size - LONGEST_READ))
                if size > LONGEST_READ:
                    opened.readline()  # Its beginning is cut off.
                yield from opened

    def _moment(self, line: bytes) -> datetime | None:
        if found := _WITH_ZONE.match(line):
            return datetime.fromisoformat(found[0].decode())
        if (found := _TRADITIONAL.match(line)) and found[1] in _MONTHS:
            clock = " ".join(each.decode() for each in found.groups()[1:])
            return self._in_some_year(f"{_MONTHS.index(found[1]) + 1} {clock}")
        return None

    def _in_some_year(self, moment: str) -> datetime | None:
        """The last such moment that is not in the future: these lines name no year."""
        now = self._now()
        for year in (now.year + 1, now.year, now.year - 1):
            try:
                bare = datetime.strptime(f"{year} {moment}", "%Y %m %d %H %M %S")  # noqa: DTZ007  # Given below.
            except ValueError:
                continue
            at = bare.replace(tzinfo=self._zone) if self._zone else bare.astimezone()
            if at <= now + timedelta(days=1):
                return at
        return None
