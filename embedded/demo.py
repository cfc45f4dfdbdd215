"""The demo: sample orders placed over HTTP, played through side by side, and judged by what the API says."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx

from embedded.demo_judge import judge, judge_mail
from embedded.demo_mail import Catcher
from embedded.demo_morning import prepare_morning
from embedded.demo_samples import SAMPLES, Sample
from embedded.demo_show import Board
from embedded.demo_steps import Cast, Scene, StepFailed
from embedded.stack import Addresses
from starter.cli.talk import talk
from starter.client import Json, PakhuisClient, PakhuisError


@dataclass(frozen=True)
class Result:
    """How one order ended; `problems` is empty if that is how it was meant to."""

    sample: Sample
    order: Json | None
    problems: tuple[str, ...]


async def play(addresses: Addresses, *, quietly: bool) -> list[Result]:
    """Place and play every sample through all its steps; a result for each, in the order of SAMPLES.

    Run again on the same home, everything is found done: orders and commands have the same ids in every run.
    """
    async with _cast(addresses) as cast:
        with Board(SAMPLES, quietly=quietly) as board:
            return list(await asyncio.gather(*(_play_one(sample, cast, board) for sample in SAMPLES)))


async def leave_work(addresses: Addresses) -> tuple[int, tuple[str, ...]]:
    """Orders that wait at the desk, for whoever wants to try a morning's work; and what went wrong."""
    async with _cast(addresses) as cast:
        return await prepare_morning(cast)


@contextlib.asynccontextmanager
async def _cast(addresses: Addresses) -> AsyncIterator[Cast]:
    async with AsyncExitStack() as stack:

        async def client(scope: str) -> PakhuisClient:
            key = addresses.keys[scope]
            return await stack.enter_async_context(PakhuisClient(addresses.api, key, language=talk.language))

        checkout, staff = await client("checkout"), await client("staff")
        catcher = Catcher(addresses.mail_page) if addresses.mail_page else None
        if catcher is not None:
            stack.push_async_callback(catcher.close)
        yield Cast(addresses.api, checkout, staff, catcher)


async def _play_one(sample: Sample, cast: Cast, board: Board) -> Result:
    """One order from its file to its end; what goes wrong is part of the result and stops no other."""
    order: Json | None = None
    scene: Scene | None = None
    try:
        board.show(sample, "placed")
        scene = await _placed(sample, cast)
        for position, step in enumerate(sample.steps, start=1):
            board.show(sample, step.name)
            await step.take(scene, position)
            board.advance(sample)
        board.show(sample, "judged")
        order, problems = await _judged(scene, sample)
    except (PakhuisError, StepFailed, httpx.HTTPError) as error:
        problems = [f"{type(error).__name__}: {error}"]
        with contextlib.suppress(PakhuisError):
            order = await scene.order() if scene else None
    result = Result(sample, order, tuple(problems))
    board.finish(sample, is_well=not problems)
    return result


async def _placed(sample: Sample, cast: Cast) -> Scene:
    body = sample.read()
    if sample.is_ecwid:
        (placed,) = await cast.checkout.place_ecwid(body)
        order_id, store, customer = str(placed.order_id), "default", str(body["email"])
    else:
        order = (await cast.checkout.place(body)).order
        order_id, store, customer = order["order_id"], order["store"], order["customer"]["email"]
    return Scene(order_id, store, customer, cast)


async def _judged(scene: Scene, sample: Sample) -> tuple[Json, list[str]]:
    """The order at its end, and what is not as it was meant to be: given a while to come about."""
    problems: list[str] = []
    order: Json = {}

    async def look() -> bool | None:
        nonlocal order, problems
        order = await scene.order()
        problems = judge(order, sample.ending)
        if not problems and scene.cast.catcher is not None:
            problems = await judge_mail(scene.cast.catcher, scene.customer, sample.ending)
        return None if problems else True

    try:
        await scene.until(look, "end")
    except StepFailed:
        return order, problems
    return order, []
