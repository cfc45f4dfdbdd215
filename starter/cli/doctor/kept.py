"""Checks of what PostgreSQL keeps: who runs, what lies, which files are needed, who writes, who is told."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from db import processes, push, stores, upkeep
from db.files import FilesFolder
from db.pool import Connection
from db.processes import Kind
from starter.build import build, version
from starter.cli.doctor import domains
from starter.cli.doctor.findings import Finding, SetUp, warning, well, wrong

SEEN_WITHIN: Final = timedelta(minutes=2)
UNDELIVERED_FOR: Final = timedelta(minutes=1)
UNTRIED_FOR: Final = timedelta(minutes=5)
OVERDUE_BY: Final = timedelta(minutes=10)
UNREACHED_FOR: Final = timedelta(hours=1)
MOST_NAMED: Final = 5

CheckKept = Callable[[SetUp, Connection], AsyncIterator[Finding]]


async def who_runs(_set_up: SetUp, connection: Connection) -> AsyncIterator[Finding]:
    seen = await processes.seen(connection, SEEN_WITHIN)
    if not any(each.kind is Kind.WORKER for each in seen):
        yield warning("processes", "no_worker")
    ours = await asyncio.to_thread(build)
    builds = {each.build for each in seen}
    if len(builds) > 1:
        names = ", ".join(
            f"{each.kind} {each.host} {each.version}+{each.build}" for each in seen[: MOST_NAMED * 2]
        )
        yield warning("processes", "apart", names=names)
    elif builds - {ours}:
        theirs = f"{seen[0].version}+{seen[0].build}"
        yield warning("processes", "other_code", theirs=theirs, ours=f"{version()}+{ours}")
    elif seen:
        yield well("processes", count=len(seen), code=f"{version()}+{ours}")


async def what_lies(_set_up: SetUp, connection: Connection) -> AsyncIterator[Finding]:
    lagging = await upkeep.lagging(
        connection, undelivered_for=UNDELIVERED_FOR, untried_for=UNTRIED_FOR, overdue_by=OVERDUE_BY
    )
    for lag in lagging:
        yield wrong("sweep", lag.what, count=lag.how_many, example=lag.example or "–")
    if not lagging:
        yield well("sweep")


async def files_wanted(set_up: SetUp, connection: Connection) -> AsyncIterator[Finding]:
    folder = set_up.environment.get("PAKHUIS_FILES") or ""
    if not os.access(folder, os.R_OK):
        return  # The check of the folder says so.
    wanted = await upkeep.files_wanted(connection)
    has = FilesFolder(Path(folder)).has
    missing = await asyncio.to_thread(lambda: [name for name in wanted if not has(name)])
    if missing:
        names = ", ".join(missing[:MOST_NAMED]) + (" …" if len(missing) > MOST_NAMED else "")
        example, count = wanted[missing[0]], len(missing)
        yield wrong("files_wanted", "missing", names=names, count=count, example=example, folder=folder)
    elif wanted:
        yield well("files_wanted", count=len(wanted))
    else:
        yield well("files_wanted", "none")


async def senders(set_up: SetUp, connection: Connection) -> AsyncIterator[Finding]:
    known = await stores.everything(connection)
    serious = wrong if set_up.is_public else warning  # On one machine alone no mail need leave.
    domain_of = {store: settings.mail_from.rpartition("@")[2] for store, settings in known.items()}
    real = sorted({domain for domain in domain_of.values() if not domains.is_placeholder(domain)})
    found = dict(zip(real, await domains.look_up(real, set_up.name_servers), strict=True))
    are_well = True
    for store, settings in known.items():
        match found.get(domain_of[store]):
            case None:
                are_well = False
                yield serious("senders", "placeholder", store=store, address=settings.mail_from)
            case domains.Standing.UNKNOWN:
                are_well = False
                yield serious("senders", "unknown", store=store, address=settings.mail_from)
            case domains.Standing.WITHOUT_MAIL:
                are_well = False
                yield warning("senders", "without_mail", store=store, address=settings.mail_from)
            case domains.Standing.TAKES_MAIL | domains.Standing.NOT_ASKED:
                pass
    if are_well:
        asked = domains.Standing.NOT_ASKED not in found.values()
        yield well("senders", count=len(known)) if asked else well("senders", "not_asked", count=len(known))


async def notices(_set_up: SetUp, connection: Connection) -> AsyncIterator[Finding]:
    """Only what is amiss: a shop without devices wants to hear nothing of them."""
    if lying := await push.lying(connection, UNTRIED_FOR):
        yield wrong("notices", "untried", count=lying)
    if failing := await push.failing(connection, UNREACHED_FOR):
        yield warning(
            "notices",
            "failing",
            count=failing.devices,
            service=failing.service,
            problem=failing.problem,
        )


KEPT: Final[tuple[CheckKept, ...]] = (who_runs, what_lies, files_wanted, senders, notices)
