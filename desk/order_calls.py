"""Calls about the mails of an order: one as it was sent, and those that a command would cause."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from db import reading, stores
from db.keys import Scope
from db.pool import Pool, within_reach
from db.vault import Vault
from desk.preview import previews
from orders.commands import Command, MailKey
from orders.order import OrderId
from orders.store import StoreId
from orders.words import in_words
from starter import sent_mails
from starter.front_door import Visitor
from starter.http.commands import read_command
from starter.http.documentation import COMMAND_EXAMPLES, PROBLEMS
from starter.http.entrance import Entrance, body, parsed
from starter.http.problems import language_of
from starter.sent_mails import Letter


class SentMailAnswer(BaseModel):
    """A mail, and what became of it."""

    mail_key: str
    kind: str
    is_copy: bool
    language: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    letter: Letter | None = Field(description="What it says; null until it was handed over.")


class ForetoldMailAnswer(BaseModel):
    """A mail that would leave."""

    mail_key: str
    kind: str
    recipient: str
    language: str
    is_copy: bool
    can_be_taken_back: bool = Field(description="Whether it would wait for `undo_seconds`.")
    subject: str
    text: str
    html: str


class PreviewAnswer(BaseModel):
    """What a command would cause."""

    refusal: str | None = Field(description="Why it would be refused, or change nothing.")
    mails: list[ForetoldMailAnswer]


FACTS: Final = tuple(name for name in SentMailAnswer.model_fields if name != "letter")
_A_COMMAND: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        {"$ref": f"#/components/schemas/{model.__name__}"} for model in Command.__args__
                    ],
                    "discriminator": {"propertyName": "type"},
                },
                "example": COMMAND_EXAMPLES["shipped"],
            }
        },
    }
}


def order_calls_router(pool: Pool, vault: Vault, public_url: str, entrance: Entrance) -> APIRouter:
    """`GET /v1/orders/{order_id}/mails/{mail_key}` and `POST /v1/orders/{order_id}/preview`."""
    routes = APIRouter(prefix="/v1", tags=["orders"])
    staff = entrance(Scope.STAFF, Scope.OPS)

    @routes.get("/orders/{order_id}/mails/{mail_key}", responses=PROBLEMS(400, 401, 403, 404, 409, 422, 503))
    async def mail_as_sent(
        order_id: OrderId,
        mail_key: MailKey,
        visitor: Annotated[Visitor, Depends(staff)],
        store: StoreId | None = None,
    ) -> SentMailAnswer:
        """One mail as it was sent, to the letter; its codes, and the secret part of its links, are hidden."""
        async with within_reach(pool) as connection:
            owner = await reading.store_of(connection, order_id, store)
            mail, letter = await sent_mails.by_key(connection, vault, owner, order_id, mail_key)
        facts = mail._asdict()
        return SentMailAnswer(**{name: facts[name] for name in FACTS}, letter=letter)

    @routes.post(
        "/orders/{order_id}/preview",
        responses=PROBLEMS(400, 401, 403, 404, 409, 413, 422, 503),
        openapi_extra=_A_COMMAND,
    )
    async def preview(
        request: Request,
        order_id: OrderId,
        visitor: Annotated[Visitor, Depends(staff)],
        store: StoreId | None = None,
    ) -> PreviewAnswer:
        """The mails that a command would cause if it were given now. Nothing is kept and nothing changes."""
        command = read_command(parsed(await body(request)), visitor)
        async with within_reach(pool) as connection:
            owner = await reading.store_of(connection, order_id, store)
            kept = await reading.order(connection, owner, order_id)
            settings = await stores.settings(connection, owner)
            found = await previews(connection, vault, kept, command, visitor.actor, settings, public_url)
        refusal = in_words(language_of(request), found.refusal) if found.refusal else None
        mails = [
            ForetoldMailAnswer(
                mail_key=each.key,
                **{
                    name: getattr(each, name)
                    for name in ForetoldMailAnswer.model_fields
                    if name != "mail_key"
                },
            )
            for each in found.mails
        ]
        return PreviewAnswer(refusal=refusal, mails=mails)

    return routes
