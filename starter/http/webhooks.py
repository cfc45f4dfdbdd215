"""The call by which payment providers tell of payments: signed, and answered as soon as they are kept."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from orders.sentence import sentence
from orders.words import in_words
from starter.front_door import FrontDoor, Heard
from starter.http.documentation import PROBLEMS, SAID_OF_WEBHOOKS, WEBHOOK_EXAMPLE, json_body
from starter.http.entrance import body
from starter.http.problems import language_of
from starter.webhooks import PROVIDERS
from starter.webhooks.standard import StandardPayment

LARGEST_WEBHOOK: Final = 262_144


class WebhookAnswer(BaseModel):
    """What became of a webhook. Whatever it is, it need not be told again."""

    outcome: str = Field(
        description="kept, repeated, or nothing_asked for an event that is not about a payment."
    )
    command_id: str | None = Field(description="Under which the payment stands on the order's timeline.")
    text: str = Field(description="A sentence for people.")


def router(front_door: FrontDoor) -> APIRouter:
    """The route that takes webhooks."""
    routes = APIRouter(tags=["webhooks"])

    @routes.post(
        "/v1/webhooks/payments/{provider}",
        responses=PROBLEMS(400, 401, 403, 404, 409, 413, 422, 503, when=SAID_OF_WEBHOOKS),
        openapi_extra=_documented(),
    )
    async def hear(
        request: Request,
        provider: Annotated[str, Path(json_schema_extra={"enum": sorted(PROVIDERS)})],
    ) -> WebhookAnswer:
        """A payment provider tells of a payment. The signature is looked at first, over the very bytes that
        came. The answer is 2xx once the payment is kept, whatever its order makes of it, and again if it is
        told again; for any other answer, tell it again later."""
        raw = await body(request, LARGEST_WEBHOOK)
        heard = await front_door.hear(provider, request.headers, raw, request.state.request_id)
        if heard.told is not None:
            request.state.order = heard.told.order_id
        return _answer(request, heard)

    return routes


def _answer(request: Request, heard: Heard) -> WebhookAnswer:
    language = language_of(request)
    if heard.told is None:
        text = in_words(language, sentence("door.webhook_asks_nothing"))
        return WebhookAnswer(outcome="nothing_asked", command_id=None, text=text)
    outcome = "kept" if heard.is_new else "repeated"
    text = in_words(language, sentence(f"door.webhook_{outcome}"))
    return WebhookAnswer(outcome=outcome, command_id=heard.told.payment.command_id, text=text)


def _documented() -> dict[str, Any]:
    return {
        "parameters": [
            {
                "name": "webhook-id",
                "in": "header",
                "required": True,
                "description": "The same each time this is told.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,100}$"},
            },
            {
                "name": "webhook-timestamp",
                "in": "header",
                "required": True,
                "description": "The moment of this attempt, in seconds since 1970; at most 300 from ours.",
                "schema": {"type": "string", "pattern": "^[0-9]{1,12}$"},
            },
        ],
        **json_body(StandardPayment, WEBHOOK_EXAMPLE),
    }
