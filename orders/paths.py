"""Paths and addresses: how those with a secret are written in a log, and where a parcel is followed."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from orders.order import Address

_SECRET: Final = re.compile(
    r"(?P<kept>(?:[a-z][a-z0-9+.-]*://[^/]*)?/+(?:[do]|desk/+welcome)/).", re.IGNORECASE | re.DOTALL
)
HIDDEN: Final = "…"


def scrub_path(path: str) -> str:
    """The path, or address, without the secret of a download, an order page or a one-time link: `/d/…`,
    `/o/…` and `/desk/welcome/…`.

    For every log line and measurement that names a path. Other paths come back as they are.
    """
    # Decoded first, because /%64/… and /d%2F… reach the same page.
    secret = _SECRET.match(unquote(path))
    return f"{secret['kept']}{HIDDEN}" if secret else path


def tracking_link(
    links: Mapping[str, str],
    carrier: str | None,
    tracking_number: str | None,
    address: Address | None = None,
) -> str | None:
    """Where the customer follows this parcel, by the store's `tracking_links`; None if they have no web
    address for the carrier. Capitals in the carrier's name do not matter."""
    if not carrier or not tracking_number:
        return None
    known = {name.casefold(): link for name, link in links.items()}
    link = known.get(carrier.casefold())
    if link is None or not link.lower().startswith(("https://", "http://")):
        return None
    facts = {
        "tracking_number": tracking_number,
        "postal_code": address.postal_code.replace(" ", "") if address else "",
        "country": address.country if address else "",
    }
    for name, fact in facts.items():
        link = link.replace("{" + name + "}", quote(fact, safe=""))
    return link
