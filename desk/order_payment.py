"""How an order is paid, on its customer's page: what is still to come in, how, and by when."""

from datetime import datetime

from pydantic import BaseModel

from db.reading import Kept
from orders.money import Money
from orders.rules.deadlines import lapses_at
from orders.state import OrderState
from orders.store import Language, PaymentKind, StoreSettings


class PaymentView(BaseModel, frozen=True):
    """What is due. `how` and `reference` are for who pays by hand; `method` is the checkout's word."""

    kind: PaymentKind
    due: Money
    method: str
    how: str
    reference: str
    before: datetime | None
    """The order lapses then."""


def payment_of(
    kept: Kept, state: OrderState, settings: StoreSettings, language: Language
) -> PaymentView | None:
    """None where nothing is due."""
    if kept.due_minor <= 0:
        return None
    terms = kept.order.payment
    by_hand = terms.kind.is_by_hand
    return PaymentView(
        kind=terms.kind,
        due=state.plan.money(kept.due_minor),
        method=terms.method,
        how=settings.how_to_pay.get(language, "") if by_hand else "",
        reference=(terms.reference or kept.number) if by_hand else "",
        before=None if kept.ended_at else lapses_at(state),
    )
