"""What is true of every order, whatever it was, whatever it was told, however often and in which order.

`PAKHUIS_PROPERTY_EXAMPLES` sets how many orders are tried; a quick run tries a few hundred.
"""

import os
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orders.change import By, Change
from orders.commands import COMMAND, for_history
from orders.errors import OrderError
from orders.mail import MailKind
from orders.parcel import MAY_START_A_PARCEL, MOVES, ParcelState
from orders.plan import Plan
from orders.rules import issuing
from orders.rules.closing import finished, headline, transition
from orders.rules.deadlines import Late, next_deadline, pass_deadline
from orders.rules.decide import decide
from orders.rules.mailing import IN_QUESTION, mail_not_sent
from orders.rules.placing import place
from orders.sentence import Sentence
from orders.state import OrderFacts, OrderState
from orders.store import LANGUAGES
from orders.words import in_words
from tests.any_order import LINES, anything, command, notify, payments, plans, reasons, some_lines, work

SAID: set[str] = set()


class AnyOrder(RuleBasedStateMachine):
    """One order, told anything at all; what must hold is looked at after every step."""

    state: OrderState

    @initialize(plan=plans(), ahead=st.integers(0, 6), data=st.data())
    def place(self, plan: Plan, ahead: int, data: st.DataObject) -> None:
        self.now = plan.accepted_at
        self.number = 0
        self.sequence = 0
        self.given: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        first = place(plan)
        self.state = first.state
        self.took(first)
        for _ in range(ahead):  # Most is to be met in the middle of an order, so some begin there.
            if not self.state.is_paid:
                self.give({"type": "payment", "status": "paid", "amount": "10.00"})
            elif self.state.goods_left:
                self.give(data.draw(work(self.some_units())[data.draw(st.sampled_from(self.starts()))]))

    # What may happen.

    @rule(body=payments)
    def money_moves(self, body: dict[str, Any]) -> None:
        self.give(body)

    @precondition(lambda self: not self.state.is_paid)
    @rule()
    def all_is_paid(self) -> None:
        self.give({"type": "payment", "status": "paid"})

    @precondition(lambda self: self.state.goods_left)
    @rule(data=st.data())
    def staff_take_steps(self, data: st.DataObject) -> None:
        types = ("picked", "packed", *MOVES[self.state.method])
        for type_ in data.draw(st.lists(st.sampled_from(types), min_size=1, max_size=len(types))):
            self.give(data.draw(work(st.none())[type_]))

    @precondition(lambda self: self.state.goods_left)
    @rule(data=st.data())
    def staff_take_a_step_with_some_units(self, data: st.DataObject) -> None:
        self.give(data.draw(work(self.some_units())[data.draw(st.sampled_from(self.starts()))]))

    @precondition(lambda self: any(parcel.is_open for parcel in self.state.parcels))
    @rule(data=st.data())
    def a_parcel_is_moved_on(self, data: st.DataObject) -> None:
        parcel = data.draw(st.sampled_from([each for each in self.state.parcels if each.is_open]))
        type_ = data.draw(st.sampled_from(("packed", *MOVES[self.state.method])))
        self.give({**data.draw(work(st.none())[type_]), "parcel": parcel.parcel})

    @precondition(lambda self: self.state.goods_left)
    @rule(data=st.data())
    def some_units_are_cancelled(self, data: st.DataObject) -> None:
        self.give(data.draw(command("cancel", lines=self.some_units(), notify=notify)))

    @rule(data=st.data())
    def staff_say_anything(self, data: st.DataObject) -> None:
        line_ids = st.sampled_from(LINES)
        self.give(
            data.draw(
                st.one_of(
                    anything,
                    command("reissue", line_id=line_ids),
                    command("mail_arrived", mail_key=st.just("new_order")),
                    command("mail_again", mail_key=st.just("new_order")),
                    command("mail_stop", mail_key=st.just("new_order")),
                    command("cancel", lines=some_lines, reason=st.none() | reasons),
                    command("release", reason=st.none() | reasons),
                    command("hold", reason=reasons),
                    *([command("cancel")] if self.number > 15 else []),
                )
            )
        )

    @precondition(lambda self: not self.state.holds)
    @rule(reason=reasons, long=st.sampled_from((False, False, False, True)))
    def staff_hold_it(self, reason: str, long: bool) -> None:
        self.give({"type": "hold", "reason": reason})
        if not long:
            self.give({"type": "release"})

    @precondition(lambda self: self.state.holds)
    @rule()
    def staff_release_it(self) -> None:
        self.give({"type": "release", "reason": self.state.holds[0].reason})

    @precondition(lambda self: self.given)
    @rule(data=st.data())
    def a_wish_comes_again(self, data: st.DataObject) -> None:
        self.give(data.draw(st.sampled_from(self.given)))

    @precondition(lambda self: self.state.attention)
    @rule(data=st.data(), whole=st.booleans())
    def a_person_deals_with_something(self, data: st.DataObject, whole: bool) -> None:
        one = data.draw(st.sampled_from(self.state.attention))
        self.give({"type": "resolve", "reason": str(one.reason), "subject": None if whole else one.subject})
        assert one.reason not in (each.reason for each in self.state.attention) or not whole

    @precondition(lambda self: next_deadline(self.state) is not None)
    @rule()
    def a_deadline_passes(self) -> None:
        deadline = next_deadline(self.state)
        assert deadline is not None
        self.now = max(self.now, deadline.at)
        self.apply(partial(pass_deadline, deadline=deadline))
        assert next_deadline(self.state) != deadline

    @precondition(lambda self: issuing.may_issue(self.state))
    @rule(found=st.booleans())
    def downloads_are_made(self, found: bool) -> None:
        lines = issuing.lines_to_issue(self.state)
        self.apply(partial(issuing.issuing, line_ids=lines))
        if found:
            self.apply(partial(issuing.issued, line_ids=lines))
        else:
            self.apply(partial(issuing.files_missing, line_ids=lines))

    @precondition(lambda self: issuing.may_issue(self.state))
    @rule(cancel=st.booleans(), some=some_lines)
    def something_is_decided_while_downloads_are_made(self, cancel: bool, some: list[Any]) -> None:
        lines = issuing.lines_to_issue(self.state)
        self.apply(partial(issuing.issuing, line_ids=lines))
        self.give({"type": "cancel", "lines": some} if cancel else {"type": "hold", "reason": "fraud"})
        self.apply(partial(issuing.issued, line_ids=lines))

    @precondition(lambda self: self.number % 7 == 0)
    @rule(unknown=st.booleans())
    def a_mail_cannot_be_sent(self, unknown: bool) -> None:
        self.apply(partial(mail_not_sent, kind=MailKind.NEW_ORDER, key="new_order", unknown=unknown))

    @precondition(lambda self: any(each.reason in IN_QUESTION for each in self.state.attention))
    @rule(data=st.data(), type_=st.sampled_from(("mail_arrived", "mail_again")))
    def a_person_knows_of_a_mail(self, data: st.DataObject, type_: str) -> None:
        doubted = [each for each in self.state.attention if each.reason in IN_QUESTION]
        one = data.draw(st.sampled_from(doubted))
        self.give({"type": type_, "mail_key": one.subject})
        assert all(each.subject != one.subject or each not in doubted for each in self.state.attention)

    def starts(self) -> list[str]:
        """Commands that take some units a step on."""
        moves = [each for each in MOVES[self.state.method] if each in MAY_START_A_PARCEL]
        return ["packed", "picked", *moves]

    def some_units(self) -> st.SearchStrategy[Any]:
        """Some of what is left of a line or two, in the shape of a command."""
        left = [line for line in self.state.lines if line.is_physical and line.units.to_ship]
        some = [
            st.fixed_dictionaries(
                {
                    "line_id": st.just(line.line_id),
                    "quantity": st.sampled_from((1, 1, line.units.to_ship)),
                }
            )
            for line in left
        ]
        return st.lists(st.one_of(some), min_size=1, max_size=2)

    # How it happens.

    def give(self, body: dict[str, Any]) -> None:
        self.given.append(body)
        self.now += timedelta(minutes=1)
        self.number += 1
        before, was_finished = self.state, finished(self.state)
        wish = for_history(COMMAND.validate_python(body))
        by = By(at=self.now, actor="staff:anna", command_id=f"c{self.number}")
        change: Change | None = None
        try:
            change = decide(self.state, wish, by)
        except OrderError as no:  # Anything else the rules raise is a bug and fails here.
            self.can_be_said(no.sentence)
        if change is None:
            assert self.state is before
            return
        assert change.entries, "what is applied is told"
        assert all(entry.command_id == by.command_id for entry in change.entries)
        self.took(change)
        if was_finished and body["type"] != "payment":
            assert finished(self.state)

    def apply(self, rule: Any) -> None:
        change = Change(self.state, By(at=self.now))
        rule(change)
        self.took(change)

    def took(self, change: Change) -> None:
        kept = [each.key for each in self.state.attention]
        assert len(set(kept)) == len(kept)
        self.state = change.state
        for mail in change.mails:
            assert mail.key not in self.keys, f"{mail.key} would be sent twice"
            self.keys.add(mail.key)
        for said in (
            *(entry.text for entry in change.entries),
            *(each.text for each in change.state.attention),
        ):
            for language in ("en", "nl"):
                assert in_words(language, said)
        self.sequence += 1
        assert transition(change, self.sequence).headline == headline(self.state)

    def can_be_said(self, said: Sentence) -> None:
        if said.key not in SAID:  # A sentence takes the same facts everywhere: once is enough.
            SAID.add(said.key)
            assert all(in_words(language, said) for language in LANGUAGES)

    # What is always true.

    @invariant()
    def ledgers_are_sound(self) -> None:
        for line in self.state.lines:
            assert line.units.is_sound, line
            assert line.units.cancelled + line.units.shipped <= line.units.ordered

    @invariant()
    def parcels_hold_no_more_than_is_left_of_a_line(self) -> None:
        for line in self.state.lines:
            held = [parcel.quantity(line.line_id) for parcel in self.state.live_parcels]
            assert sum(held) <= line.units.remaining
            assert not held or line.is_physical or sum(held) == 0

    @invariant()
    def what_left_the_shop_is_what_lies_in_parcels_that_left(self) -> None:
        for line in self.state.lines:
            if line.is_physical:
                out = [parcel for parcel in self.state.live_parcels if not parcel.is_open]
                assert line.units.shipped == sum(parcel.quantity(line.line_id) for parcel in out)

    @invariant()
    def nothing_is_left_to_do_less_than_nothing(self) -> None:
        for line in self.state.lines:
            counts = (
                self.state.to_pack(line),
                self.state.loose(line) if line.is_physical else 0,
                self.state.on_shelf(line) if line.is_physical else 0,
                self.state.to_pick(line),
            )
            assert min(counts) >= 0, (line, counts)

    @invariant()
    def a_parcel_has_something_in_it_or_is_void(self) -> None:
        names = [parcel.parcel for parcel in self.state.parcels]
        assert len(set(names)) == len(names)
        for parcel in self.state.parcels:
            assert bool(parcel.lines) is (parcel.state is not ParcelState.VOID)
            for line in parcel.lines:
                assert line.quantity >= max(1, line.unpicked, line.unpacked)

    @invariant()
    def money_that_is_not_in_order_has_somebody_to_see_to_it(self) -> None:
        asked = {str(each.reason) for each in self.state.attention}
        seen = {key.partition(":")[0] for key in self.state.seen}
        if self.state.due < 0:
            assert asked | seen & {"overpaid", "refund_due"}
        if self.state.refunded > self.state.captured:
            assert "refunded_too_much" in asked | seen

    @invariant()
    def what_is_owed_lies_between_nothing_and_the_total(self) -> None:
        assert 0 <= self.state.owed <= self.state.plan.total_minor

    @invariant()
    def a_paid_order_is_free_to_go_or_cancelled(self) -> None:
        assert not self.state.is_paid or self.state.released or self.state.cancelled

    @invariant()
    def an_order_that_is_not_done_has_a_deadline_or_somebody_to_see_to_it(self) -> None:
        waits = next_deadline(self.state) is not None or issuing.may_issue(self.state)
        assert finished(self.state) or waits or self.state.attention

    @invariant()
    def a_finished_order_is_not_waited_for_and_not_open(self) -> None:
        if finished(self.state):
            late = next_deadline(self.state)
            assert late is None or late.late is Late.STOP_WATCHING
            assert not headline(self.state).is_open

    @invariant()
    def deadlines_come_to_an_end_by_themselves(self) -> None:
        state, passed = self.state, 0
        while (deadline := next_deadline(state)) is not None:
            change = Change(state, By(at=max(self.now, deadline.at)))
            pass_deadline(change, deadline)
            state, passed = change.state, passed + 1
            assert passed <= 20

    @invariant()
    def statuses_are_the_same_when_worked_out_from_what_is_kept(self) -> None:
        facts = OrderFacts.model_validate_json(self.state.facts.model_dump_json())
        again = OrderState(plan=self.state.plan, **dict(facts))
        assert again == self.state
        assert headline(again) == headline(self.state)


AnyOrder.TestCase.settings = settings(
    max_examples=int(os.environ.get("PAKHUIS_PROPERTY_EXAMPLES", "250")),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
TestAnyOrder = AnyOrder.TestCase
