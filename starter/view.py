"""An order as it is answered: from PostgreSQL only, its sentences in the reader's language."""

from decimal import Decimal
from urllib.parse import quote

from db import listing, reading
from db.claims import Claim
from db.notes import Note
from db.pool import Connection
from db.vault import Vault
from orders.money import exponent, written
from orders.order import Line, Order, Totals
from orders.own_words import by_digest, with_known_words
from orders.owners import Owner, owner_of
from orders.state import OrderFacts, Reason
from orders.store import Language
from orders.words import in_words, say
from starter.answers import (
    AttentionAnswer,
    ClaimAnswer,
    HoldAnswer,
    LineAnswer,
    Links,
    ListAnswer,
    MailAnswer,
    MomentAnswer,
    NoteAnswer,
    NoteVersionAnswer,
    OrderAnswer,
    ParcelAnswer,
    ParcelLineAnswer,
    PaymentAnswer,
    RowAnswer,
)
from starter.delivery import workflow_id


class Viewer:
    """Builds the answers. `public_url` is where customers reach us, `temporal_ui_url` where ops look, in
    Temporal's `namespace`."""

    def __init__(
        self, vault: Vault, public_url: str, temporal_ui_url: str, namespace: str = "default"
    ) -> None:
        self._vault = vault
        self._public_url = public_url.rstrip("/")
        self._temporal_ui_url = temporal_ui_url.rstrip("/")
        self._namespace = namespace

    @property
    def public_url(self) -> str:
        """Where people reach us, without a slash at its end."""
        return self._public_url

    async def order(
        self, connection: Connection, store: str, order_id: str, language: Language
    ) -> OrderAnswer:
        """One order. Raises OrderNotFound."""
        kept, moments, mails, notes, claim = await reading.whole(connection, store, order_id)
        reasons = {each.command_id: each.words for each in moments if each.command_id and each.words}
        words = by_digest(each.words for each in moments if each.words)
        order, facts = kept.order, kept.facts
        return OrderAnswer(
            order_id=order_id,
            store=store,
            number=kept.number,
            workflow_id=workflow_id(store, order_id),
            payment_status=kept.payment_status,
            fulfillment_status=kept.fulfillment_status,
            fulfillment_method=kept.fulfillment_method,
            open=kept.is_open,
            history=kept.is_history,
            placed_at=kept.placed_at,
            accepted_at=kept.accepted_at,
            ended_at=kept.ended_at,
            currency=order.currency,
            locale=order.locale,
            customer=order.customer,
            billing_address=order.billing_address,
            shipping_address=order.shipping_address,
            option=order.fulfillment.option if order.fulfillment else "",
            instructions=order.fulfillment.instructions if order.fulfillment else "",
            payment_method=order.payment.method,
            payment_reference=order.payment.reference,
            totals=_totals(order),
            amount_due=written(kept.due_minor, order.currency),
            comment=order.comment,
            staff_note=order.staff_note,
            due_at=kept.due_at,
            due_for=kept.due_for,
            lines=_lines(order.lines, facts),
            parcels=_parcels(facts),
            payments=[
                PaymentAnswer(
                    status=each.status,
                    amount=written(each.amount_minor, each.currency),
                    currency=each.currency,
                    reference=each.reference,
                    at=each.at,
                )
                for each in facts.payments
            ],
            holds=[
                HoldAnswer(
                    reason=reasons.get(each.command_id or "", each.reason), since=each.since, by=each.by
                )
                for each in facts.holds
            ],
            attention=[
                AttentionAnswer(
                    reason=each.reason,
                    subject=each.subject,
                    since=each.since,
                    text=in_words(language, with_known_words(each.text, words, language)),
                    owner=owner_of(each.reason),
                    owner_name=say(language, f"owner.{owner_of(each.reason)}"),
                )
                for each in facts.attention
            ],
            timeline=[
                MomentAnswer(
                    at=each.at,
                    kind=each.kind,
                    outcome=each.outcome,
                    actor=each.actor,
                    command_id=each.command_id,
                    text=in_words(language, with_known_words(each.text, words, language)),
                )
                for each in moments
            ],
            mails=[
                MailAnswer(
                    mail_key=each.mail_key,
                    kind=each.kind,
                    state=each.state,
                    is_copy=each.is_copy,
                    created_at=each.created_at,
                    sent_at=each.sent_at,
                    not_before=each.not_before,
                )
                for each in mails
            ],
            notes=[note_answer(each) for each in notes],
            claim=claim_answer(claim) if claim else None,
            links=Links(customer_page=self.customer_page(kept), temporal=self.temporal(store, order_id)),
        )

    def customer_page(self, kept: reading.Kept) -> str:
        """The address of the customer's own page: whoever has it sees what the customer sees."""
        return f"{self._public_url}/o/{kept.page_token(self._vault)}"

    def temporal(self, store: str, order_id: str) -> str | None:
        """Where ops look at the order's workflow; None if nobody said where that is."""
        workflow = quote(workflow_id(store, order_id), safe="")
        address = f"{self._temporal_ui_url}/namespaces/{self._namespace}/workflows/{workflow}"
        return address if self._temporal_ui_url else None

    def listed(self, page: listing.Page) -> ListAnswer:
        return ListAnswer(
            orders=[
                RowAnswer(
                    order_id=row.order_id,
                    store=row.store,
                    number=row.number,
                    placed_at=row.placed_at,
                    customer=row.customer,
                    total=row.total,
                    currency=row.currency,
                    payment_status=row.payment_status,
                    fulfillment_status=row.fulfillment_status,
                    fulfillment_method=row.fulfillment_method,
                    open=row.is_open,
                    needs_attention=row.needs_attention,
                    owners=_owners(row.reasons),
                    due_at=row.due_at,
                    due_for=row.due_for,
                )
                for row in page.rows
            ],
            next=page.next,
        )


def note_answer(note: Note) -> NoteAnswer:
    return NoteAnswer(
        note_id=note.note_id,
        author=note.author,
        at=note.at,
        text=note.text,
        edited_at=note.edited_at,
        versions=[
            NoteVersionAnswer(author=each.author, at=each.at, text=each.text) for each in note.versions
        ],
    )


def claim_answer(claim: Claim) -> ClaimAnswer:
    return ClaimAnswer(**claim.model_dump())


def _owners(reasons: list[str]) -> list[str]:
    """Each owner once, in the order of the roles."""
    found = {owner_of(Reason(reason)) for reason in reasons}
    return [owner for owner in Owner if owner in found]


def _totals(order: Order) -> Totals:
    """The amounts with the decimals of their currency, however they were written when they came."""
    one_minor = Decimal(1).scaleb(-exponent(order.currency))
    amounts = {
        name: amount.quantize(one_minor) for name, amount in order.totals if isinstance(amount, Decimal)
    }
    return order.totals.model_copy(update=amounts)


def _lines(lines: tuple[Line, ...], facts: OrderFacts) -> list[LineAnswer]:
    state = {line.line_id: line for line in facts.lines}
    return [
        LineAnswer(
            line_id=line.line_id,
            kind=line.kind,
            sku=line.sku,
            name=line.name,
            options=list(line.options),
            quantity=line.quantity,
            unit_price=format(line.unit_price, "f"),
            files=list(line.files),
            barcode=line.barcode,
            location=line.location,
            units=state[line.line_id].units,
            issued=state[line.line_id].issued,
        )
        for line in lines
    ]


def _parcels(facts: OrderFacts) -> list[ParcelAnswer]:
    return [
        ParcelAnswer(
            parcel=each.parcel,
            state=each.state,
            since=each.since,
            carrier=each.carrier,
            tracking_number=each.tracking_number,
            weight_grams=each.weight_grams,
            lines=[ParcelLineAnswer(line_id=line.line_id, quantity=line.quantity) for line in each.lines],
        )
        for each in facts.parcels
    ]
