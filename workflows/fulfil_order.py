"""FulfilOrder: an order from checkout to the customer's door."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import assert_never

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from orders.change import By, Change, Transition
    from orders.commands import Collected
    from orders.errors import OrderError, Refused, Repeated
    from orders.rules import issuing
    from orders.rules.closing import finished, headline, transition
    from orders.rules.deadlines import Deadline, next_deadline, pass_deadline
    from orders.rules.decide import decide
    from orders.rules.placing import place
    from orders.state import OrderFacts, OrderState
    from workflows import attributes, editions, signals
    from workflows.brief import Brief, SoFar
    from workflows.editions import EditionUnknown
    from workflows.outgoing import Outgoing
    from workflows.patience import COUNTER, LOOK_FOR_FILES_AGAIN, OWN_DATABASE
    from workflows.signals import Signal
    from workflows.steps import (
        CodeCheck,
        FilesMissing,
        Issue,
        Issued,
        IssueSteps,
        MemorySteps,
        Record,
    )

EVENTS_TO_WAIT_FOR_MAILS = 20_000
"""Well below the 51,200 at which Temporal ends a workflow."""


@workflow.defn(failure_exception_types=[ValidationError])
class FulfilOrder:
    @workflow.init
    def __init__(self, brief: Brief) -> None:
        if brief.edition > editions.KNOWN:
            raise EditionUnknown(brief.edition, editions.KNOWN)
        self._plan = brief.plan
        self._edition = brief.edition
        self._inbox: deque[Signal] = deque()
        self._answering = False
        self._unwritten: list[Transition] = []
        self._writing = False
        self._mails = Outgoing(brief.plan, self._apply)
        if brief.so_far is None:
            placed = place(brief.plan)  # Recorded by the intake under sequence number 1.
            self._state, self._sequence = placed.state, 1
            self._answered: dict[str, None] = {}
            self._plain: dict[str, None] = {}
            self._events_before = 0
            self._first_mails = tuple(placed.mails)
        else:
            so_far = brief.so_far
            self._state = OrderState(plan=brief.plan, **dict(so_far.facts))
            self._sequence = so_far.sequence
            self._answered = dict.fromkeys(so_far.answered)
            self._plain = dict.fromkeys(so_far.plain)
            self._events_before = so_far.events
            self._first_mails = so_far.unsent
        self._headline = headline(self._state)

    @workflow.run
    async def run(self, brief: Brief) -> None:
        beside = (
            self._answer_wishes(),
            self._keep_deadlines(),
            self._write_down(),
            self._start_afresh(),
            self._stop_at_a_bug(),
        )
        tasks = [asyncio.create_task(each) for each in (self._story(), *beside)]
        workflow.set_current_details(attributes.details(self._state, self._headline))
        self._mails.send(self._first_mails)
        # Only the story ends by itself; a bug in the others must stop the task, not hide.
        done, _ = await workflow.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        try:
            for task in done:
                task.result()
        except ValidationError as bug:
            # Input that cannot be read fails a workflow; an order that is under way never fails. Its task
            # is tried again until the bug is mended.
            raise RuntimeError("a rule made a value that is none") from bug

    async def _story(self) -> None:
        await self._await_payment()
        await asyncio.gather(self._issue_downloads_and_gift_cards(), self._hand_over_the_goods())
        await self._close()

    async def _await_payment(self) -> None:
        """Paid, free to be shipped unpaid, expired or cancelled."""
        await self._until(lambda: self._state.released or self._state.cancelled)

    async def _issue_downloads_and_gift_cards(self) -> None:
        """As soon as they are paid, beside the goods."""
        while self._state.left_to_issue:
            await self._until(lambda: issuing.may_issue(self._state) or not self._state.left_to_issue)
            lines = issuing.lines_to_issue(self._state)
            missing = await self._issue(lines)
            if missing and (there := tuple(line for line in lines if line not in missing)):
                missing += await self._issue(there)
            if missing:
                await self._until(
                    lambda: not self._state.left_to_issue, LOOK_FOR_FILES_AGAIN, "Look for the missing files"
                )

    async def _issue(self, lines: tuple[str, ...]) -> tuple[str, ...]:
        """Have the links and codes of these lines made; all of them, or the lines whose files are missing."""
        if not lines:
            return ()
        # First: from this line on a cancel comes too late for them, whatever it meets on its way.
        self._state = self._changed(partial(issuing.issuing, line_ids=lines)).state
        answer = await workflow.execute_activity_method(
            IssueSteps.issue,
            Issue(store=self._plan.store, order_id=self._plan.order_id, line_ids=lines),
            summary=f"Downloads and gift cards of {len(lines)} lines",
            **COUNTER,
        )
        match answer:
            case Issued():
                self._apply(partial(issuing.issued, line_ids=lines))
                return ()
            case FilesMissing(line_ids=missing):
                self._apply(partial(issuing.files_missing, line_ids=missing))
                return missing
            case _:
                assert_never(answer)

    async def _hand_over_the_goods(self) -> None:
        """Pick, pack, label, hand over; parcel by parcel, each step by a signal from staff."""
        await self._until(lambda: not self._state.goods_left)

    async def _close(self) -> None:
        """Delivered or watched long enough, money settled, nothing that needs a person, mails sent."""
        while True:
            await self._until(lambda: self._is_done)
            self._apply(lambda change: change.say("ended", "timeline.ended"), ended=True)
            the_end = self._sequence
            await self._until(lambda: not self._is_writing)
            if self._is_done and self._sequence == the_end:
                return
            # Something came in while the end was being written down, and its record reopened the order.

    # Beside the story: wishes are answered, deadlines kept, transitions written down.

    @workflow.signal(dynamic=True)
    def _receive(self, name: str, payloads: Sequence[RawValue]) -> None:
        self._inbox.append(Signal(name, payloads))  # Facts in; run() decides, and answers.

    @workflow.query
    def state(self) -> OrderFacts:
        """The order as it stands, without its plan."""
        return self._state.facts

    async def _answer_wishes(self) -> None:
        while True:
            await self._until(lambda: bool(self._inbox))
            self._answering = True
            await self._answer(self._inbox.popleft())
            self._answering = False

    async def _answer(self, signal: Signal) -> None:
        """Apply the wish in a signal once, or say on the timeline why not."""
        by = By(at=workflow.now(), actor="temporal", command_id=signals.command_id(signal))
        delivered = False
        try:
            wish = signals.read(signal)
            delivered = wish.delivered
            by = By(at=by.at, actor=wish.actor, command_id=wish.command.command_id)
            if by.command_id in self._answered:
                if delivered:
                    if by.command_id not in self._plain:
                        return  # Delivery is at least once; this copy tells nobody anything new.
                    del self._plain[by.command_id]
                raise Repeated("refusal.answered_before")
            if isinstance(wish.command, Collected):
                await self._check_code(wish.command)
            change = decide(self._state, wish.command, by)
        except OrderError as no:
            change = Change(self._state, by)
            change.decline(signals.tidy(signal.name, signals.LONGEST_NAME), no)
        if by.command_id is not None:
            if not delivered and by.command_id not in self._answered:
                self._plain[by.command_id] = None  # Should the door bring it yet, that copy has no answer.
            self._answered[by.command_id] = None
        self._commit(change)

    async def _check_code(self, wish: Collected) -> None:
        """Raise Refused unless the customer's code is right or staff answer for it themselves."""
        if wish.override or not self._state.parcels:
            return  # Without a parcel there is nothing to collect; the rules say so better.
        if wish.code is None and wish.command_id is None:
            raise Refused("refusal.code_needed")
        right = await workflow.execute_local_activity_method(
            MemorySteps.check_pickup_code,
            CodeCheck(
                store=self._plan.store,
                order_id=self._plan.order_id,
                command_id=wish.command_id,
                code=wish.code,
            ),
            **OWN_DATABASE,
        )
        if not right:
            raise Refused("refusal.wrong_code")

    async def _keep_deadlines(self) -> None:
        """One timer, for what will be late first; its summary says what that is."""
        while True:
            deadline = next_deadline(self._state)
            if deadline is None:
                await self._until(lambda: next_deadline(self._state) is not None)
                continue
            left = deadline.at - workflow.now()
            if left > timedelta(0):
                other = partial(self._is_due_otherwise, deadline)
                await self._until(other, left, f"{deadline.late} {deadline.subject}".strip())
            # Ask the state, not the clock: a message may have come in the same moment.
            if next_deadline(self._state) == deadline and workflow.now() >= deadline.at:
                self._apply(partial(pass_deadline, deadline=deadline))

    def _is_due_otherwise(self, deadline: Deadline) -> bool:
        return next_deadline(self._state) != deadline

    async def _write_down(self) -> None:
        """Record transitions in their order, then let their mails leave."""
        while True:
            await self._until(lambda: bool(self._unwritten))
            batch, self._unwritten, self._writing = tuple(self._unwritten), [], True
            await workflow.execute_local_activity_method(
                MemorySteps.record,
                Record(
                    store=self._plan.store,
                    order_id=self._plan.order_id,
                    decided_at=self._events,
                    transitions=batch,
                ),
                **OWN_DATABASE,
            )
            self._writing = False
            for each in batch:
                self._mails.leave(each)

    async def _start_afresh(self) -> None:
        """Carry a very long history over into a new run, between two wishes."""
        await self._until(lambda: self._may_start_afresh)
        so_far = SoFar(
            facts=self._state.facts,
            sequence=self._sequence,
            answered=tuple(self._answered),
            plain=tuple(self._plain),
            events=self._events,
            unsent=self._mails.unsent,
        )
        workflow.continue_as_new(Brief(plan=self._plan, so_far=so_far, edition=self._edition))

    async def _stop_at_a_bug(self) -> None:
        """Let what went wrong in sending a mail be seen: nobody awaits those tasks."""
        await self._until(lambda: self._mails.bug is not None)
        raise self._mails.bug or RuntimeError("no bug after all")

    # Small words the story is told in.

    @property
    def _events(self) -> int:
        """How much history there is, with that of the runs before this one: it only ever grows."""
        return self._events_before + workflow.info().get_current_history_length()

    @property
    def _is_writing(self) -> bool:
        return self._writing or bool(self._unwritten)

    @property
    def _is_idle(self) -> bool:
        return not self._inbox and not self._answering and not self._is_writing

    @property
    def _may_start_afresh(self) -> bool:
        info = workflow.info()
        if not info.is_continue_as_new_suggested() or not self._is_idle:
            return False
        if any(line.issuing for line in self._state.lines):
            return False
        # The end of a run takes a mail out of the hands of whoever is just handing it over, and then nobody
        # knows whether it was sent. So mails are waited for, as long as there is room.
        return not self._mails.unsent or info.get_current_history_length() > EVENTS_TO_WAIT_FOR_MAILS

    @property
    def _is_done(self) -> bool:
        return finished(self._state) and self._is_idle and not self._mails.unsent

    async def _until(
        self, condition: Callable[[], bool], at_most: timedelta | None = None, summary: str | None = None
    ) -> None:
        """Until this is so, or so much time has passed; the running timer shows the summary."""
        try:
            await workflow.wait_condition(condition, timeout=at_most, timeout_summary=summary)
        except TimeoutError:
            return

    def _changed(self, rule: Callable[[Change], None]) -> Change:
        change = Change(self._state, By(at=workflow.now()))
        rule(change)
        return change

    def _apply(self, rule: Callable[[Change], None], *, ended: bool = False) -> None:
        self._commit(self._changed(rule), ended=ended)

    def _commit(self, change: Change, *, ended: bool = False) -> None:
        """Make the change the state, and line it up to be written down."""
        self._state = change.state
        self._sequence += 1
        step = transition(change, self._sequence, ended=ended)
        self._unwritten.append(step)
        if updates := attributes.changed(self._headline, step.headline):
            workflow.upsert_search_attributes(updates)
        self._headline = step.headline
        workflow.set_current_details(attributes.details(self._state, step.headline))
