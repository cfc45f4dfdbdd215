"""Notices on one's devices: turned on, changed, tried and turned off; and the worker that shows them."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import ValidationError
from starlette.responses import Response

from db import stores
from db.pool import within_reach
from desk.staff.access import Gate
from desk.staff.errors import NotHere
from desk.staff.forms import Form, form_of
from desk.staff.push_page import push_page
from desk.staff.routes import desk_router
from desk.staff.shell import HEADERS, Desk, Notice, page, see_other, tell
from desk.staff.signed import Signed
from desk.static_files import files
from orders.owners import Owner
from orders.push import PushChoice, Subscription
from orders.store import StoreSettings
from orders.words import in_words, say
from starter.push import DeviceNotFound, Devices, PushUnfit

PUSH: Final = "/desk/push"
SCOPE: Final = "/desk/"


def push_router(desk: Desk, gate: Gate) -> APIRouter:
    """`/desk/push` and its forms, and `/desk/push/worker.js`."""
    router = desk_router(gate)
    devices = Devices(desk.pool, desk.settings.push_service)
    who = Annotated[Signed, Depends(gate.signed)]

    async def seen(signed: Signed) -> dict[str, StoreSettings]:
        async with within_reach(desk.pool) as connection:
            everything = await stores.everything(connection)
        return {name: each for name, each in everything.items() if signed.sees(name)}

    async def done(signed: Signed, text: str, *, is_good: bool = True) -> Response:
        await tell(desk, signed, Notice(text=text, is_good=is_good))
        return see_other(PUSH)

    @router.get(PUSH)
    async def notices(request: Request, signed: who) -> Response:
        key = await devices.public_key(desk.vault)
        mine = await devices.of(signed.staff_id)
        return await page(desk, request, signed, push_page(key, mine, await seen(signed), signed.language))

    @router.get("/desk/push/worker.js")
    async def worker() -> Response:
        # At an address that stays the same: a browser asks there whether there is a newer one.
        headers = {**HEADERS, "Cache-Control": "no-store", "Service-Worker-Allowed": SCOPE}
        return Response(files()["worker.js"].content, media_type="text/javascript", headers=headers)

    @router.post("/desk/push/devices")
    async def turn_on(request: Request, signed: who) -> Response:
        sent = await form_of(request)
        try:
            subscription = Subscription(
                endpoint=sent.exact("endpoint"), p256dh=sent.exact("p256dh"), auth=sent.exact("auth")
            )
            choice = _choice(sent, tuple(await seen(signed)))
            device = request.headers.get("user-agent", "")
            await devices.keep(desk.vault, signed.staff_id, subscription, choice, device, signed.doer)
        except ValidationError:
            return await done(signed, say(signed.language, "push.error.unfit"), is_good=False)
        except PushUnfit as unfit:
            return await done(signed, in_words(signed.language, unfit.sentence), is_good=False)
        return await done(signed, say(signed.language, "push.said.on"))

    @router.post("/desk/push/devices/{device_id}/removed")
    async def turn_off(device_id: str, signed: who) -> Response:
        try:
            await devices.end(signed.staff_id, device_id, signed.doer)
        except DeviceNotFound:
            raise NotHere from None
        return await done(signed, say(signed.language, "push.said.off"))

    @router.post("/desk/push/devices/{device_id}/test")
    async def try_out(device_id: str, signed: who) -> Response:
        try:
            await devices.try_out(signed.staff_id, device_id)
        except DeviceNotFound:
            raise NotHere from None
        return await done(signed, say(signed.language, "push.said.trying"))

    return router


def _choice(sent: Form, known: tuple[str, ...]) -> PushChoice:
    """What was ticked. What is not among the choices was not offered, and is left out."""
    wanted = [name for name in sent.all("store") if name in known]
    return PushChoice(
        new_orders=sent.has("new_orders"),
        owners=tuple(owner for owner in Owner if owner in sent.all("owner")),
        stores=tuple(dict.fromkeys(wanted)) or None,
    )
