"""Calls about the settings of stores: for programs of whoever runs the system."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from pydantic import BaseModel, ValidationError

from db.audit import Doer
from db.keys import Scope
from orders.errors import StoreNotFound
from orders.store import StoreId, StoreSettings
from starter.arrivals import unreadable
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.shops import Shops

EXAMPLE: Final[dict[str, Any]] = {
    "look": {"name": "De Blauwe Mok", "colour": "#1f4e5f"},
    "language": "nl",
    "mail_from": "orders@mokken.example",
    "pickup_places": [
        {"name": "Winkel", "address": ["Prinsengracht 263"], "hours": {"monday": "09:00-17:30"}}
    ],
}


class StoreRow(BaseModel):
    store: str
    name: str


class StoresAnswer(BaseModel):
    stores: list[StoreRow]


def router(shops: Shops, entrance: Entrance) -> APIRouter:
    """The routes about settings. Only keys of `ops` open them."""
    routes = APIRouter(tags=["stores"])
    ops = entrance(Scope.OPS)
    which = Annotated[StoreId, Path()]

    @routes.get("/v1/stores", responses=PROBLEMS(401, 403, 422, 503), dependencies=[Depends(ops)])
    async def list_stores() -> StoresAnswer:
        """Every store that was set up, by its id, with the name that customers see."""
        found = await shops.everything()
        return StoresAnswer(
            stores=[StoreRow(store=store, name=each.look.name) for store, each in found.items()]
        )

    @routes.get("/v1/stores/{store}/settings", responses=PROBLEMS(400, 401, 403, 404, 422, 503))
    async def read_settings(store: which, visitor: Annotated[Visitor, Depends(ops)]) -> StoreSettings:
        """Everything that is set for a store."""
        try:
            return await shops.settings(store)
        except StoreNotFound:
            # Elsewhere it is a field of what was sent that names no store; here it is the address.
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    @routes.put(
        "/v1/stores/{store}/settings",
        responses={
            **PROBLEMS(400, 401, 403, 413, 422, 503),
            HTTPStatus.CREATED: {"model": StoreSettings, "description": "The store is new."},
        },
        openapi_extra=json_body(StoreSettings, EXAMPLE),
    )
    async def put_settings(
        request: Request, response: Response, store: which, visitor: Annotated[Visitor, Depends(ops)]
    ) -> StoreSettings:
        """Set up a store, or change one: what is left out is as the defaults say. Orders under way keep the
        policy they were placed with."""
        try:
            raw = await body(request)
            parsed(raw)  # Refuses what JSON leaves open, such as a key that stands twice.
            # To the letter of the document: no number for a yes, none for a length of time.
            settings = StoreSettings.model_validate_json(raw, strict=True)
        except ValidationError as error:
            raise unreadable(error) from None
        if await shops.put(store, settings, Doer(visitor.actor, visitor.request_id)):
            response.status_code = HTTPStatus.CREATED
        return settings

    return routes
