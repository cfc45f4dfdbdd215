"""Errors over HTTP: every error of ours as problem+json, with a stable type and a sentence for people."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from orders import errors
from orders.codes import CodeMistyped
from orders.errors import OrderError, OrderUnreadable
from orders.problems import ELSE, problem_of
from orders.problems import problem as field_problem
from orders.sentence import Sentence, sentence
from orders.staff import LastAdmin, PasswordUnfit, StaffNotFound, StaffTaken
from orders.store import Language
from orders.words import in_words
from starter.http.languages import wanted_language
from starter.push import DeviceNotFound, PushUnfit
from starter.webhooks.errors import (
    ProviderNotFound,
    WebhookNotSigned,
    WebhookOfAnotherStore,
    WebhookStale,
)

log = logging.getLogger("pakhuis.http")


class Unauthorised(OrderError):
    def __init__(self) -> None:
        super().__init__("door.unauthorised")


class Forbidden(OrderError):
    def __init__(self, *scopes: str) -> None:
        super().__init__("door.forbidden", scope=", ".join(scopes))


class TooLarge(OrderError):
    def __init__(self, limit: int) -> None:
        super().__init__("door.too_large", limit=limit)


HTTP_STATUS: Final[Mapping[type[OrderError], HTTPStatus]] = {
    OrderError: HTTPStatus.BAD_REQUEST,
    errors.Refused: HTTPStatus.CONFLICT,
    errors.Repeated: HTTPStatus.OK,
    errors.OrderNotFound: HTTPStatus.NOT_FOUND,
    errors.OrderDiffers: HTTPStatus.CONFLICT,
    errors.CommandDiffers: HTTPStatus.CONFLICT,
    errors.OrderUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.StoreNotFound: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ProductNotFound: HTTPStatus.NOT_FOUND,
    errors.NoteNotFound: HTTPStatus.NOT_FOUND,
    errors.NoteDiffers: HTTPStatus.CONFLICT,
    errors.NoteOfAnother: HTTPStatus.FORBIDDEN,
    errors.JobNotFound: HTTPStatus.NOT_FOUND,
    errors.JobDiffers: HTTPStatus.CONFLICT,
    errors.JobNotBegun: HTTPStatus.CONFLICT,
    errors.NothingRefused: HTTPStatus.CONFLICT,
    StaffNotFound: HTTPStatus.NOT_FOUND,
    StaffTaken: HTTPStatus.CONFLICT,
    LastAdmin: HTTPStatus.CONFLICT,
    PasswordUnfit: HTTPStatus.UNPROCESSABLE_ENTITY,
    DeviceNotFound: HTTPStatus.NOT_FOUND,
    PushUnfit: HTTPStatus.UNPROCESSABLE_ENTITY,
    CodeMistyped: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Unauthorised: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ProviderNotFound: HTTPStatus.NOT_FOUND,
    WebhookNotSigned: HTTPStatus.UNAUTHORIZED,
    WebhookStale: HTTPStatus.UNAUTHORIZED,
    WebhookOfAnotherStore: HTTPStatus.FORBIDDEN,
}
"""One row per error; a test holds this table and the tree of errors equal."""
CHALLENGE: Final[Mapping[type[OrderError], str]] = {
    WebhookNotSigned: "Webhook-Signature",
    WebhookStale: "Webhook-Signature",
}
"""What a 401 asks for, where it is not a key."""


class FieldProblem(BaseModel):
    field: str = Field(description="Path of the field, its parts joined by dots.")
    problem: str


class Problem(BaseModel):
    """RFC 9457. `type` is stable; `detail` is a sentence for people, in their language."""

    type: str = Field(examples=["urn:pakhuis:door.invalid"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int
    detail: str
    request_id: str | None = None
    errors: list[FieldProblem] = []


def language_of(request: Request) -> Language:
    """The reader's language: the first of ours in Accept-Language, else English."""
    return wanted_language(request.headers.get("accept-language", ""))


def problem(
    request: Request,
    status: HTTPStatus,
    said: Sentence,
    field_problems: tuple[tuple[str, Sentence], ...] = (),
    challenge: str = "Bearer",
    **more: Any,
) -> JSONResponse:
    """The error as an answer, all of it in the reader's language."""
    language = language_of(request)
    body = Problem(
        type=f"urn:pakhuis:{said.key}",
        title=status.phrase,
        status=status,
        detail=in_words(language, said),
        request_id=getattr(request.state, "request_id", None),
        errors=[
            FieldProblem(field=field, problem=in_words(language, what)) for field, what in field_problems
        ],
    )
    headers = {}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = challenge
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "2"
    content = {**body.model_dump(mode="json"), **more}
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def _methods_here(request: Request) -> list[str]:
    # One address may have several routes; the framework names the methods of the first only.
    path = getattr(request.scope.get("route"), "path", "")
    return [method.upper() for method in request.app.openapi()["paths"].get(path, ())]


def install(app: FastAPI) -> None:
    """Answer every error in one way, also the framework's own and our bugs."""

    @app.exception_handler(OrderError)
    async def ours(request: Request, error: OrderError) -> JSONResponse:
        problems = error.problems if isinstance(error, errors.OrderUnreadable) else ()
        if isinstance(error, errors.StoreNotFound):
            problems = (("store", error.sentence),)
        challenge = CHALLENGE.get(type(error), "Bearer")
        return problem(request, HTTP_STATUS[type(error)], error.sentence, problems, challenge)

    @app.exception_handler(RequestValidationError)
    async def parameters(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [
            (".".join(str(part) for part in each["loc"][1:]), problem_of(each))
            for each in error.errors()[:20]
        ]
        unreadable = OrderUnreadable.of(*found)
        return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, unreadable.sentence, unreadable.problems)

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        keys = {
            HTTPStatus.NOT_FOUND: "door.not_found",
            HTTPStatus.METHOD_NOT_ALLOWED: "door.method_not_allowed",
        }
        key = keys.get(status)
        if key is None:
            said = sentence("door.invalid", field="-", problem=field_problem(ELSE))
        else:
            said = sentence(key)
        answer = problem(request, status, said)
        answer.headers.update(error.headers or {})
        if status is HTTPStatus.METHOD_NOT_ALLOWED and (methods := _methods_here(request)):
            answer.headers["Allow"] = ", ".join(sorted(methods))
        return answer

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> JSONResponse:
        # Nobody reads this answer; it keeps a body that was cut off from being logged as a bug of ours.
        return problem(request, HTTPStatus.BAD_REQUEST, sentence("door.not_json"))

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        request_id = getattr(request.state, "request_id", "-")
        log.error("unexpected error", exc_info=error, extra={"request_id": request_id})
        said = sentence("door.unexpected", request_id=request_id)
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, said)
