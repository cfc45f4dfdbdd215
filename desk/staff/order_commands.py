"""The clicks on an order: each form is one command, given through the front door, answered by a notice."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from db import order_mails, reading
from db.order_mails import Waiting
from db.pool import Connection, within_reach
from db.tracking_numbers import others_with
from desk.staff.access import Gate
from desk.staff.errors import NotHere
from desk.staff.forms import Form, form_of
from desk.staff.mail_names import with_mail_names
from desk.staff.order import ORDER, draw_order, seen
from desk.staff.order_forms import Filled
from desk.staff.order_model import may_give, must_give, offers_of
from desk.staff.order_reading import Unreadable, read
from desk.staff.order_rows import order_href
from desk.staff.order_step_page import step_page
from desk.staff.order_steps import Rules, step_named
from desk.staff.routes import desk_router
from desk.staff.shell import Desk, Notice, fresh_command_id, local, page, see_other, tell
from desk.staff.signed import Signed
from orders.change import Outcome
from orders.commands import LONGEST_UNDO_SECONDS, Command, CommandId, MailKey, MailStop
from orders.errors import CommandDiffers
from orders.order import OrderId
from orders.own_words import with_words
from orders.store import StoreId
from orders.words import in_words, say
from starter.front_door import Given

UNDO_SECONDS: Final = 10
"""So long the mail that a click causes waits."""
LARGEST: Final = 200_000
"""Bytes of a form: a thousand lines, each with its quantity."""


class Clicks:
    """Gives the commands of one member of staff, and words what came of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def give(
        self, signed: Signed, store: str, order_id: str, command: Command, *, mails: bool
    ) -> Notice:
        """Give a command; the mails it causes wait, or are stopped where they were switched off."""
        stopped: tuple[str, ...] = ()
        if not mails and "notify" not in type(command).model_fields:
            async with within_reach(self._desk.pool) as connection:
                kept = await reading.order(connection, store, order_id)
            stopped = Rules(kept, signed.actor, datetime.now(UTC)).mail_keys(command)
        try:
            given = await self._desk.front_door.give(
                order_id,
                command,
                signed.visitor,
                store=store,
                # What is to be stopped must not leave before the stop has come.
                undo_seconds=LONGEST_UNDO_SECONDS if stopped else UNDO_SECONDS,
            )
        except CommandDiffers:
            return Notice(text=say(signed.language, "desk_order.sent_before"), is_good=False)
        for key in stopped:
            stop = MailStop(command_id=fresh_command_id(), mail_key=key)
            await self._desk.front_door.give(order_id, stop, signed.visitor, store=store)
        return await self._notice(signed, given, command)

    async def stop(self, signed: Signed, store: str, order_id: str, stop: MailStop) -> Notice:
        """Keep a mail from leaving."""
        given = await self._desk.front_door.give(order_id, stop, signed.visitor, store=store)
        return await self._notice(signed, given, stop)

    async def _others(self, connection: Connection, given: Given, command: Command) -> tuple[str, ...]:
        """Other orders under the tracking number that was given: perhaps one box, perhaps a slip."""
        number = getattr(command, "tracking_number", None)
        if number is None:
            return ()
        found = await others_with(connection, given.store, given.order_id, (number,))
        return found.get(number, ())

    async def _notice(self, signed: Signed, given: Given, command: Command) -> Notice:
        language, answer = signed.language, given.answer
        if answer is None:
            return Notice(text=say(language, "desk_order.kept_for_later"))
        said = in_words(language, with_mail_names(with_words(answer.text, answer.words, language)))
        if answer.outcome is Outcome.REFUSED:
            return Notice(text=said, is_good=False)
        async with within_reach(self._desk.pool) as connection:
            waiting = await order_mails.caused_by(connection, given.store, given.order_id, given.command_id)
            others = await self._others(connection, given, command)
        if others:
            said = f"{said}. {say(language, 'desk_order.parcel.also_on', orders=', '.join(others))}"
        if not waiting:
            return Notice(text=said)
        return Notice(text=f"{said}. {_leaving(signed, waiting[0])}", undo=_stop_address(given, waiting[0]))


def _leaving(signed: Signed, mail: Waiting) -> str:
    name = say(signed.language, f"desk_order.mail.{mail.kind}")
    return say(signed.language, "desk_order.mail_leaves", mail=name, count=UNDO_SECONDS)


def _stop_address(given: Given, mail: Waiting) -> str:
    return f"{order_href(given.store, given.order_id)}/mails/{quote(mail.mail_key, safe=':')}/stop"


def commands_router(desk: Desk, gate: Gate) -> APIRouter:
    """`POST …/commands`, the page where a step names its lines, and the stopping of a mail."""
    router = desk_router(gate)
    clicks = Clicks(desk)
    who = Annotated[Signed, Depends(gate.signed)]

    @router.post(f"{ORDER}/commands")
    async def give(request: Request, signed: who, store: StoreId, order_id: OrderId) -> Response:
        form = await form_of(request, LARGEST)
        type_ = form.text("type", 40)
        must_give(signed, type_)
        try:
            command = read(form)
        except Unreadable as wrong:
            return await again(request, signed, store, order_id, form, wrong)
        if command.command_id is None:
            command = command.model_copy(update={"command_id": fresh_command_id()})
        mails = form.has("notify") or not form.has("mails")
        await tell(desk, signed, await clicks.give(signed, store, order_id, command, mails=mails))
        return see_other(local(form.text("next", 500), order_href(store, order_id)))

    async def again(
        request: Request, signed: Signed, store: str, order_id: str, form: Form, wrong: Unreadable
    ) -> Response:
        """The page once more, with what was typed and what is wrong about it."""
        problems = {
            name: say(signed.language, f"desk_order.problem.{key}") for name, key in wrong.problems.items()
        }
        filled = Filled.of(form, problems)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.has("each_line"):
            return await each_line(request, signed, store, order_id, form.text("key", 80), filled, status)
        return await draw_order(desk, request, signed, store, order_id, filled=filled, status_code=status)

    @router.get(f"{ORDER}/steps/{{type_}}")
    async def step(
        request: Request, signed: who, store: StoreId, order_id: OrderId, type_: str, key: str = ""
    ) -> Response:
        must_give(signed, type_)
        return await each_line(request, signed, store, order_id, key, None, HTTPStatus.OK)

    async def each_line(
        request: Request,
        signed: Signed,
        store: str,
        order_id: str,
        key: str,
        filled: Filled | None,
        status: HTTPStatus,
    ) -> Response:
        known = await seen(desk, store, order_id)
        rules = Rules(known.whole.kept, signed.actor, datetime.now(UTC))
        offers = offers_of(known, rules, signed.language)
        found = step_named(
            rules, offers, signed.language, lambda type_: may_give(signed, type_), key[:80], filled
        )
        if found is None or not found.each_line:
            raise NotHere
        model = step_page(known.whole.kept, rules.state, found, filled)
        return await page(desk, request, signed, model, status_code=status)

    @router.post(f"{ORDER}/mails/{{mail_key}}/stop")
    async def stop(
        request: Request, signed: who, store: StoreId, order_id: OrderId, mail_key: MailKey
    ) -> Response:
        form = await form_of(request)
        command_id: CommandId = form.text("command_id", 100) or fresh_command_id()
        wish = MailStop(command_id=command_id, mail_key=mail_key)
        await tell(desk, signed, await clicks.stop(signed, store, order_id, wish))
        return see_other(local(form.text("next", 500), order_href(store, order_id)))

    return router
