"""The mails of one order that are on their way to the relay."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import assert_never

from orders.change import Change, Mail, Transition, Verdict, copy_of
from orders.plan import Plan
from orders.rules.mailing import mail_not_sent
from workflows.handing_over import hand_over
from workflows.steps import MaybeSent, Notice, NotSent, Sent


class Outgoing:
    """Sends each mail by an activity of its own, for days if need be. `complain` applies a change to the
    order: what cannot be sent asks for a person."""

    def __init__(self, plan: Plan, complain: Callable[[Callable[[Change], None]], None]) -> None:
        self._plan = plan
        self._complain = complain
        self._unsent: dict[str, Mail] = {}
        self._under_way: Counter[str] = Counter()
        self.bug: BaseException | None = None
        """What went wrong in our own code while sending: nobody awaits those tasks, so somebody must look."""

    @property
    def unsent(self) -> tuple[Mail, ...]:
        return tuple(self._unsent.values())

    def send(self, mails: Iterable[Mail]) -> None:
        """Send them side by side. Their rows are in the outbox by now."""
        for mail in mails:
            self._unsent[mail.key] = mail
            # One that was stopped and is sent after all may meet its first attempt, which still waits.
            self._under_way[mail.key] += 1
            asyncio.create_task(self._hand_over(mail)).add_done_callback(self._note_bug)

    def leave(self, step: Transition) -> None:
        """Let the mails leave that a step caused, and those it has sent again, once it is written down."""
        self.send(step.mails)
        for word in step.mail_verdicts:
            if word.verdict is Verdict.AGAIN:
                self.send([Mail.known_by(word.key)])
            elif word.verdict is Verdict.ANEW and word.new_key is not None:
                self.send([Mail.known_by(word.new_key)])
            elif word.verdict is Verdict.AFTER_ALL:
                mail = Mail.known_by(word.key)
                has_copy = self._plan.copies_customer_mails and mail.is_for_customer
                self.send([mail, Mail.known_by(copy_of(word.key))] if has_copy else [mail])

    async def _hand_over(self, mail: Mail) -> None:
        plan = self._plan
        notice = Notice(store=plan.store, order_id=plan.order_id, mail_key=mail.key, kind=mail.kind)
        answer = await hand_over(notice)
        match answer:
            case Sent():
                pass
            case NotSent():
                self._complain(partial(mail_not_sent, kind=mail.kind, key=mail.key, unknown=False))
            case MaybeSent():
                self._complain(partial(mail_not_sent, kind=mail.kind, key=mail.key, unknown=True))
            case _:
                assert_never(answer)
        self._under_way[mail.key] -= 1
        if not self._under_way[mail.key]:
            del self._unsent[mail.key], self._under_way[mail.key]

    def _note_bug(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self.bug = self.bug or task.exception()
