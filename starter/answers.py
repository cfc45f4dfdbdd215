"""What the API answers: an order, and a list of orders."""

from datetime import datetime

from pydantic import BaseModel, Field

from orders.order import Address, Customer, Totals
from orders.owners import Owner
from orders.units import Units


class LineAnswer(BaseModel):
    line_id: str
    kind: str
    sku: str
    name: str
    options: list[str]
    quantity: int
    unit_price: str
    files: list[str]
    barcode: str = Field(description="What a scanner reads off the product.")
    location: str = Field(description="The shelf it lies on.")
    units: Units
    issued: bool = Field(description="Its download links or gift-card codes exist.")


class ParcelLineAnswer(BaseModel):
    line_id: str
    quantity: int


class ParcelAnswer(BaseModel):
    parcel: str
    state: str
    since: datetime
    carrier: str | None
    tracking_number: str | None
    weight_grams: int | None
    lines: list[ParcelLineAnswer]


class PaymentAnswer(BaseModel):
    status: str
    amount: str
    currency: str
    reference: str | None
    at: datetime


class HoldAnswer(BaseModel):
    reason: str
    since: datetime
    by: str


class AttentionAnswer(BaseModel):
    reason: str
    subject: str
    since: datetime
    text: str
    owner: str = Field(description=f"Who has to see to it: {', '.join(Owner)}.")
    owner_name: str = Field(description="The same for people, in the language of the answer.")


class MomentAnswer(BaseModel):
    at: datetime
    kind: str
    outcome: str
    actor: str
    command_id: str | None
    text: str


class MailAnswer(BaseModel):
    mail_key: str
    kind: str
    state: str
    is_copy: bool
    created_at: datetime
    sent_at: datetime | None
    not_before: datetime | None = Field(description="Until then it waits, and `mail_stop` takes it back.")


class NoteVersionAnswer(BaseModel):
    author: str
    at: datetime
    text: str


class NoteAnswer(BaseModel):
    """A note of the staff, as it reads now; `versions` holds how it read before, the first one first."""

    note_id: str
    author: str
    at: datetime
    text: str
    edited_at: datetime | None
    versions: list[NoteVersionAnswer]


class NotesAnswer(BaseModel):
    notes: list[NoteAnswer]


class ClaimAnswer(BaseModel):
    """Who works on an order until then, so that nobody else packs it."""

    actor: str
    name: str
    since: datetime
    until: datetime
    taken_from: str | None = Field(description="Who was at it before, and from whom it was taken over.")


class PageLinkAnswer(BaseModel):
    customer_page: str = Field(description="The new link of the customer's page.")


class Links(BaseModel):
    customer_page: str
    temporal: str | None


class OrderAnswer(BaseModel):
    """An order with its statuses, its unit ledger, its parcels, its money and its timeline."""

    order_id: str
    store: str
    number: str
    workflow_id: str
    payment_status: str
    fulfillment_status: str
    fulfillment_method: str
    open: bool
    history: bool = Field(description="Taken into the list as it was; it has no workflow.")
    placed_at: datetime
    accepted_at: datetime
    ended_at: datetime | None
    currency: str
    locale: str | None
    customer: Customer
    billing_address: Address | None
    shipping_address: Address | None
    option: str
    instructions: str
    payment_method: str
    payment_reference: str | None
    totals: Totals
    amount_due: str
    comment: str
    staff_note: str
    due_at: datetime | None
    due_for: str | None
    lines: list[LineAnswer]
    parcels: list[ParcelAnswer]
    payments: list[PaymentAnswer]
    holds: list[HoldAnswer]
    attention: list[AttentionAnswer]
    timeline: list[MomentAnswer]
    mails: list[MailAnswer]
    notes: list[NoteAnswer] = Field(description="Of the staff, the oldest first.")
    claim: ClaimAnswer | None = Field(description="Who works on it now.")
    links: Links


class RowAnswer(BaseModel):
    order_id: str
    store: str
    number: str
    placed_at: datetime
    customer: str
    total: str
    currency: str
    payment_status: str
    fulfillment_status: str
    fulfillment_method: str
    open: bool
    needs_attention: bool
    owners: list[str] = Field(description="Who has to see to what needs a person on it.")
    due_at: datetime | None
    due_for: str | None


class ListAnswer(BaseModel):
    orders: list[RowAnswer]
    next: str | None = Field(description="Cursor of the next page; null at the end.")
