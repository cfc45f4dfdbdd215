"""Calls that give an order a command: one, or many at once."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from db.keys import Scope
from db.pool import Pool, within_reach
from orders.change import Outcome
from orders.commands import COMMAND, LONGEST_UNDO_SECONDS, Command, Payment
from orders.errors import OrderError, OrderNotFound, OrderUnreadable
from orders.order import OrderId
from orders.own_words import with_words
from orders.problems import problem as field_problem
from orders.sentence import sentence
from orders.store import StoreId
from orders.words import in_words
from starter.answers import OrderAnswer
from starter.arrivals import unreadable
from starter.front_door import FrontDoor, Given, Visitor
from starter.http.documentation import COMMAND_EXAMPLES, PROBLEMS
from starter.http.entrance import LARGEST_EXPORT, Entrance, body, parsed
from starter.http.problems import HTTP_STATUS, Forbidden, language_of, problem
from starter.view import Viewer

MOST_AT_ONCE = 1000
SIDE_BY_SIDE = 32
Undo = Annotated[
    int,
    Query(
        ge=0,
        le=LONGEST_UNDO_SECONDS,
        description="So long the mails to the customer wait: until then `mail_stop` takes them back.",
    ),
]


class CommandAnswer(BaseModel):
    """How a command ended. `order` is the order after it."""

    command_id: str
    outcome: str = Field(description="applied, repeated, refused, or pending while the workers are away.")
    text: str = Field(description="A sentence for people.")
    order: OrderAnswer | None = None


class BulkRow(BaseModel):
    """One command of many: an order, and the command's own fields."""

    model_config = ConfigDict(extra="allow")
    order_id: OrderId
    store: StoreId | None = None


class BulkResult(BaseModel):
    index: int
    order_id: str
    command_id: str | None
    status: int
    outcome: str
    text: str


class BulkAnswer(BaseModel):
    results: list[BulkResult]


def router(front_door: FrontDoor, viewer: Viewer, pool: Pool, entrance: Entrance) -> APIRouter:
    """The routes that take commands."""
    routes = APIRouter(tags=["commands"])

    @routes.post(
        "/v1/orders/{order_id}/commands",
        response_model=CommandAnswer,
        responses={
            202: {"model": CommandAnswer, "description": "Kept, and not yet applied: the workers are away."},
            **PROBLEMS(400, 401, 403, 404, 409, 413, 422, 503),
        },
        openapi_extra=_documented(),
    )
    async def give(
        request: Request,
        order_id: OrderId,
        visitor: Annotated[Visitor, Depends(entrance(*Scope))],
        store: StoreId | None = None,
        undo_seconds: Undo = 0,
    ) -> Response:
        """Give an order a command. It is kept before anything else happens to it, applied once by its
        `command_id`, and answered within a moment; the same again answers the same."""
        command = read_command(parsed(await body(request)), visitor)
        given = await front_door.give(order_id, command, visitor, store=store, undo_seconds=undo_seconds)
        return await _answer(request, given)

    async def _answer(request: Request, given: Given) -> Response:
        order = None
        with suppress(OrderNotFound):  # A payment may come before its order.
            async with within_reach(pool) as connection:
                order = await viewer.order(connection, given.store, given.order_id, language_of(request))
        status, outcome, text = _said(request, given, known=order is not None)
        if status is HTTPStatus.CONFLICT and given.answer is not None:
            said = with_words(given.answer.text, given.answer.words, language_of(request))
            kept = order.model_dump(mode="json") if order else None
            return problem(request, status, said, command_id=given.command_id, outcome=outcome, order=kept)
        answer = CommandAnswer(command_id=given.command_id, outcome=outcome, text=text, order=order)
        return Response(answer.model_dump_json(), status, media_type="application/json")

    @routes.post(
        "/v1/commands",
        responses=PROBLEMS(400, 401, 403, 413, 422, 503),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["commands"],
                            "properties": {
                                "commands": {
                                    "type": "array",
                                    "minItems": 1,
                                    "maxItems": MOST_AT_ONCE,
                                    # Each row has an answer of its own, also one that is no command.
                                    "items": {
                                        "description": "A command, and the `order_id` it is for; `store` too."
                                    },
                                }
                            },
                            "additionalProperties": False,
                        },
                        "example": {"commands": [{"order_id": "K8XTQ", **COMMAND_EXAMPLES["shipped"]}]},
                    }
                },
            }
        },
    )
    async def give_many(
        request: Request,
        visitor: Annotated[Visitor, Depends(entrance(*Scope))],
        undo_seconds: Undo = 0,
    ) -> BulkAnswer:
        """Give many commands at once: `{"commands": [{"order_id": "...", "type": "...", ...}]}`. Each has a
        result of its own; sent again with the same command ids it goes on where it stopped."""
        raw = parsed(await body(request, LARGEST_EXPORT))
        rows = raw.get("commands")
        if set(raw) != {"commands"} or not isinstance(rows, list) or not 1 <= len(rows) <= MOST_AT_ONCE:
            raise OrderUnreadable.of(("commands", field_problem("not_a_list_of_commands", most=MOST_AT_ONCE)))
        slots = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(index: int, row: object) -> BulkResult:
            async with slots:
                return await _one(request, visitor, index, row, undo_seconds)

        # Commands of one order keep the order of the list; different orders go side by side.
        chains: dict[str, list[tuple[int, object]]] = {}
        for index, row in enumerate(rows):
            key = str(row.get("order_id")) if isinstance(row, dict) else f"#{index}"
            chains.setdefault(key, []).append((index, row))

        async def chain(links: Sequence[tuple[int, object]]) -> list[BulkResult]:
            return [await one(index, row) for index, row in links]

        results = await asyncio.gather(*(chain(links) for links in chains.values()))
        flat = sorted((each for some in results for each in some), key=lambda each: each.index)
        return BulkAnswer(results=flat)

    async def _one(
        request: Request, visitor: Visitor, index: int, row: object, undo_seconds: int
    ) -> BulkResult:
        language = language_of(request)
        order_id = _sayable(str(row.get("order_id", ""))[:64]) if isinstance(row, dict) else ""
        command_id = _said_id(row)
        try:
            if not isinstance(row, dict):
                raise OrderError("door.not_json")
            try:
                target = BulkRow.model_validate(row)
            except ValidationError as error:
                raise unreadable(error) from None
            fields = {name: value for name, value in row.items() if name not in ("order_id", "store")}
            command = read_command(fields, visitor)
            command_id = command.command_id
            given = await front_door.give(
                target.order_id, command, visitor, store=target.store, undo_seconds=undo_seconds
            )
        except OrderError as error:
            return BulkResult(
                index=index,
                order_id=order_id,
                command_id=command_id,
                status=HTTP_STATUS[type(error)],
                outcome="refused",
                text=in_words(language, error.sentence),
            )
        status, outcome, text = _said(request, given, known=True)
        return BulkResult(
            index=index,
            order_id=order_id,
            command_id=given.command_id,
            status=status,
            outcome=outcome,
            text=text,
        )

    return routes


def read_command(fields: dict[str, Any], visitor: Visitor) -> Command:
    """The command in a body. Raises OrderUnreadable with the path of every field that is wrong, Forbidden."""
    try:
        command = COMMAND.validate_python(fields)
    except ValidationError as error:
        # The first part of a path names the type of command, which is no field.
        raise unreadable(error, skip=1 if "type" in fields else 0) from None
    if visitor.scope is Scope.CHECKOUT and not isinstance(command, Payment):
        raise Forbidden(Scope.STAFF, Scope.OPS)
    return command


def _said_id(row: object) -> str | None:
    """The command id a row was sent with, so that its result can be found by it, also where it is no good."""
    said = row.get("command_id") if isinstance(row, dict) else None
    return _sayable(said[:100]) if isinstance(said, str) else None


def _sayable(text: str) -> str:
    # What is repeated as it was sent may hold half a surrogate pair, which no answer can.
    return text.encode("utf-8", "replace").decode()


def _said(request: Request, given: Given, *, known: bool) -> tuple[HTTPStatus, str, str]:
    """The status, the outcome and the sentence of a command that was given."""
    language = language_of(request)
    if given.answer is None:
        key = "door.kept_for_later" if known else "door.payment_before_order"
        return HTTPStatus.ACCEPTED, "pending", in_words(language, sentence(key))
    outcome = given.answer.outcome
    text = in_words(language, with_words(given.answer.text, given.answer.words, language))
    status = HTTPStatus.CONFLICT if outcome is Outcome.REFUSED else HTTPStatus.OK
    return status, outcome, text


def _documented() -> dict[str, Any]:
    return {
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
                    "examples": {name: {"value": example} for name, example in COMMAND_EXAMPLES.items()},
                }
            },
        }
    }
