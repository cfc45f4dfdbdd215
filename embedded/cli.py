"""`pakhuis up` and `pakhuis demo`: the whole system on this machine, until Ctrl-C."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from rich.text import Text

from embedded.demo import leave_work, play
from embedded.demo_show import addresses_table, results_as_json, results_table
from embedded.desk_door import Account, demo_account, first_admin_link
from embedded.errors import EmbeddedError
from embedded.ports import Ports
from embedded.preparing import preparing
from embedded.stack import Stack
from starter.cli import connections
from starter.cli.running import FAILED, INTERRUPTED, CliError
from starter.cli.talk import print_json, talk

Result = TypeVar("Result")


async def up(home: Path | None, ports: str | None, as_json: bool) -> int:
    """Exit code 0 when it was stopped after it was up. Raises CliError with what kept it from running."""
    started = _Started()

    async def run() -> int:
        async with _stack(home, ports, as_json, for_demo=False) as stack:
            started.is_up = True
            await _tell_addresses(stack, as_json)
            if not as_json:
                await _tell_first_admin(stack)
            await stack.until_broken()
        return FAILED

    return await _until_stopped(run(), lambda: 0 if started.is_up else INTERRUPTED)


async def demo(home: Path | None, ports: str | None, exit: bool, as_json: bool) -> int:
    """Exit code 0 only if every order reached the end it was meant to."""
    started = _Started()

    async def run() -> int:
        async with _stack(home, ports, as_json, for_demo=True) as stack:
            results = await _while_it_runs(stack, play(stack.addresses, quietly=as_json))
            reached = all(not each.problems for each in results)
            started.exit_code = 0 if reached else FAILED
            started.is_up = True
            if as_json:
                print_json({"addresses": asdict(stack.addresses), "orders": results_as_json(results)})
            else:
                talk.out.print(results_table(results))
                talk.tell("demo.reached" if reached else "demo.not_reached", count=len(results))
                talk.tell("demo.two_moments")
            if exit:
                return started.exit_code
            number, problems = await _while_it_runs(stack, leave_work(stack.addresses))
            if not as_json:
                for problem in problems:
                    talk.complain(problem)
                talk.tell("demo.work", count=number - len(problems))
                await _tell_addresses(stack, as_json, demo_account(stack.home.folder))
            await stack.until_broken()
        return FAILED

    return await _until_stopped(run(), lambda: started.exit_code if started.is_up else INTERRUPTED)


class _Started:
    """How far a run has come, for whoever stops it."""

    is_up = False
    exit_code = 0


def _stack(
    home: Path | None, ports: str | None, quietly: bool, *, for_demo: bool
) -> AbstractAsyncContextManager[Stack]:
    if ports not in (None, "auto"):
        raise CliError("ports_unknown", ports=str(ports))
    began = time.monotonic()

    def when_ready(name: str) -> None:
        if not quietly:
            line = Text("✓ ", "green").append(f"{name:<14}{time.monotonic() - began:5.1f} s", "")
            talk.out.print(line)

    folder = home or connections.home_folder()
    return Stack(
        folder,
        prepare=preparing(for_demo=for_demo, home=folder),
        ports=Ports.free() if ports == "auto" else Ports(),
        when_ready=when_ready,
    )


async def _tell_addresses(stack: Stack, as_json: bool, account: Account | None = None) -> None:
    addresses = stack.addresses
    if as_json:
        print_json(asdict(addresses))
        return
    talk.out.print()
    talk.out.print(addresses_table(addresses, stack.home.stack_file, account))
    talk.tell("demo.stays_up")


async def _tell_first_admin(stack: Stack) -> None:
    """Where nobody can sign in at the desk yet: the link by which the first admin chooses a password."""
    addresses = stack.addresses
    link = await first_admin_link(addresses.database_url, addresses.api, talk.language)
    if link is not None:
        talk.tell("demo.first_admin", link=link)


async def _while_it_runs(stack: Stack, work: Coroutine[Any, Any, Result]) -> Result:
    """Do the work, for as long as every part of the stack can be kept running. Raises EmbeddedError."""
    working = asyncio.create_task(work)
    breaking = asyncio.create_task(stack.until_broken())
    try:
        await asyncio.wait((working, breaking), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            breaking.result()
        return await working
    finally:
        for task in (working, breaking):
            task.cancel()
        await asyncio.gather(working, breaking, return_exceptions=True)


async def _until_stopped(work: Coroutine[Any, Any, int], when_stopped: Callable[[], int]) -> int:
    """Do the work; SIGINT or SIGTERM ends it in order, and again at once. Raises CliError for what failed."""
    working = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, working.cancel)
    try:
        return await working
    except asyncio.CancelledError:
        return when_stopped()
    except EmbeddedError as error:
        raise CliError("embedded", why=str(error)) from None
