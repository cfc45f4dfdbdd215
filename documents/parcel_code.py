"""The code on a parcel of ours: what the bars and squares say, and how it is read back."""

import re
from typing import Final, NamedTuple

_WRITTEN: Final = re.compile(
    r"([a-z0-9][a-z0-9_-]{0,39})/([A-Za-z0-9][A-Za-z0-9._-]{0,63})/([A-Za-z0-9][A-Za-z0-9._-]{0,19})"
)


class ParcelCode(NamedTuple):
    """One parcel of one order of one store; `str` is what its label says: `default/K8XTQ/1`."""

    store: str
    order_id: str
    parcel: str

    def __str__(self) -> str:
        return f"{self.store}/{self.order_id}/{self.parcel}"


def parcel_code_in(scanned: str) -> ParcelCode | None:
    """The parcel whose label was scanned or typed; None if it is no label of ours."""
    found = _WRITTEN.fullmatch(scanned.strip())
    return ParcelCode(*found.groups()) if found else None
