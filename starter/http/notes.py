"""Calls about the notes of an order: read, write, change."""

import uuid
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ValidationError

from db import notes, reading
from db.keys import Scope
from db.pool import Pool, within_reach
from orders.note import NewNote, NoteChange, NoteId
from orders.order import OrderId
from orders.store import StoreId
from starter.answers import NoteAnswer, NotesAnswer
from starter.arrivals import unreadable
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.view import note_answer

Body = TypeVar("Body", bound=BaseModel)
EXAMPLE = {"note_id": "note-1", "text": "Called the customer: Thursday is fine."}
CHANGE_EXAMPLE = {"text": "Called the customer: Friday is fine too."}


def router(pool: Pool, entrance: Entrance) -> APIRouter:
    """The routes about notes."""
    routes = APIRouter(tags=["notes"])
    staff = entrance(Scope.STAFF, Scope.OPS)

    @routes.get("/v1/orders/{order_id}/notes", responses=PROBLEMS(400, 401, 403, 404, 422, 503))
    async def list_notes(
        order_id: OrderId, visitor: Annotated[Visitor, Depends(staff)], store: StoreId | None = None
    ) -> NotesAnswer:
        """The notes of an order, the oldest first, each with how it read before."""
        async with within_reach(pool) as connection:
            owner = await reading.store_of(connection, order_id, store)
            found = await notes.of_order(connection, owner, order_id)
        return NotesAnswer(notes=[note_answer(each) for each in found])

    @routes.post(
        "/v1/orders/{order_id}/notes",
        status_code=HTTPStatus.CREATED,
        response_model=NoteAnswer,
        responses={
            200: {"model": NoteAnswer, "description": "This very note was kept before."},
            **PROBLEMS(400, 401, 403, 404, 409, 413, 422, 503),
        },
        openapi_extra=json_body(NewNote, EXAMPLE),
    )
    async def add_note(
        request: Request,
        order_id: OrderId,
        visitor: Annotated[Visitor, Depends(staff)],
        store: StoreId | None = None,
    ) -> Response:
        """Write a note; the key's actor signs it. The same note again changes nothing and answers 200."""
        wish = await _read(request, NewNote)
        note_id = wish.note_id or str(uuid.uuid4())
        async with within_reach(pool) as connection:
            owner = await reading.store_of(connection, order_id, store)
            added = await notes.add(connection, owner, order_id, note_id, visitor.actor, wish.text)
        status = HTTPStatus.CREATED if added.is_new else HTTPStatus.OK
        answer = note_answer(added.note).model_dump_json()
        return Response(answer, status, media_type="application/json")

    @routes.patch(
        "/v1/orders/{order_id}/notes/{note_id}",
        responses=PROBLEMS(400, 401, 403, 404, 409, 413, 422, 503),
        openapi_extra=json_body(NoteChange, CHANGE_EXAMPLE),
    )
    async def change_note(
        request: Request,
        order_id: OrderId,
        note_id: NoteId,
        visitor: Annotated[Visitor, Depends(staff)],
        store: StoreId | None = None,
    ) -> NoteAnswer:
        """Let one's own note read otherwise. How it read before is kept, with who wrote it and when."""
        wish = await _read(request, NoteChange)
        async with within_reach(pool) as connection:
            owner = await reading.store_of(connection, order_id, store)
            note = await notes.edit(connection, owner, order_id, note_id, visitor.actor, wish.text)
        return note_answer(note)

    return routes


async def _read(request: Request, model: type[Body]) -> Body:
    try:
        return model.model_validate(parsed(await body(request)))
    except ValidationError as error:
        raise unreadable(error) from None
