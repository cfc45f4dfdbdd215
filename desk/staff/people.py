"""The staff: who works here, inviting somebody, and changing what they may do."""

from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import ValidationError
from starlette.responses import Response

from db import staff, stores
from db.pool import within_reach
from desk.staff.access import Gate
from desk.staff.errors import NotAllowed, NotHere
from desk.staff.forms import Form, form_of
from desk.staff.order_forms import Choice
from desk.staff.people_pages import Choices, Filled, LinkView, MemberView, PeoplePage, PersonPage
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Notice, page, see_other, tell
from desk.staff.signed import Signed
from orders.errors import OrderError
from orders.staff import Member, MemberChange, NewMember, StaffNotFound
from orders.words import in_words, say
from starter.staff import Invited, People

STAFF = "/desk/staff"


def people_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/staff` and the page of each person."""
    router = desk_router(gate)
    people = People(desk.pool, desk.settings.public_url)
    who = Annotated[Signed, Depends(gate.signed)]

    async def store_names() -> dict[str, str]:
        async with within_reach(desk.pool) as connection:
            known = await stores.everything(connection)
        return {store: settings.look.name for store, settings in known.items()}

    def choices(signed: Signed, names: Mapping[str, str]) -> Choices:
        """Two stores of one name are told apart by their ids."""
        offered = tuple(names) if signed.stores is None else signed.stores
        called = Counter(names.values())
        return Choices(
            stores=tuple(
                Choice(value=store, name=name if called[name] == 1 else f"{name} ({store})")
                for store in offered
                for name in (names.get(store, store),)
            ),
            every_store=signed.stores is None,
        )

    async def listed(
        request: Request, signed: Signed, filled: Filled, problem: str = "", status: int = 200
    ) -> Response:
        async with within_reach(desk.pool) as connection:
            members = await staff.everyone(connection)
            required = await staff.second_factor_required(connection)
        names = await store_names()
        model = PeoplePage(
            members=tuple(MemberView.of(each, names) for each in members if manages(signed, each.stores)),
            choices=choices(signed, names),
            filled=filled,
            second_factor_required=required,
            may_set_policy=signed.stores is None,
            problem=problem,
        )
        return await page(desk, request, signed, model, status_code=status)

    async def shown(
        request: Request,
        signed: Signed,
        member: Member,
        *,
        filled: Filled | None = None,
        invited: Invited | None = None,
        is_new: bool = False,
        problem: str = "",
        status: int = 200,
    ) -> Response:
        names = await store_names()
        model = PersonPage(
            member=MemberView.of(member, names),
            choices=choices(signed, names),
            filled=filled or Filled(**member.model_dump(include=set(Filled.model_fields))),
            is_oneself=member.staff_id == signed.staff_id,
            link=LinkView(address=invited.link, ends_at=invited.ends_at) if invited else None,
            is_new=is_new,
            problem=problem,
        )
        return await page(desk, request, signed, model, status_code=status)

    async def one(signed: Signed, staff_id: str) -> Member:
        """Raises NotHere, also for somebody who works for stores that this admin has nothing to do with."""
        try:
            member = await people.find(staff_id)
        except StaffNotFound:
            raise NotHere from None
        if not manages(signed, member.stores):
            raise NotHere
        return member

    @router.get(STAFF)
    async def everyone(request: Request, signed: who) -> Response:
        return await listed(request, signed, Filled(language=signed.language))

    @router.post(STAFF)
    async def invite(request: Request, signed: who) -> Response:
        sent = await form_of(request)
        filled = _filled(sent)
        if _is_torn(sent):
            problem = say(signed.language, "account.problem.every_or_some")
            return await listed(request, signed, filled, problem, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            wanted = NewMember.model_validate(filled.model_dump())
            if not manages(signed, wanted.stores):
                raise NotAllowed
            invited = await people.invite(wanted, signed.doer)
        except (ValidationError, OrderError) as error:
            problem = _problem(signed, error)
            return await listed(request, signed, filled, problem, HTTPStatus.UNPROCESSABLE_ENTITY)
        return await shown(request, signed, invited.member, invited=invited, is_new=True)

    @router.post("/desk/staff/policy")
    async def policy(request: Request, signed: who) -> Response:
        if signed.stores is not None:
            raise NotAllowed
        required = (await form_of(request)).has("second_factor_required")
        await people.require_second_factor(required, signed.doer)
        key = "account.people.policy_on" if required else "account.people.policy_off"
        await tell(desk, signed, Notice(text=say(signed.language, key)))
        return see_other(STAFF)

    @router.get("/desk/staff/{staff_id}")
    async def person(request: Request, signed: who, staff_id: str) -> Response:
        return await shown(request, signed, await one(signed, staff_id))

    @router.post("/desk/staff/{staff_id}")
    async def change(request: Request, signed: who, staff_id: str) -> Response:
        member = await one(signed, staff_id)
        sent = await form_of(request)
        filled = _filled(sent)
        if _is_torn(sent):
            problem = say(signed.language, "account.problem.every_or_some")
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await shown(request, signed, member, filled=filled, problem=problem, status=status)
        try:
            wanted = MemberChange.model_validate(filled.model_dump(exclude={"staff_id"}))
            if not manages(signed, wanted.stores):
                raise NotAllowed
            now = await people.change(staff_id, wanted, signed.doer)
        except (ValidationError, OrderError) as error:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            problem = _problem(signed, error)
            return await shown(request, signed, member, filled=filled, problem=problem, status=status)
        await _tell(signed, "account.person.changed", now)
        return see_other(f"{STAFF}/{staff_id}")

    @router.post("/desk/staff/{staff_id}/disabled")
    async def disable(request: Request, signed: who, staff_id: str) -> Response:
        member = await one(signed, staff_id)
        disabled = (await form_of(request)).has("disabled")
        try:
            await people.change(staff_id, MemberChange(disabled=disabled), signed.doer)
        except OrderError as error:
            problem = in_words(signed.language, error.sentence)
            return await shown(request, signed, member, problem=problem, status=HTTPStatus.CONFLICT)
        await _tell(
            signed, "account.person.was_disabled" if disabled else "account.person.was_enabled", member
        )
        return see_other(f"{STAFF}/{staff_id}")

    @router.post("/desk/staff/{staff_id}/link")
    async def new_link(request: Request, signed: who, staff_id: str) -> Response:
        await one(signed, staff_id)
        second_factor = (await form_of(request)).has("second_factor")
        invited = await people.reset(staff_id, signed.doer, second_factor=second_factor)
        return await shown(request, signed, invited.member, invited=invited)

    @router.post("/desk/staff/{staff_id}/sign-out")
    async def sign_out(signed: who, staff_id: str) -> Response:
        member = await one(signed, staff_id)
        await people.sign_out(staff_id, signed.doer)
        await _tell(signed, "account.person.was_signed_out", member)
        return see_other(f"{STAFF}/{staff_id}")

    async def _tell(signed: Signed, key: str, member: Member) -> None:
        await tell(desk, signed, Notice(text=say(signed.language, key, name=member.name)))

    return router


def manages(signed: Signed, theirs: tuple[str, ...] | None) -> bool:
    """Whether somebody who works for these stores is this admin's to manage, or to make: an admin of some
    stores gives nobody more than those."""
    if signed.stores is None:
        return True
    return theirs is not None and set(theirs) <= set(signed.stores)


def _filled(sent: Form) -> Filled:
    return Filled(
        name=sent.text("name", 200),
        staff_id=sent.text("staff_id", 200).casefold(),
        role=sent.text("role", 40),
        stores=sent.all("stores") or (None if sent.has("every_store") else ()),
        language=sent.text("language", 10),
    )


def _is_torn(sent: Form) -> bool:
    """Whether a form says every store and some of them: nobody gets more than was meant."""
    return sent.has("every_store") and bool(sent.all("stores"))


def _problem(signed: Signed, error: ValidationError | OrderError) -> str:
    if isinstance(error, OrderError):
        return in_words(signed.language, error.sentence)
    field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
    return say(signed.language, f"account.problem.{field}")
