"""The page of one order: everything it shows, already chosen and in its reader's words."""

from datetime import datetime
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from pydantic import BaseModel

from db.attention import in_words_of
from db.reading import Kept, Whole
from desk.staff.attention_answers import AnswerView, answers
from desk.staff.errors import NotAllowed, NotHere
from desk.staff.mail_names import with_mail_names
from desk.staff.order_forms import Filled, Step
from desk.staff.order_goods import LinesView, ParcelView, lines_view, parcels_view
from desk.staff.order_offers import Offers
from desk.staff.order_rows import FULFILLMENT_TONE, PAYMENT_TONE, age, order_href
from desk.staff.order_steps import Rules, steps
from desk.staff.order_story import (
    NEWEST,
    ClaimView,
    MailView,
    Milestone,
    NoteView,
    StoryView,
    claim_view,
    mails_view,
    milestones,
    notes_view,
    story_view,
)
from desk.staff.order_terms import PaymentView, PersonView, payment_view, person_view
from desk.staff.signed import Signed
from orders.commands import TYPES
from orders.order import FulfillmentMethod
from orders.owners import owner_of
from orders.paper import PaperKind
from orders.rights import COMMAND_RIGHTS, Right
from orders.status import FulfillmentStatus, PaymentStatus
from orders.store import Language, StoreSettings
from orders.tasks import tasks
from orders.words import in_words, say, write

_GOODS_PAPERS: Final = (PaperKind.PICK_LIST, PaperKind.PACKING_SLIP, PaperKind.ADDRESS_LABEL)


class Badge(BaseModel, frozen=True):
    text: str
    tone: str


class AttentionView(BaseModel, frozen=True):
    text: str
    owner: str
    since: datetime
    answers: tuple[AnswerView, ...]


class PaperView(BaseModel, frozen=True):
    name: str
    href: str


class OrderModel(BaseModel, frozen=True):
    template: Literal["staff/order.html"] = "staff/order.html"
    href: str
    store: str
    order_id: str
    number: str
    store_name: str
    placed_at: datetime
    badges: tuple[Badge, ...]
    method: str
    age: str
    total: str
    is_history: bool
    ended_at: datetime | None
    attention: tuple[AttentionView, ...]
    holds: tuple[str, ...]
    claim: ClaimView | None
    main: Step | None
    more: tuple[Step, ...]
    waits: str
    may_fulfil: bool
    lines: LinesView
    parcels: tuple[ParcelView, ...]
    person: PersonView
    link_issue: int
    """Which link of the customer's page the form to replace it is about."""
    payment: PaymentView
    option: str
    instructions: str
    comment: str
    staff_note: str
    notes: tuple[NoteView, ...]
    note: Filled | None
    milestones: tuple[Milestone, ...]
    story: StoryView
    mails: tuple[MailView, ...]
    temporal: str | None
    papers: tuple[PaperView, ...]


class Seen(NamedTuple):
    """What the page is drawn from."""

    whole: Whole
    settings: StoreSettings
    who: dict[str, str]
    """Names of people, by how they sign."""
    words: dict[str, str]
    """What people wrote as reasons, by the digest that stands for it."""
    temporal: str | None
    several_stores: bool
    other_orders: dict[str, tuple[str, ...]]
    """By tracking number: other orders it stands on."""


def offers_of(seen: Seen, rules: Rules, language: Language) -> Offers:
    return Offers(language, rules.state, seen.words, tuple(seen.settings.tracking_links))


def order_model(
    seen: Seen,
    signed: Signed,
    now: datetime,
    *,
    entries: int = NEWEST,
    filled: Filled | None = None,
) -> OrderModel:
    """The page for this reader, with so many entries of the timeline. `filled`: a form on it that could not
    be taken, to be drawn again."""
    kept, language, settings = seen.whole.kept, signed.language, seen.settings
    order, zone = kept.order, seen.settings.time_zone
    rules = Rules(kept, signed.actor, now)
    found = steps(
        rules, offers_of(seen, rules, language), language, lambda type_: may_give(signed, type_), filled
    )
    return OrderModel(
        href=order_href(kept.store, kept.order_id),
        store=kept.store,
        order_id=kept.order_id,
        number=kept.number,
        store_name=settings.look.name if seen.several_stores else "",
        placed_at=kept.placed_at,
        badges=_badges(kept, language),
        method=say(language, f"desk.method.{kept.fulfillment_method}"),
        age=age(language, now - kept.facts.moved_at),
        total=write(language, order.total),
        is_history=kept.is_history,
        ended_at=kept.ended_at,
        attention=_attention(seen, rules, signed),
        holds=tuple(seen.words.get(hold.reason, hold.reason) for hold in kept.facts.holds),
        claim=claim_view(seen.whole.claim, signed.actor),
        main=found.main,
        more=found.more,
        waits=_waits(rules, found.main, language),
        may_fulfil=signed.may(Right.FULFIL),
        lines=lines_view(kept, rules.state, language),
        parcels=parcels_view(kept, rules.state, settings, language, seen.who, seen.other_orders),
        person=person_view(order, language),
        link_issue=kept.page_issue,
        payment=payment_view(kept, language),
        option=order.fulfillment.option if order.fulfillment else "",
        instructions=order.fulfillment.instructions if order.fulfillment else "",
        comment=order.comment,
        staff_note=order.staff_note,
        notes=notes_view(seen.whole.notes, signed.actor, seen.who, language),
        note=filled if filled is not None and filled.key.startswith("note") else None,
        milestones=milestones(seen.whole.timeline, kept.facts.cancelled, language, now),
        story=story_view(seen.whole.timeline, language, zone, seen.who, seen.words, entries),
        mails=mails_view(seen.whole.mails, kept.facts.attention, language),
        temporal=seen.temporal,
        papers=_papers(kept, language, signed),
    )


def may_give(signed: Signed, type_: str) -> bool:
    """Whether this reader may give commands of this type."""
    return type_ in TYPES and signed.may(Right.FULFIL) and signed.may(COMMAND_RIGHTS[type_])


def must_give(signed: Signed, type_: str) -> None:
    """Raises NotHere for a type that there is not, NotAllowed for one that is not this reader's to give."""
    if type_ not in TYPES:
        raise NotHere
    if not may_give(signed, type_):
        raise NotAllowed


def _badges(kept: Kept, language: Language) -> tuple[Badge, ...]:
    payment, fulfillment = PaymentStatus(kept.payment_status), FulfillmentStatus(kept.fulfillment_status)
    return (
        Badge(text=say(language, f"desk.payment_status.{payment}"), tone=PAYMENT_TONE[payment]),
        Badge(
            text=say(language, f"desk.fulfillment_status.{fulfillment}"), tone=FULFILLMENT_TONE[fulfillment]
        ),
    )


def _attention(seen: Seen, rules: Rules, signed: Signed) -> tuple[AttentionView, ...]:
    kept, language = seen.whole.kept, signed.language
    return tuple(
        AttentionView(
            text=in_words(
                language,
                with_mail_names(in_words_of(each.text, seen.words)),
                time_zone=seen.settings.time_zone,
            ),
            owner=say(language, f"owner.{owner_of(each.reason)}"),
            since=each.since,
            answers=tuple(
                view
                for view, command in answers(language, kept.store, kept.order_id, each.reason, each.subject)
                if command is None or (may_give(signed, view.type) and rules.outcome(command))
            ),
        )
        for each in sorted(kept.facts.attention, key=lambda each: each.since)
    )


def _waits(rules: Rules, main: Step | None, language: Language) -> str:
    """What is said where there is no button: what the order waits for."""
    if main is not None:
        return ""
    if rules.kept.is_history:
        return say(language, "desk_order.next.history")
    if rules.state.cancelled:
        return say(language, "desk_order.next.cancelled")
    open_tasks = tasks(rules.state)
    if open_tasks:
        task = say(language, f"desk.task.{open_tasks[0]}")
        return say(language, "desk_order.next.others", task=task)
    if rules.kept.ended_at is None and rules.state.undelivered:
        return say(language, "desk_order.next.on_its_way")
    return say(language, "desk_order.next.nothing")


def _papers(kept: Kept, language: Language, signed: Signed) -> tuple[PaperView, ...]:
    if not signed.may(Right.FULFIL) or kept.facts.cancelled:
        return ()
    has_goods = kept.plan.method is not FulfillmentMethod.NONE
    named = quote(f"{kept.store}/{kept.order_id}", safe="")
    return tuple(
        PaperView(name=say(language, f"desk_order.paper.{kind}"), href=f"/desk/papers/{kind}?orders={named}")
        for kind in PaperKind
        if (has_goods or kind not in _GOODS_PAPERS) and not (kept.is_history and kind is PaperKind.INVOICE)
    )
