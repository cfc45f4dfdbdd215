"""Paths and addresses: those with a secret, and where a parcel is followed."""

import pytest

from orders.order import Address
from orders.paths import scrub_path, tracking_link

TOKEN = "q8Zr-_0k1" * 5


@pytest.mark.parametrize(
    "path",
    [
        f"/d/{TOKEN}",
        f"/o/{TOKEN}",
        f"/d/{TOKEN}/",
        f"/o/{TOKEN}?from=mail",
        f"//d/{TOKEN}",
        f"/%64/{TOKEN}",
        f"/%6F/{TOKEN}",
        f"/d%2F{TOKEN}",
        f"/o/x/{TOKEN}",
        f"https://shop.example/o/{TOKEN}",
        f"/d/\n{TOKEN}",
        f"/desk/welcome/{TOKEN}",
        f"https://shop.example//desk//welcome/{TOKEN}",
    ],
)
def test_the_secret_of_a_link_is_never_written_down(path: str) -> None:
    scrubbed = scrub_path(path)

    assert TOKEN not in scrubbed
    assert scrubbed.endswith(("/d/…", "/o/…", "/welcome/…"))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/d",
        "/d/",
        "/v1/orders/o/commands",
        "/desk/d/x",
        "/desk/welcome",
        "/desk/welcomes/x",
        "/docs",
        "/v1/orders?q=%2Fd",
    ],
)
def test_other_paths_stay_as_they_are(path: str) -> None:
    assert scrub_path(path) == path


ADDRESS = Address(lines=("Kade 1",), postal_code="1016 GV", country="NL")
LINKS = {
    "postnl": "https://track.example/{tracking_number}/{country}/{postal_code}",
    "bad": "javascript:alert({tracking_number})",
}


def test_a_tracking_link_is_the_stores_own_with_the_facts_in_it() -> None:
    link = tracking_link(LINKS, "PostNL", "3S/1 &?", ADDRESS)

    assert link == "https://track.example/3S%2F1%20%26%3F/NL/1016GV"


def test_a_fact_that_looks_like_a_hole_of_the_link_is_not_filled() -> None:
    link = tracking_link(LINKS, "postnl", "{country}", ADDRESS)

    assert link == "https://track.example/%7Bcountry%7D/NL/1016GV"


@pytest.mark.parametrize(("carrier", "number"), [("dhl", "1"), (None, "1"), ("postnl", None), ("bad", "1")])
def test_there_is_no_tracking_link_without_carrier_number_and_web_address(
    carrier: str | None, number: str | None
) -> None:
    assert tracking_link(LINKS, carrier, number) is None
