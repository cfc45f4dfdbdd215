"""Mailpit's HTTP API, asked for what became of one mail."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import httpx
from pydantic import BaseModel, Field, ValidationError

from activities.relays import CLOCKS_APART, SETTLES_WITHIN, Said

PATIENCE: Final = httpx.Timeout(10.0, connect=5.0)

log = logging.getLogger("pakhuis.relay")


class _Message(BaseModel):
    message_id: str = Field(alias="MessageID")
    created: datetime = Field(alias="Created")


class _Found(BaseModel):
    messages: list[_Message]


class _Running(BaseModel):
    uptime: float = Field(alias="Uptime")
    """Seconds."""
    deleted: int = Field(alias="MessagesDeleted")
    """Since it was started, by whomever."""


class _Info(BaseModel):
    running: _Running = Field(alias="RuntimeStats")


class Mailpit:
    """Searches by Message-ID. What it does not find it never saw, if it has run since before that moment and
    has deleted nothing."""

    is_worth_asking_again = True

    def __init__(
        self,
        address: str,
        *,
        user: str = "",
        password: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`password` without `user` is a bearer token."""
        self._now = now
        self._http = httpx.AsyncClient(
            base_url=address,
            timeout=PATIENCE,
            auth=httpx.BasicAuth(user, password) if user else None,
            headers={"Authorization": f"Bearer {password}"} if password and not user else None,
        )

    async def ask(self, message_id: str, since: datetime) -> Said:
        try:
            return await self._ask(message_id.strip("<>"), since)
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("the relay cannot be asked", extra={"why": type(error).__name__})
            return "cannot_say"

    async def close(self) -> None:
        await self._http.aclose()

    async def _ask(self, message_id: str, since: datetime) -> Said:
        answer = await self._http.get("/api/v1/search", params={"query": f'message-id:"{message_id}"'})
        found = _Found.model_validate_json(answer.raise_for_status().content).messages
        # Mailpit finds parts of an id, too.
        copies = [each for each in found if each.message_id == message_id]
        if any(each.created >= since - CLOCKS_APART for each in copies):
            return "has_it"
        age = self._now() - since
        if copies or age < SETTLES_WITHIN:
            return "cannot_say"
        answer = await self._http.get("/api/v1/info")
        running = _Info.model_validate_json(answer.raise_for_status().content).running
        kept_all = running.deleted == 0 and running.uptime > (age + CLOCKS_APART).total_seconds()
        return "never_saw_it" if kept_all else "cannot_say"
