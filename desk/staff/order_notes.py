"""Notes and claims on the order page: what staff write about an order, and who is working on it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from db import claims, notes, reading
from db.claims import Claimed
from db.pool import within_reach
from desk.staff.access import Gate
from desk.staff.forms import Form, form_of
from desk.staff.order import ORDER, draw_order
from desk.staff.order_forms import Filled
from desk.staff.order_rows import order_href
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Notice, fresh_command_id, local, see_other, tell
from desk.staff.signed import Signed
from orders.errors import NoteDiffers, NoteNotFound, NoteOfAnother, Refused
from orders.note import NoteId, NoteText
from orders.order import OrderId
from orders.sentence import Sentence, sentence
from orders.store import StoreId
from orders.words import in_words, say

TEXT: TypeAdapter[str] = TypeAdapter(NoteText)
NAME: TypeAdapter[str] = TypeAdapter(NoteId)


def notes_router(desk: Desk, gate: Gate) -> APIRouter:
    """`POST …/notes`, `…/notes/{note_id}`, `…/claim` and `…/claim/release`."""
    router = desk_router(gate)
    who = Annotated[Signed, Depends(gate.signed)]

    async def told(signed: Signed, said: Sentence | str, *, is_good: bool = True) -> None:
        text = said if isinstance(said, str) else in_words(signed.language, said)
        await tell(desk, signed, Notice(text=text, is_good=is_good))

    async def wrong(
        request: Request, signed: Signed, store: str, order_id: str, form: Form, key: str
    ) -> Response:
        problem = say(signed.language, "desk_order.problem.note")
        filled = Filled.of(form, {"text": problem}).model_copy(update={"key": key})
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await draw_order(desk, request, signed, store, order_id, filled=filled, status_code=status)

    @router.post(f"{ORDER}/notes")
    async def add(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        form = await form_of(request)
        try:
            text = TEXT.validate_python(form.text("text", 10_000))
            note_id = NAME.validate_python(form.text("note_id", 200) or fresh_command_id())
        except ValidationError:
            return await wrong(request, signed, store, order_id, form, "note")
        async with within_reach(desk.pool) as connection:
            await reading.store_of(connection, order_id, store)
            try:
                await notes.add(connection, store, order_id, note_id, signed.actor, text)
            except (NoteDiffers, Refused) as no:
                await told(signed, no.sentence, is_good=False)
        return see_other(f"{order_href(store, order_id)}#notes")

    @router.post(f"{ORDER}/notes/{{note_id}}")
    async def change(
        request: Request, signed: who, store: StoreId, order_id: OrderId, note_id: NoteId
    ) -> Response:
        form = await form_of(request)
        try:
            text = TEXT.validate_python(form.text("text", 10_000))
        except ValidationError:
            return await wrong(request, signed, store, order_id, form, f"note-{note_id}")
        async with within_reach(desk.pool) as connection:
            await reading.store_of(connection, order_id, store)
            try:
                await notes.edit(connection, store, order_id, note_id, signed.actor, text)
            except (NoteNotFound, NoteOfAnother, Refused) as no:
                await told(signed, no.sentence, is_good=False)
        return see_other(f"{order_href(store, order_id)}#notes")

    @router.post(f"{ORDER}/claim")
    async def claim(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        form = await form_of(request)
        async with within_reach(desk.pool) as connection:
            await reading.store_of(connection, order_id, store)
            found = await claims.claim(
                connection, store, order_id, signed.actor, signed.name, take_over=form.has("take_over")
            )
        held = found.claim
        if isinstance(found, Claimed):
            await told(signed, sentence("desk_order.claims.claimed", until=held.until))
        else:
            said = sentence("refusal.claimed", name=held.name, since=held.since, until=held.until)
            await told(signed, said, is_good=False)
        return see_other(local(form.text("next", 500), order_href(store, order_id)))

    @router.post(f"{ORDER}/claim/release")
    async def release(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        async with within_reach(desk.pool) as connection:
            await reading.store_of(connection, order_id, store)
            was_mine = await claims.release(connection, store, order_id, signed.actor)
        key = "desk_order.claims.released" if was_mine else "refusal.not_claimed"
        await told(signed, sentence(key), is_good=was_mine)
        return see_other(order_href(store, order_id))

    return router
