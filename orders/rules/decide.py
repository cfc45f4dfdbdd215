"""The one place where a wish becomes a change."""

from typing import assert_never

from orders import commands
from orders.change import By, Change
from orders.errors import Refused
from orders.rules import cancelling, goods, holds, issuing, mailing, money, parcels
from orders.rules.settling import settle_what_is_over
from orders.state import OrderState


def decide(state: OrderState, command: commands.Command, by: By) -> Change:
    """What this command makes of the order. Raises Refused or Repeated, with the sentence that says why;
    the state is then as it was."""
    change = Change(state, by)
    match command:
        case commands.Payment():
            money.pay(change, command)
        case commands.Picked():
            goods.pick(change, command)
        case commands.Packed():
            goods.pack(change, command)
        case (
            commands.Labelled()
            | commands.Shipped()
            | commands.ReadyForPickup()
            | commands.Collected()
            | commands.OutForDelivery()
            | commands.Delivered()
            | commands.DeliveryFailed()
        ):
            parcels.move(change, command)
        case commands.Hold():
            holds.hold(change, command)
        case commands.Release():
            holds.release(change, command)
        case commands.Cancel():
            cancelling.cancel(change, command)
        case commands.Resolve():
            resolve(change, command)
        case commands.Reissue():
            issuing.reissue(change, command)
        case commands.MailArrived():
            mailing.mail_arrived(change, command)
        case commands.MailAgain():
            mailing.mail_again(change, command)
        case commands.MailStop():
            mailing.mail_stop(change, command)
        case _:
            assert_never(command)
    settle_what_is_over(change)
    return change


def resolve(change: Change, wish: commands.Resolve) -> None:
    """Take an attention entry off the list because a person dealt with it."""
    known = [
        each
        for each in change.state.attention
        if each.reason == wish.reason and wish.subject in (None, each.subject)
    ]
    if not known:
        raise Refused("refusal.no_such_attention", reason=wish.reason)
    seen = {each.key: change.by.at for each in known}
    change.set(seen={**change.state.seen, **seen})
    for each in known:
        change.settle(each.reason, subject=each.subject)
    change.say("resolve", "timeline.resolved", reason=wish.reason)
