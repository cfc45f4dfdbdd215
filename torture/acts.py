"""The acts: what staff do in a story, one after the other."""

from dataclasses import dataclass, field
from typing import Any, Final

UNDO_SECONDS: Final = 3
"""So long somebody may think better of a mail."""


@dataclass(frozen=True)
class Act:
    """What staff do. With `rivals`, two of them do it at the same moment, each under an id of their own."""

    type: str
    fields: dict[str, Any] = field(default_factory=dict)
    rivals: bool = False
    wanted: str = "applied"
    undo_seconds: int = 0
    """So long the mails that it causes wait, and may be taken back."""
    of_mail: str = ""
    """It is said of the mail of this kind."""
    is_job: bool = False
    """It is given to all orders of the story at once."""


def acts_of(kind: str, order_id: str) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    """What staff do once it is paid, and what somebody tries after the end."""
    track = f"3S{order_id}"
    picked = Act("picked")
    acts: tuple[Act, ...]
    match kind:
        case "two_parcels":
            first = {"parcel": "A", "lines": [{"line_id": "1", "quantity": 1}]}
            rest = {"parcel": "B", "lines": [{"line_id": "1", "quantity": 2}]}
            acts = (
                picked,
                Act("packed", first),
                Act("packed", rest),
                Act("shipped", {"parcel": "A", "tracking_number": f"{track}A"}),
                Act("shipped", {"parcel": "B", "tracking_number": f"{track}B"}),
            )
        case "digital":
            anew = Act("mail_again", of_mail="order_received")
            return (), (Act("shipped", {}, wanted="refused"), anew)
        case "gift_cards":
            return (), (Act("shipped", {}, wanted="refused"),)
        case "invoiced" | "in_a_job":
            return (), ()
        case "cancelled":
            return (Act("cancel", {"reason": "changed_mind"}),), ()
        case "many_at_once":
            return (Act("packed", is_job=True), Act("shipped", is_job=True)), ()
        case "taken_back":
            acts = (
                Act("packed"),
                Act("shipped", {"tracking_number": track}, undo_seconds=UNDO_SECONDS),
                Act("mail_stop", of_mail="shipped", undo_seconds=UNDO_SECONDS),
                Act("mail_again", of_mail="order_received"),
            )
        case "pickup":
            acts = (
                picked,
                Act("packed"),
                Act("ready_for_pickup"),
                Act("collected", {"code": "NOT-THE-CODE"}, wanted="refused"),
                Act("collected", {"override": True}),
            )
        case "local_delivery":
            acts = (
                picked,
                Act("packed"),
                Act("out_for_delivery"),
                Act("delivery_failed", {"reason": "nobody_home"}),
                Act("out_for_delivery"),
                Act("delivered"),
            )
        case "paid_after_cancel":
            return (Act("cancel", {"reason": "changed_mind"}),), (Act("packed", {}, wanted="refused"),)
        case "held_first":
            acts = (
                Act("hold", {"reason": "address"}),
                Act("release"),
                picked,
                Act("packed"),
                Act("shipped", {"tracking_number": track}),
            )
        case "two_packers":
            acts = (
                Act("picked", rivals=True),
                Act("packed", rivals=True),
                Act("labelled", {"tracking_number": track}),
                Act("shipped", rivals=True),
            )
        case _:
            acts = (picked, Act("packed"), Act("labelled", {"tracking_number": track}), Act("shipped"))
    return acts, ()
