"""The steps of the demo: what checkout, staff and customers do, each harmless to do again."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx

from embedded.demo_mail import DOWNLOAD, PICKUP_CODE, Catcher
from embedded.files import SAMPLES
from starter.client import Json, PakhuisClient

PATIENCE_SECONDS: Final = 30.0
LOOK_EVERY_SECONDS: Final = 0.1
LINKS_LIVE_FOR: Final = timedelta(hours=71)
"""A download link of an earlier run may have ended; those of the demo's store live for 72 hours."""

Found = TypeVar("Found")


class StepFailed(Exception):
    """A step did not do what it was meant to; the text is fit for a person."""


@dataclass(frozen=True)
class Cast:
    """The programs that play the orders."""

    api: str
    """Where the API is in this run."""
    checkout: PakhuisClient
    staff: PakhuisClient
    catcher: Catcher | None
    """None where mails leave for a real relay: then nobody here can read them."""


@dataclass(frozen=True)
class Scene:
    """One order that is being played."""

    order_id: str
    store: str
    customer: str
    """The customer's mail address."""
    cast: Cast

    async def order(self) -> Json:
        return await self.cast.staff.order(self.order_id, store=self.store)

    async def until(self, look: Callable[[], Awaitable[Found | None]], what: str) -> Found:
        """What `look` finds, as soon as it finds something. Raises StepFailed when it takes too long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while (found := await look()) is None:
            if loop.time() > deadline:
                raise StepFailed(what)
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        return found


class Step(ABC):
    """One thing somebody does. `name` is shown while it is being done."""

    name: str

    @abstractmethod
    async def take(self, scene: Scene, position: int) -> None:
        """Do it, or find it done. Raises StepFailed, or PakhuisError with the reason."""


@dataclass(frozen=True)
class Do(Step):
    """Give the order a command; it has the same id in every run, so it is applied once."""

    name: str
    fields: dict[str, Any] = field(default_factory=dict)
    by_checkout: bool = False

    async def take(self, scene: Scene, position: int) -> None:
        who = scene.cast.checkout if self.by_checkout else scene.cast.staff
        await give(scene, who, f"demo-{position}-{self.name}", self.name, self.fields)


async def give(scene: Scene, who: PakhuisClient, command_id: str, type_: str, fields: dict[str, Any]) -> None:
    """Give a command until it is answered: the workers may still be starting."""

    async def ask() -> bool | None:
        answer = await who.send(scene.order_id, type_, store=scene.store, command_id=command_id, **fields)
        return None if answer["outcome"] == "pending" else True

    await scene.until(ask, type_)


def pay(**fields: Any) -> Do:
    """The checkout tells that all that was due was paid."""
    return Do("payment", {"status": "paid", **fields}, by_checkout=True)


@dataclass(frozen=True)
class See(Step):
    """Wait until the order's timeline shows this kind of entry: nobody does it, time does."""

    name: str

    async def take(self, scene: Scene, position: int) -> None:
        async def look() -> bool | None:
            order = await scene.order()
            return any(each["kind"] == self.name for each in order["timeline"]) or None

        await scene.until(look, self.name)


@dataclass(frozen=True)
class Collect(Step):
    """The customer comes to the counter with the code from the mail."""

    name: str = "collected"

    async def take(self, scene: Scene, position: int) -> None:
        catcher = scene.cast.catcher
        if catcher is None:
            await give(scene, scene.cast.staff, f"demo-{position}-override", self.name, {"override": True})
            return

        async def look() -> str | None:
            return next(iter(await catcher.found(scene.customer, PICKUP_CODE)), None)

        code = await scene.until(look, "ready_for_pickup")
        await give(scene, scene.cast.staff, f"demo-{position}-{self.name}", self.name, {"code": code})


@dataclass(frozen=True)
class Download(Step):
    """The customer opens each link of the mail, and gets the very file."""

    files: tuple[str, ...]
    name: str = "download"

    async def take(self, scene: Scene, position: int) -> None:
        catcher = scene.cast.catcher
        if catcher is None:
            return

        async def look() -> list[str] | None:
            return await catcher.found(scene.customer, DOWNLOAD) or None

        links = list(dict.fromkeys(await scene.until(look, "downloads")))
        wanted = {SAMPLES[file]() for file in self.files}
        async with httpx.AsyncClient(timeout=30, trust_env=False) as browser:
            # A mail of an earlier run has the port of that run in its links.
            answers = [await browser.get(scene.cast.api + urlsplit(link).path) for link in links]
        if any(answer.status_code == HTTPStatus.GONE for answer in answers):
            accepted_at = datetime.fromisoformat((await scene.order())["accepted_at"])
            if datetime.now(UTC) - accepted_at > LINKS_LIVE_FOR:
                return
        if {answer.content for answer in answers if answer.is_success} != wanted:
            raise StepFailed(self.name)
