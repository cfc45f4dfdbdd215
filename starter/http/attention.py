"""The call about what needs a person: all of it, the oldest first."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from pydantic.config import JsonDict

from db import attention
from db.keys import Scope
from db.listing import LONGEST_PAGE
from db.pool import Pool, within_reach
from orders.owners import Owner, owner_of
from orders.state import Reason
from orders.store import StoreId
from orders.words import in_words
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS
from starter.http.entrance import Entrance
from starter.http.problems import language_of

FORM: JsonDict = {"pattern": rf"^{attention.CURSOR.pattern}$"}


class EntryAnswer(BaseModel):
    """One thing that a person must see to. `subject` is the parcel, the mail or the hold it is about."""

    store: str
    order_id: str
    number: str
    customer: str
    reason: Reason
    subject: str
    owner: Owner
    since: datetime
    text: str


class EntriesAnswer(BaseModel):
    entries: list[EntryAnswer]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


def router(pool: Pool, entrance: Entrance) -> APIRouter:
    """The route of the list."""
    routes = APIRouter(tags=["orders"])
    staff = entrance(Scope.STAFF, Scope.OPS)

    @routes.get("/v1/attention", responses=PROBLEMS(400, 401, 403, 422, 503))
    async def needs_attention(
        request: Request,
        visitor: Annotated[Visitor, Depends(staff)],
        store: StoreId | None = None,
        owner: Annotated[Owner | None, Query(description="Only what this role has to see to.")] = None,
        cursor: Annotated[
            str | None,
            Query(max_length=400, description="The `next` of the page before.", json_schema_extra=FORM),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
    ) -> EntriesAnswer:
        """Everything that needs a person, the oldest first, each with who has to see to it."""
        async with within_reach(pool) as connection:
            found = await attention.page(
                connection,
                stores=None if store is None else [store],
                reasons=None if owner is None else attention.of_owner(owner),
                cursor=cursor,
                limit=limit,
            )
        language = language_of(request)
        entries = [
            EntryAnswer(
                **each.model_dump(exclude={"text"}),
                owner=owner_of(each.reason),
                text=in_words(language, each.text),
            )
            for each in found.entries
        ]
        return EntriesAnswer(entries=entries, next=found.next)

    return routes
