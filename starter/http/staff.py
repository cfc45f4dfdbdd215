"""Calls about who works here, and the audit: for programs of whoever runs the system."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from db import audit
from db.audit import AuditPage, Doer
from db.keys import Scope
from db.pool import Pool, within_reach
from orders.staff import Member, MemberChange, NewMember, StaffId
from starter.arrivals import unreadable
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.staff import Invited, People

Body = TypeVar("Body", bound=BaseModel)
EXAMPLE = {"staff_id": "anna", "name": "Anna de Vries", "role": "packer", "stores": None, "language": "nl"}
CHANGE_EXAMPLE = {"role": "support", "stores": ["default"]}
RESET_EXAMPLE = {"second_factor": False}
POLICY_EXAMPLE = {"second_factor_required": True}
MOST = 9_000_000_000_000_000


class StaffAnswer(BaseModel):
    staff: list[Member]
    second_factor_required: bool


class InvitedAnswer(BaseModel):
    """Somebody, and the one-time link by which they choose their password: answered this once."""

    member: Member
    link: str
    ends_at: datetime


class LinkWish(BaseModel):
    """A new one-time link. `second_factor`: using it takes off their second factor too, since it is lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    second_factor: bool = Field(default=False, strict=True)


class StaffPolicy(BaseModel):
    """What all of the staff must do."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    second_factor_required: bool = Field(strict=True)


def router(people: People, pool: Pool, entrance: Entrance) -> APIRouter:
    """The routes about staff. Only keys of `ops` open them: they let people in."""
    routes = APIRouter(tags=["staff"])
    ops = entrance(Scope.OPS)
    who = Annotated[StaffId, Path()]

    @routes.get("/v1/staff", responses=PROBLEMS(400, 401, 403, 422, 503))
    async def list_staff(visitor: Annotated[Visitor, Depends(ops)]) -> StaffAnswer:
        """Who works here, and after them who did."""
        required = await people.second_factor_required()
        return StaffAnswer(staff=await people.everyone(), second_factor_required=required)

    @routes.post(
        "/v1/staff",
        status_code=HTTPStatus.CREATED,
        responses=PROBLEMS(400, 401, 403, 409, 413, 422, 503),
        openapi_extra=json_body(NewMember, EXAMPLE),
    )
    async def invite(request: Request, visitor: Annotated[Visitor, Depends(ops)]) -> InvitedAnswer:
        """Make an account, and a link to choose its password with."""
        return _answer(await people.invite(await _read(request, NewMember), _doer(visitor)))

    @routes.patch(
        "/v1/staff/{staff_id}",
        responses=PROBLEMS(400, 401, 403, 404, 409, 413, 422, 503),
        openapi_extra=json_body(MemberChange, CHANGE_EXAMPLE),
    )
    async def change_staff(
        request: Request, staff_id: who, visitor: Annotated[Visitor, Depends(ops)]
    ) -> Member:
        """Change name, role, stores or language, disable or enable. Who may do or see something else then, or
        is disabled, is signed out at once."""
        return await people.change(staff_id, await _read(request, MemberChange), _doer(visitor))

    @routes.post(
        "/v1/staff/{staff_id}/links",
        status_code=HTTPStatus.CREATED,
        responses=PROBLEMS(400, 401, 403, 404, 413, 422, 503),
        openapi_extra=json_body(LinkWish, RESET_EXAMPLE),
    )
    async def new_link(
        request: Request, staff_id: who, visitor: Annotated[Visitor, Depends(ops)]
    ) -> InvitedAnswer:
        """A new one-time link, for who lost their password. Links made before end."""
        wish = await _read(request, LinkWish)
        return _answer(await people.reset(staff_id, _doer(visitor), second_factor=wish.second_factor))

    @routes.delete(
        "/v1/staff/{staff_id}/sessions",
        status_code=HTTPStatus.NO_CONTENT,
        responses=PROBLEMS(400, 401, 403, 404, 422, 503),
    )
    async def sign_out(staff_id: who, visitor: Annotated[Visitor, Depends(ops)]) -> None:
        """End every session of this person at once."""
        await people.sign_out(staff_id, _doer(visitor))

    @routes.put(
        "/v1/staff-policy",
        responses=PROBLEMS(400, 401, 403, 413, 422, 503),
        openapi_extra=json_body(StaffPolicy, POLICY_EXAMPLE),
    )
    async def set_policy(request: Request, visitor: Annotated[Visitor, Depends(ops)]) -> StaffPolicy:
        """Whether everybody needs a second factor, from their next sign-in on."""
        wanted = await _read(request, StaffPolicy)
        await people.require_second_factor(wanted.second_factor_required, _doer(visitor))
        return wanted

    @routes.get("/v1/audit", responses=PROBLEMS(400, 401, 403, 422, 503))
    async def read_audit(
        visitor: Annotated[Visitor, Depends(ops)],
        person: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")] = None,
        before: Annotated[
            int | None, Query(ge=1, le=MOST, description="The `next` of the page before.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=audit.LONGEST_PAGE)] = 50,
    ) -> AuditPage:
        """What was done, newest first: all of it, or what one actor did and what was done to them."""
        async with within_reach(pool) as connection:
            return await audit.page(connection, person, before, limit)

    return routes


MODELS: tuple[type[BaseModel], ...] = (NewMember, MemberChange, LinkWish, StaffPolicy)
"""The bodies these calls read by themselves, for the documentation."""


def _doer(visitor: Visitor) -> Doer:
    return Doer(visitor.actor, visitor.request_id)


def _answer(invited: Invited) -> InvitedAnswer:
    return InvitedAnswer(member=invited.member, link=invited.link, ends_at=invited.ends_at)


async def _read(request: Request, model: type[Body]) -> Body:
    try:
        return model.model_validate(parsed(await body(request)))
    except ValidationError as error:
        raise unreadable(error) from None
