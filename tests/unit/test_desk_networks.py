"""Where a request comes from and with what: as the sign-in counts it, and as people recognise it."""

import pytest
from starlette.requests import Request

from desk.staff.account_page import device_name
from desk.staff.network import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket", ""),
        ("", ""),
    ],
)
def test_a_network_is_one_address_of_ipv4_or_the_64_bits_of_a_household(address: str, network: str) -> None:
    scope = {
        "type": "http",
        "client": (address, 1),
        "headers": [(b"x-forwarded-for", b"198.51.100.1"), (b"forwarded", b"for=198.51.100.1")],
    }

    assert network_of(Request(scope)) == network
    assert network_of(Request({"type": "http", "client": None, "headers": []})) == ""


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/19 Safari/605.1",
            "Safari, Mac",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156 Safari/537.36 Edg/156",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) CriOS/156 Mobile Safari", "Chrome, iPhone"),
        ("curl/8.5.0", "curl"),
        ("<script>", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_named_as_people_know_it(said: str, name: str) -> None:
    assert device_name(said, "en") == name
