"""Commands: every wish from outside, in the shape of its type."""

import hashlib
import re
import unicodedata
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, TypeAdapter

from orders.money import Amount
from orders.order import Currency, Grams, LineId, Text, Whole
from orders.unfit import unfit

CommandId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]
ParcelId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$")]
_NO_PART_OF_A_LINE: Final = ("Cc", "Cs", "Zl", "Zp")
_CONTROLS: Final = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
LONGEST_UNDO_SECONDS: Final = 60
"""For so long at most the mails that a command causes can be made to wait, so that it can be taken back."""
_CODE = re.compile(r"^[a-z0-9][a-z0-9_]{0,39}$")


def _one_line(text: str) -> str:
    # Refused rather than mended: what a person reads on the timeline is what was written, to the letter.
    if any(unicodedata.category(character) in _NO_PART_OF_A_LINE for character in text):
        raise unfit("control_characters")
    if not text.strip():
        raise unfit("empty")
    return text


OneLine = Annotated[
    str,
    AfterValidator(_one_line),
    Field(json_schema_extra={"pattern": rf"^[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*$"}),
]
Reference = Annotated[OneLine, StringConstraints(min_length=1, max_length=100)]
Reason = Annotated[OneLine, StringConstraints(min_length=1, max_length=200)]
TrackingNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,59}$")]
MailKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}(:[A-Za-z0-9._:+-]{1,160})?$")]
"""As `pakhuis show` lists it: the kind of mail, and what caused it."""
Carrier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._&-]{0,39}$")]


class Quantity(BaseModel, frozen=True, extra="forbid"):
    """Some units of one line."""

    line_id: LineId
    quantity: Whole = Field(ge=1, le=9999, strict=True)


Quantities = Annotated[tuple[Quantity, ...], Field(min_length=1, max_length=1000)]


class _Command(BaseModel, frozen=True, extra="forbid"):
    command_id: CommandId | None = None


class Payment(_Command):
    """Money moved, or did not. Without an amount: all that is due. `event_id` tells repeats apart."""

    type: Literal["payment"] = "payment"
    status: Literal["paid", "failed", "refunded"]
    amount: Amount | None = None
    currency: Currency | None = None
    reference: Reference | None = None
    event_id: Reference | None = None


class Picked(_Command):
    type: Literal["picked"] = "picked"
    lines: Quantities | None = None


class Packed(_Command):
    type: Literal["packed"] = "packed"
    parcel: ParcelId | None = None
    lines: Quantities | None = None
    weight_grams: Grams | None = None


class Labelled(_Command):
    type: Literal["labelled"] = "labelled"
    parcel: ParcelId | None = None
    lines: Quantities | None = None
    carrier: Carrier | None = None
    tracking_number: TrackingNumber


class Shipped(_Command):
    type: Literal["shipped"] = "shipped"
    parcel: ParcelId | None = None
    lines: Quantities | None = None
    carrier: Carrier | None = None
    tracking_number: TrackingNumber | None = None
    notify: bool = True


class ReadyForPickup(_Command):
    type: Literal["ready_for_pickup"] = "ready_for_pickup"
    parcel: ParcelId | None = None
    lines: Quantities | None = None
    notify: bool = True


class Collected(_Command):
    """The customer took the goods: with the code from the mail, or on staff's own judgement."""

    type: Literal["collected"] = "collected"
    parcel: ParcelId | None = None
    code: Annotated[Text, StringConstraints(max_length=20)] | None = None
    override: bool = False


class OutForDelivery(_Command):
    type: Literal["out_for_delivery"] = "out_for_delivery"
    parcel: ParcelId | None = None
    lines: Quantities | None = None
    notify: bool = True


class Delivered(_Command):
    type: Literal["delivered"] = "delivered"
    parcel: ParcelId | None = None
    notify: bool = True


class DeliveryFailed(_Command):
    type: Literal["delivery_failed"] = "delivery_failed"
    parcel: ParcelId | None = None
    reason: Reason | None = None


class Hold(_Command):
    type: Literal["hold"] = "hold"
    reason: Reason


class Release(_Command):
    """Take one hold off; without a reason, the only one there is."""

    type: Literal["release"] = "release"
    reason: Reason | None = None


class Cancel(_Command):
    """Of the whole order, that is all that has not been handed over, or of some quantities."""

    type: Literal["cancel"] = "cancel"
    reason: Reason | None = None
    lines: Quantities | None = None
    notify: bool = True


class Resolve(_Command):
    """A person dealt with an attention entry."""

    type: Literal["resolve"] = "resolve"
    reason: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
    subject: Annotated[Text, StringConstraints(max_length=100)] | None = None


class Reissue(_Command):
    """Give the customer new download links for a line, and end the old ones."""

    type: Literal["reissue"] = "reissue"
    line_id: LineId


class MailArrived(_Command):
    """A person knows that a mail arrived of which nobody was sure."""

    type: Literal["mail_arrived"] = "mail_arrived"
    mail_key: MailKey


class MailAgain(_Command):
    """Send a mail once more, the same bytes: it failed, or nobody could say whether it arrived. One that was
    stopped is sent after all. With `anew`, one that was sent is written anew, with links that work now, and
    sent as a mail of its own."""

    type: Literal["mail_again"] = "mail_again"
    mail_key: MailKey
    anew: bool = False


class MailStop(_Command):
    """Keep a mail from leaving, and its copy with it. Refused once it may have left."""

    type: Literal["mail_stop"] = "mail_stop"
    mail_key: MailKey


Command = (
    Payment
    | Picked
    | Packed
    | Labelled
    | Shipped
    | ReadyForPickup
    | Collected
    | OutForDelivery
    | Delivered
    | DeliveryFailed
    | Hold
    | Release
    | Cancel
    | Resolve
    | Reissue
    | MailArrived
    | MailAgain
    | MailStop
)
COMMAND: Final[TypeAdapter[Command]] = TypeAdapter(Annotated[Command, Field(discriminator="type")])
TYPES: Final[tuple[str, ...]] = tuple(model.model_fields["type"].default for model in Command.__args__)


def for_history(command: Command) -> Command:
    """The command without words a person wrote and without codes: Temporal's history keeps neither.

    A reason that is a plain code ("address") stays; any other becomes a short digest that tells two
    reasons apart. Who reads the timeline gets the words back from the command's own row.
    """
    changes: dict[str, str | None] = {}
    reason = getattr(command, "reason", None)
    if reason is not None and not _CODE.match(reason):
        changes["reason"] = withheld(reason)
    if getattr(command, "code", None) is not None:
        changes["code"] = None
    return command.model_copy(update=changes) if changes else command


def withheld(reason: str) -> str:
    """A digest that stands in for words: "@" and 12 hexadecimal digits."""
    return "@" + hashlib.sha256(reason.encode()).hexdigest()[:12]
