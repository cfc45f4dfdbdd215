"""Push notices to staff: what waits for a device is put into one message per kind, and handed over."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from activities.push_service import Gone, NotNow, PushServices, Taken
from activities.web_push import authorization, encrypted
from db import push, push_key, stores
from db.pool import OUTAGES, Connection, Pool
from db.push import FRESH_FOR, Told
from db.push_key import PushKey
from db.vault import CannotOpen, Vault
from orders.errors import StoreNotFound
from orders.push import PushKind, Subscription
from orders.showable import showable
from orders.store import Language, StoreSettings
from orders.words import say

AT_ONCE: Final = 20
QUIET_FOR: Final = timedelta(seconds=30)
"""Between two messages to a device; what comes in between waits, and is told together."""
FORGET_EVERY_SECONDS: Final = 600.0
DEFAULT_STORE: Final = "default"

log = logging.getLogger("pakhuis.push")


class Message(NamedTuple):
    """What a device shows. The same words under the same id are the same message, however often it comes."""

    kind: PushKind
    id: int
    title: str
    body: str
    url: str
    language: Language

    @property
    def content(self) -> bytes:
        said = {name: getattr(self, name) for name in self._fields}
        return json.dumps(said, ensure_ascii=False).encode()


class _Topic(NamedTuple):
    topic: str
    many: str
    """Where a message leads that tells of several."""
    urgency: str = "normal"


_TOPICS: Final = {
    PushKind.NEW_ORDER: _Topic("orders", "/desk/orders"),
    PushKind.ATTENTION: _Topic("attention", "/desk/attention"),
    PushKind.TEST: _Topic("test", "/desk/push", "high"),
}


def message_of(kind: PushKind, told: Sequence[Told], language: Language) -> Message:
    """One message of all of these, at least one: the number of an order and the name of a store, and nothing
    of a person."""
    topic = _TOPICS[kind]
    of_stores = sorted({each.store_name or StoreSettings().look.name for each in told if each.store})
    orders = {(each.store, each.order_id): each for each in told}
    (one, *others) = orders.values()
    key = f"push.message.{kind}" if not others else f"push.message.{kind}_many"
    body = ", ".join(map(_short, of_stores[:3])) + (" …" if len(of_stores) > 3 else "")
    return Message(
        kind=kind,
        id=max(each.number for each in told),
        title=say(language, key, number=_short(one.order_number), count=len(orders)),
        body=say(language, "push.message.test_body") if kind is PushKind.TEST else body,
        url=topic.many if others or kind is PushKind.TEST else f"/desk/orders/{one.store}/{one.order_id}",
        language=language,
    )


@dataclass(frozen=True)
class Pushing:
    """Whoever sends. As many as there are workers may, for a device is taken by one of them at a time."""

    pool: Pool
    vault: Vault
    services: PushServices
    public_url: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def round(self) -> int:
        """Tell every device whose turn it is; how many there were. Raises one of OUTAGES when PostgreSQL
        cannot be reached, CannotOpen where the key we sign with cannot be opened."""
        async with self.pool.acquire() as connection:
            # First of all: so a system has its key as soon as a worker runs.
            key = await push_key.ours(connection, self.vault)
            await push.gather(connection)
            devices = await push.take(connection, self.vault, AT_ONCE)
            if not devices:
                return 0
            contact = await self._contact(connection)
        done = await asyncio.gather(
            *(self._tell(each, key, contact) for each in devices), return_exceptions=True
        )
        for error in done:
            if isinstance(error, BaseException):
                raise error
        return len(devices)

    async def forget(self) -> None:
        """Let go of what was settled long ago. Raises one of OUTAGES."""
        async with self.pool.acquire() as connection:
            await push.forget(connection)

    async def _tell(self, device: push.Taken, key: PushKey, contact: str) -> None:
        if device.subscription is None:
            log.error("a push device cannot be opened", extra={"device_id": device.device_id})
            await self._put_off(device.device_id, NotNow("sealed"))
            return
        async with self.pool.acquire() as connection:
            found = await push.to_tell(connection, device.device_id)
            over = [each.number for each in found if each.is_waiting and not each.holds]
            await push.withdraw(connection, over)
        is_told = False
        for kind in PushKind:
            told = [each for each in found if each.kind is kind and each.holds]
            if not any(each.is_waiting for each in told):
                continue
            message = message_of(kind, told, device.language)
            match await self._bring(device.subscription, message, key, contact):
                case Taken():
                    is_told = True
                    # Killed before this line, we send the same message once more: it takes the place of the
                    # first, at the service by its topic and on the device by its kind and its id.
                    async with self.pool.acquire() as connection:
                        await push.sent(connection, device.device_id, [each.number for each in told])
                case Gone():
                    async with self.pool.acquire() as connection:
                        await push.end(connection, device.device_id, "gone")
                    log.info("push device is gone", extra={"device_id": device.device_id})
                    return
                case NotNow() as problem:
                    await self._put_off(device.device_id, problem)
                    return
        async with self.pool.acquire() as connection:
            quiet_for = QUIET_FOR if is_told else timedelta(0)
            await push.let_go(connection, device.device_id, quiet_for)

    async def _bring(
        self, subscription: Subscription, message: Message, key: PushKey, contact: str
    ) -> Taken | Gone | NotNow:
        topic = _TOPICS[message.kind]
        headers = {
            "Authorization": authorization(key, subscription.endpoint, contact, self.now()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(FRESH_FOR.total_seconds())),
            "Topic": topic.topic,
            "Urgency": topic.urgency,
        }
        body = encrypted(message.content, subscription)
        return await self.services.bring(subscription, body, headers)

    async def _put_off(self, device_id: str, problem: NotNow) -> None:
        log.warning("push not taken", extra={"device_id": device_id, "why": problem.problem})
        async with self.pool.acquire() as connection:
            await push.put_off(connection, device_id, problem.problem, problem.wait)

    async def _contact(self, connection: Connection) -> str:
        """Where the people of a push service reach ours."""
        if urlsplit(self.public_url).scheme == "https":
            return self.public_url
        try:
            settings = await stores.settings(connection, DEFAULT_STORE)
        except StoreNotFound:
            settings = StoreSettings()
        return f"mailto:{settings.mail_from}"


async def push_for_ever(pushing: Pushing, stop: asyncio.Event, every_seconds: float) -> None:
    """Tell the devices of staff what they asked for, until `stop` is set."""
    forgets_at = 0.0
    while not stop.is_set():
        try:
            await pushing.round()
            if asyncio.get_running_loop().time() >= forgets_at:
                await pushing.forget()
                forgets_at = asyncio.get_running_loop().time() + FORGET_EVERY_SECONDS
        except OUTAGES as error:
            log.warning("notices not pushed", extra={"why": type(error).__name__})
        except CannotOpen:
            log.error("the key of push notices cannot be opened: is its secret key still configured?")
        except Exception as error:
            log.error("notices not pushed", exc_info=error)
        try:
            await asyncio.wait_for(stop.wait(), every_seconds)
        except TimeoutError:
            continue


def _short(text: str) -> str:
    """So much of a shop's own words that a message stays one record, on one line."""
    text = " ".join(showable(text).split())
    return text if len(text) <= 40 else text[:39] + "…"
