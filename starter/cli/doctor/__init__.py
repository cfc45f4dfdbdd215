"""The doctor: every connection and setting is tried, and what is wrong is said with what to do about it."""

import asyncio
from dataclasses import asdict
from typing import Final

from orders.sentence import sentence
from starter.cli import connections, tables
from starter.cli.doctor.database import database
from starter.cli.doctor.engine import temporal
from starter.cli.doctor.findings import Check, Finding, SetUp
from starter.cli.doctor.relay import smtp
from starter.cli.doctor.secret_files import secrets
from starter.cli.doctor.surroundings import files, public_address, python, secret_key, settings
from starter.cli.running import FAILED
from starter.cli.talk import print_json, talk

CHECKS: Final[tuple[Check, ...]] = (
    settings, public_address, python, secret_key, secrets, files, database, temporal, smtp
)  # fmt: skip


async def doctor(as_json: bool) -> int:
    """Every check, and its findings on stdout. Exit code 1 if anything is wrong."""
    set_up = SetUp(connections.use_stack())
    with talk.aside.status(talk.words(sentence("doctor.looking"))):
        findings = await examine(set_up)
    is_well = all(each.state != "wrong" for each in findings)
    if as_json:
        print_json({"well": is_well, "checks": [asdict(each) for each in findings]})
    else:
        talk.out.print(tables.checks(findings))
    return 0 if is_well else FAILED


async def examine(set_up: SetUp) -> list[Finding]:
    """What every check finds, side by side, in the order of CHECKS. Temporal is the one of our process's
    environment."""
    found = await asyncio.gather(*(_all_of(check, set_up) for check in CHECKS))
    return [each for some in found for each in some]


async def _all_of(check: Check, set_up: SetUp) -> list[Finding]:
    return [finding async for finding in check(set_up)]
