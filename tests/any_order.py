"""Any order there may be, and anything it may be told: what Hypothesis draws from."""

from typing import Any, Final

from hypothesis import strategies as st

from orders.mail import MailKind
from orders.order import FulfillmentMethod, LineKind
from orders.plan import Plan, PlanLine
from orders.store import DAY, PAYMENT_PATIENCE, PaymentKind, PaymentPatience, Policy
from tests.scenes import START

LINES: Final = ("1", "2", "3")
quantities = st.integers(min_value=1, max_value=4)
patiences = st.fixed_dictionaries(
    dict.fromkeys(
        PaymentKind,
        st.builds(
            PaymentPatience,
            remind_after=st.sampled_from((None, DAY, 5 * DAY)),
            expire_after=st.sampled_from((None, 3 * DAY)),
        ),
    )
)
policies = st.builds(
    Policy,
    may_skip_steps=st.booleans(),
    payment=st.one_of(st.just(dict(PAYMENT_PATIENCE)), st.just({}), patiences),
    ships_unpaid=st.sampled_from(((), (PaymentKind.CASH_ON_DELIVERY, PaymentKind.INVOICE))),
    silent_mails=st.sampled_from(((), (MailKind.DELIVERED,), (MailKind.DOWNLOADS,))),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan of one to three lines, paid in part, in full or not at all."""
    lines = []
    for line_id in LINES[: draw(st.integers(1, 3))]:
        kind = draw(st.sampled_from((LineKind.PHYSICAL, LineKind.PHYSICAL, *LineKind)))
        files = kind is LineKind.DIGITAL or (kind is LineKind.PHYSICAL and draw(st.booleans()))
        unit_minor = draw(st.sampled_from((0, 333, 1000)))
        lines.append(
            PlanLine(
                line_id=line_id,
                kind=kind,
                quantity=draw(quantities),
                unit_minor=unit_minor,
                has_files=files,
            )
        )
    total = sum(line.unit_minor * line.quantity for line in lines)
    physical = any(line.kind is LineKind.PHYSICAL for line in lines)
    methods = [method for method in FulfillmentMethod if method is not FulfillmentMethod.NONE]
    discount = draw(st.integers(0, total))
    to_pay = total - discount + 500
    paid = draw(st.sampled_from((to_pay, to_pay, to_pay + 100, 100, 0)))
    return Plan(
        store="default",
        order_id="K8XTQ",
        accepted_at=START,
        currency="EUR",
        total_minor=to_pay,
        carriage_minor=500,
        payment_kind=draw(st.sampled_from(PaymentKind)),
        paid_minor=paid,
        refunded_minor=draw(st.sampled_from((0, 0, 0, 0, 0, paid))),
        reference=draw(st.sampled_from((None, "a"))),
        method=draw(st.sampled_from(methods)) if physical else FulfillmentMethod.NONE,
        lines=tuple(lines),
        holds=draw(st.sampled_from(((), (), (), ("possible_duplicate",)))),
        mails_customer=draw(st.booleans()),
        has_address=draw(st.booleans()),
        shop_recipients=draw(st.integers(0, 2)),
        copies_customer_mails=draw(st.booleans()),
        policy=draw(policies),
    )


some_lines = st.lists(
    st.fixed_dictionaries({"line_id": st.sampled_from((*LINES, "9")), "quantity": quantities}),
    min_size=1,
    max_size=3,
)
some_parcels = st.sampled_from((None, None, "1", "2", "A"))
numbers = st.sampled_from(("3SA", "3SB", "3SC"))
reasons = st.sampled_from(("address", "fraud"))
notify = st.booleans()


def command(type_: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A command of this type with these fields."""
    return st.fixed_dictionaries({"type": st.just(type_), **fields})


payments = command(
    "payment",
    status=st.sampled_from(("paid", "paid", "paid", "refunded", "failed")),
    amount=st.none() | st.sampled_from(("0.00", "1.00", "10.00", "25.00", "1.005")),
    currency=st.sampled_from((None, None, None, "EUR", "USD")),
    reference=st.sampled_from((None, "a", "b")),
    event_id=st.sampled_from((None, "evt_1", "evt_2", "evt_3")),
)


def work(lines: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[dict[str, Any]]]:
    """Every command of staff about goods, by its name."""
    of = {"parcel": some_parcels, "lines": lines}
    return {
        "picked": command("picked", lines=lines),
        "packed": command("packed", **of, weight_grams=st.none() | st.just(780)),
        "labelled": command("labelled", **of, tracking_number=numbers),
        "shipped": command("shipped", **of, tracking_number=st.none() | numbers, notify=notify),
        "ready_for_pickup": command("ready_for_pickup", **of, notify=notify),
        "collected": command("collected", parcel=some_parcels, override=st.booleans()),
        "out_for_delivery": command("out_for_delivery", **of, notify=notify),
        "delivered": command("delivered", parcel=some_parcels, notify=notify),
        "delivery_failed": command("delivery_failed", parcel=some_parcels, reason=st.none() | reasons),
    }


anything = st.one_of(*work(st.none() | some_lines).values())
