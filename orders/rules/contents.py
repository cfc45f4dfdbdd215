"""Which units of which lines a wish speaks of, and putting them into a parcel."""

from collections.abc import Callable, Iterable

from orders.change import Change
from orders.commands import Quantity
from orders.errors import Refused
from orders.parcel import Parcel, ParcelLine, ParcelState
from orders.state import OrderLine, OrderState


def asked(
    state: OrderState,
    wanted: Iterable[Quantity] | None,
    left: Callable[[OrderLine], int],
    too_many: str,
    nothing_left: str,
) -> tuple[Quantity, ...]:
    """The quantities a wish names, checked against what is left; all that is left if it names none.

    Raises Refused with `too_many` (line_id, asked, left) or `nothing_left`.
    """
    if wanted is None:
        counted = ((line.line_id, left(line)) for line in state.lines)
        rest = tuple(Quantity(line_id=line_id, quantity=count) for line_id, count in counted if count > 0)
        if not rest:
            raise Refused(nothing_left)
        return rest
    named = summed(wanted)
    for line_id, quantity in named.items():
        line = state.line(line_id)
        if line is None:
            raise Refused("refusal.no_such_line", line_id=line_id)
        if quantity > left(line):
            raise Refused(too_many, line_id=line_id, asked=quantity, left=left(line))
    return tuple(Quantity(line_id=line_id, quantity=quantity) for line_id, quantity in named.items())


def summed(quantities: Iterable[Quantity]) -> dict[str, int]:
    """Quantities by line, a line that is named twice added up."""
    found: dict[str, int] = {}
    for each in quantities:
        found[each.line_id] = found.get(each.line_id, 0) + each.quantity
    return found


def units_in(quantities: Iterable[Quantity]) -> int:
    return sum(each.quantity for each in quantities)


def contents_of(parcel: Parcel) -> tuple[Quantity, ...]:
    return tuple(Quantity(line_id=line.line_id, quantity=line.quantity) for line in parcel.lines)


def holds_just(parcel: Parcel, lines: Iterable[Quantity]) -> bool:
    return summed(contents_of(parcel)) == summed(lines)


def only(parcels: list[Parcel]) -> Parcel | None:
    """The one parcel there is, if any. Raises Refused if it is not clear which."""
    if len(parcels) > 1:
        raise Refused("refusal.which_parcel", parcels=", ".join(parcel.parcel for parcel in parcels))
    return parcels[0] if parcels else None


def fill(change: Change, parcel: str | None, contents: tuple[Quantity, ...], *, packed: bool) -> Parcel:
    """A new parcel with these units in it, taken from what was picked as far as that goes."""
    state = change.state
    lines = []
    for each in contents:
        line = state.line(each.line_id)
        from_picked = min(each.quantity, state.loose(line)) if line else 0
        lines.append(
            ParcelLine(
                line_id=each.line_id,
                quantity=each.quantity,
                unpicked=each.quantity - from_picked,
                unpacked=0 if packed else each.quantity,
            )
        )
    new = Parcel(
        parcel=parcel or next_number(state),
        state=ParcelState.PACKED,
        since=change.by.at,
        by=change.by.actor,
        lines=tuple(lines),
    )
    change.set(parcels=(*state.parcels, new))
    if packed:
        change.count({each.line_id: {"packed": each.quantity} for each in contents})
    return new


def next_number(state: OrderState) -> str:
    """The name of the next parcel where nobody names it."""
    taken = {known.parcel for known in state.parcels}
    return next(str(number) for number in range(1, len(taken) + 2) if str(number) not in taken)
