"""Where a click came from, as the browser says it."""

import pytest
from starlette.requests import Request

from desk.same_origin import is_from_here


def request_with(method: str = "POST", **headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {"type": "http", "method": method, "path": "/desk/x", "headers": pairs, "query_string": b""}
    )


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": ""}, False),
        ({"sec_fetch_site": "cross-site", "origin": "https://shop.example", "host": "shop.example"}, False),
        ({"origin": "https://shop.example", "host": "shop.example"}, True),
        ({"origin": "http://127.0.0.1:8080", "host": "127.0.0.1:8080"}, True),
        ({"origin": "https://shop.example:444", "host": "shop.example"}, False),
        ({"origin": "https://evil.example", "host": "shop.example"}, False),
        ({"origin": "https://shop.example.evil.example", "host": "shop.example"}, False),
        ({"origin": "null", "host": "shop.example"}, False),
        ({"origin": "null", "host": ""}, False),
        ({"host": "shop.example"}, False),
        ({}, False),
    ],
)
def test_a_click_counts_only_if_a_page_of_ours_made_it(headers: dict[str, str], is_ours: bool) -> None:
    assert is_from_here(request_with(**headers)) is is_ours


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_changes_nothing_may_come_from_anywhere(method: str) -> None:
    assert is_from_here(request_with(method, sec_fetch_site="cross-site"))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
def test_every_other_method_counts_as_a_click(method: str) -> None:
    assert not is_from_here(request_with(method, sec_fetch_site="cross-site"))
