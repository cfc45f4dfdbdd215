"""Who may come in where: one table of the desk's routes, and the gate that asks it before anything else."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request

from db import audit, sessions
from db.audit import Act
from db.pool import within_reach
from db.sessions import Session, Stage
from desk.same_origin import is_from_here
from desk.staff.errors import FromElsewhere, NotAllowed, NotHere, NotSignedIn
from desk.staff.network import network_of
from desk.staff.shell import Desk
from desk.staff.signed import Signed
from orders.rights import Right

COOKIE: Final = "__Host-pakhuis"


class Public:
    """Of a row of ACCESS: whoever comes, signed in or not."""


ACCESS: Final[Mapping[tuple[str, str], Right | type[Signed] | type[Public]]] = {
    # Signing in, and one's own account.
    ("GET", "/desk/sign-in"): Public,
    ("POST", "/desk/sign-in"): Public,
    ("GET", "/desk/sign-in/code"): Public,
    ("POST", "/desk/sign-in/code"): Public,
    ("GET", "/desk/sign-in/second-factor"): Public,
    ("POST", "/desk/sign-in/second-factor"): Public,
    ("GET", "/desk/welcome/{token}"): Public,
    ("POST", "/desk/welcome/{token}"): Public,
    ("POST", "/desk/sign-out"): Public,
    ("GET", "/desk/account"): Signed,
    ("POST", "/desk/account/password"): Signed,
    ("POST", "/desk/account/language"): Signed,
    ("GET", "/desk/account/second-factor"): Signed,
    ("POST", "/desk/account/second-factor"): Signed,
    ("POST", "/desk/account/second-factor/off"): Signed,
    ("POST", "/desk/account/recovery-codes"): Signed,
    ("POST", "/desk/account/sessions"): Signed,
    # Notices on one's own devices. The worker that shows them has nothing to hide.
    ("GET", "/desk/push"): Right.SEE_ORDERS,
    ("GET", "/desk/push/worker.js"): Public,
    ("POST", "/desk/push/devices"): Right.SEE_ORDERS,
    ("POST", "/desk/push/devices/{device_id}/removed"): Signed,
    ("POST", "/desk/push/devices/{device_id}/test"): Right.SEE_ORDERS,
    # The people who work here, and what everybody did.
    ("GET", "/desk/staff"): Right.MANAGE_STAFF,
    ("POST", "/desk/staff"): Right.MANAGE_STAFF,
    ("POST", "/desk/staff/policy"): Right.MANAGE_STAFF,
    ("GET", "/desk/staff/{staff_id}"): Right.MANAGE_STAFF,
    ("POST", "/desk/staff/{staff_id}"): Right.MANAGE_STAFF,
    ("POST", "/desk/staff/{staff_id}/disabled"): Right.MANAGE_STAFF,
    ("POST", "/desk/staff/{staff_id}/link"): Right.MANAGE_STAFF,
    ("POST", "/desk/staff/{staff_id}/sign-out"): Right.MANAGE_STAFF,
    ("GET", "/desk/audit"): Right.MANAGE_STAFF,
    # Settings of the stores.
    ("GET", "/desk/settings"): Right.CHANGE_SETTINGS,
    ("POST", "/desk/settings"): Right.CHANGE_SETTINGS,
    ("GET", "/desk/settings/{store}"): Right.CHANGE_SETTINGS,
    ("GET", "/desk/settings/{store}/parts/{part}"): Right.CHANGE_SETTINGS,
    ("POST", "/desk/settings/{store}/parts/{part}"): Right.CHANGE_SETTINGS,
    ("GET", "/desk/settings/{store}/places/{number}"): Right.CHANGE_SETTINGS,
    ("POST", "/desk/settings/{store}/places/{number}"): Right.CHANGE_SETTINGS,
    ("POST", "/desk/settings/{store}/places/{number}/removed"): Right.CHANGE_SETTINGS,
    ("GET", "/desk/settings/{store}/mails"): Right.CHANGE_SETTINGS,
    ("GET", "/desk/settings/{store}/mails/{kind}"): Right.CHANGE_SETTINGS,
    ("GET", "/desk/settings/{store}/mails/{kind}/frame"): Right.CHANGE_SETTINGS,
    ("GET", "/desk/settings/{store}/logo"): Right.CHANGE_SETTINGS,
    ("POST", "/desk/settings/{store}/logo"): Right.CHANGE_SETTINGS,
    ("POST", "/desk/settings/{store}/logo/removed"): Right.CHANGE_SETTINGS,
    # What goes with every page.
    ("GET", "/desk/static/{fingerprint}/{name:path}"): Public,
    ("POST", "/desk/csp"): Public,
    ("GET", "/desk/nav"): Signed,
    ("GET", "/desk/live"): Right.SEE_ORDERS,
    # The list of orders.
    ("GET", "/desk"): Signed,
    ("GET", "/desk/orders"): Right.SEE_ORDERS,
    ("GET", "/desk/orders/views"): Right.SEE_ORDERS,
    ("GET", "/desk/orders/{store}/{order_id}/row"): Right.SEE_ORDERS,
    # One order. Each command takes the right of its type besides (orders/rights.py).
    ("GET", "/desk/orders/{store}/{order_id}"): Right.SEE_ORDERS,
    ("GET", "/desk/orders/{store}/{order_id}/parts"): Right.SEE_ORDERS,
    ("GET", "/desk/orders/{store}/{order_id}/customer-page"): Right.FULFIL,
    ("POST", "/desk/orders/{store}/{order_id}/customer-page"): Right.FULFIL,
    ("POST", "/desk/orders/{store}/{order_id}/commands"): Right.FULFIL,
    ("GET", "/desk/orders/{store}/{order_id}/steps/{type_}"): Right.FULFIL,
    ("GET", "/desk/orders/{store}/{order_id}/preview"): Right.FULFIL,
    ("GET", "/desk/orders/{store}/{order_id}/preview/frame"): Right.FULFIL,
    ("POST", "/desk/orders/{store}/{order_id}/notes"): Right.FULFIL,
    ("POST", "/desk/orders/{store}/{order_id}/notes/{note_id}"): Right.FULFIL,
    ("POST", "/desk/orders/{store}/{order_id}/claim"): Right.FULFIL,
    ("POST", "/desk/orders/{store}/{order_id}/claim/release"): Right.FULFIL,
    ("GET", "/desk/orders/{store}/{order_id}/mails/{number}"): Right.SEE_ORDERS,
    ("GET", "/desk/orders/{store}/{order_id}/mails/{number}/frame"): Right.SEE_ORDERS,
    ("POST", "/desk/orders/{store}/{order_id}/mails/{mail_key}/stop"): Right.FULFIL,
    # What needs a person.
    ("GET", "/desk/attention"): Right.SEE_ORDERS,
    ("GET", "/desk/attention/entries"): Right.SEE_ORDERS,
    ("POST", "/desk/low-stock/{store}/there-again"): Right.FULFIL,
    # The pickup counter.
    ("GET", "/desk/counter"): Right.FULFIL,
    ("POST", "/desk/counter"): Right.FULFIL,
    ("GET", "/desk/counter/{store}/{order_id}"): Right.FULFIL,
    ("POST", "/desk/counter/{store}/{order_id}"): Right.FULFIL,
    # Picking; one's own orders are claimed on the way.
    ("GET", "/desk/pick"): Right.FULFIL,
    ("POST", "/desk/pick/take"): Right.FULFIL,
    ("POST", "/desk/pick/checks"): Right.FULFIL,
    ("POST", "/desk/pick/done"): Right.FULFIL,
    # The packing table. Each command takes the right of its type besides.
    ("GET", "/desk/pack"): Right.FULFIL,
    ("GET", "/desk/pack/{store}/{order_id}"): Right.FULFIL,
    ("GET", "/desk/pack/{store}/{order_id}/claim"): Right.FULFIL,
    ("POST", "/desk/pack/{store}/{order_id}/scans"): Right.FULFIL,
    ("POST", "/desk/pack/{store}/{order_id}/counts"): Right.FULFIL,
    ("POST", "/desk/pack/{store}/{order_id}/steps"): Right.FULFIL,
    # Many at once. Each job takes the right of its commands besides.
    ("GET", "/desk/bulk"): Right.SEE_ORDERS,
    ("POST", "/desk/bulk"): Right.SEE_ORDERS,
    ("POST", "/desk/bulk/list"): Right.FULFIL,
    ("GET", "/desk/bulk/{job_id}"): Right.SEE_ORDERS,
    ("GET", "/desk/bulk/{job_id}/progress"): Right.SEE_ORDERS,
    ("POST", "/desk/bulk/{job_id}/plan"): Right.FULFIL,
    ("POST", "/desk/bulk/{job_id}/start"): Right.FULFIL,
    ("POST", "/desk/bulk/{job_id}/stop-mails"): Right.FULFIL,
    ("POST", "/desk/bulk/{job_id}/again"): Right.FULFIL,
    # Papers. Who may not fulfil gets invoices that were issued before, and issues none.
    ("GET", "/desk/papers/{kind}"): Right.SEE_ORDERS,
    ("POST", "/desk/papers/invoice"): Right.FULFIL,
}
"""By method and path. Whoever adds a route adds its row; a route without one lets nobody in. Tests hold the
table and the routes equal, and try every route signed out, in every role, and for another store."""

AUTOMATIC: Final = (
    "/desk/live",
    "/desk/nav",
    "/desk/orders/views",
    "/desk/orders/{store}/{order_id}/row",
    "/desk/orders/{store}/{order_id}/parts",
    "/desk/attention/entries",
    "/desk/bulk/{job_id}/progress",
    "/desk/pack/{store}/{order_id}/claim",
)
"""What an open page asks for by itself: no click, so it keeps nobody signed in."""


class Gate:
    """Where every request to the desk comes through. `Depends(gate.enter)` stands before a whole router,
    `Depends(gate.signed)` gives a handler who is there; both may, for one request passes once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def enter(self, request: Request) -> Signed | None:
        """Let in whom ACCESS says; None where everybody may come. Raises NotSignedIn, NotAllowed, NotHere,
        FromElsewhere."""
        passed: tuple[Signed | None] | None = getattr(request.state, "passed", None)
        if passed is None:
            request.state.passed = passed = (await self._pass(request),)
        return passed[0]

    async def signed(self, request: Request) -> Signed:
        """Who is at the desk. Raises NotSignedIn, NotAllowed, NotHere."""
        signed = await self.enter(request)
        if signed is None:
            raise NotSignedIn
        return signed

    async def still_signed(self, request: Request) -> Signed:
        """The same, looked at anew, for what stays open long. Raises NotSignedIn once the session ended."""
        signed = await self.signed(request)
        async with within_reach(self._desk.pool) as connection:
            if not await sessions.lives(connection, signed.session_id):
                raise NotSignedIn
        return signed

    async def session(self, request: Request, *, is_click: bool = True) -> Session | None:
        """The session of this request, whatever its stage."""
        token = request.cookies.get(COOKIE, "")
        if not 0 < len(token) <= 200:
            return None
        async with within_reach(self._desk.pool) as connection:
            session = await sessions.find(connection, token, is_click=is_click)
        if session is not None:
            request.state.language = session.language
        return session

    async def _pass(self, request: Request) -> Signed | None:
        if not is_from_here(request):
            raise FromElsewhere
        path = getattr(request.scope.get("route"), "path", "")
        method = "GET" if request.method == "HEAD" else request.method
        needed = ACCESS.get((method, path))
        if needed is Public:
            return None
        session = await self.session(request, is_click=path not in AUTOMATIC)
        if session is None or session.stage is not Stage.SIGNED:
            raise NotSignedIn
        signed = _signed(session, request)
        if needed is None or (isinstance(needed, Right) and not signed.may(needed)):
            await self._write_down(signed, path, needed=str(needed or ""))
            raise NotAllowed
        store = request.path_params.get("store")
        if store is not None and not signed.sees(str(store)):
            # As one that is not there: who asks does not learn that it is.
            await self._write_down(signed, path, store=str(store)[:40])
            raise NotHere
        return signed

    async def _write_down(self, signed: Signed, path: str, **facts: str) -> None:
        async with within_reach(self._desk.pool) as connection:
            await audit.add(connection, signed.doer, Act.ACCESS_REFUSED, path, **facts)


def _signed(session: Session, request: Request) -> Signed:
    return Signed(
        staff_id=session.staff_id,
        name=session.name,
        role=session.role,
        stores=session.stores,
        language=session.language,
        session_id=session.session_hash,
        has_second_factor=session.has_second_factor,
        request_id=getattr(request.state, "request_id", None),
        network=network_of(request),
    )
