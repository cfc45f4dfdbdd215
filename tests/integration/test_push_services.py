"""Bringing a message to a push service: where it goes, and where it never goes."""

import httpx
import pytest

from activities.push_service import Gone, NotNow, PushServices, Taken
from orders.push import Subscription
from tests.push_service import Browser, PushService


def a_subscription(endpoint: str) -> Subscription:
    return Browser(endpoint).subscription


async def bring(services: PushServices, endpoint: str) -> Taken | Gone | NotNow:
    try:
        return await services.bring(a_subscription(endpoint), b"x", {})
    finally:
        await services.close()


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], ["169.254.169.254"], []]
)
async def test_a_name_that_leads_into_a_private_network_is_sent_nothing(addresses: list[str]) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return addresses

    assert await bring(PushServices(resolve=resolve), "https://push.example.net/x") == NotNow("not_public")


async def test_a_message_goes_to_the_address_that_was_looked_at_under_the_name_of_the_service() -> None:
    asked: list[httpx.Request] = []

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["2606:2800:220:1::1", "93.184.216.34"]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) == 1:
            raise httpx.ConnectError("no such way")
        return httpx.Response(201)

    services = PushServices(resolve=resolve, transport=httpx.MockTransport(answer))

    assert await bring(services, "https://push.example.net/x?y=1") == Taken()
    assert [str(request.url) for request in asked] == [
        "https://[2606:2800:220:1::1]/x?y=1",
        "https://93.184.216.34/x?y=1",
    ]
    assert {request.headers["host"] for request in asked} == {"push.example.net"}
    assert {request.extensions["sni_hostname"] for request in asked} == {"push.example.net"}


@pytest.mark.parametrize("path", ["", "/push/x"])
async def test_a_service_of_this_machine_is_sent_nothing_unless_it_is_trusted(
    service: PushService, path: str
) -> None:
    answers = [
        await bring(PushServices(), service.url + path),
        await bring(PushServices("http://127.0.0.1:1"), service.url + path),
    ]

    assert answers == [NotNow("not_public")] * 2
    assert service.asked == 0


async def test_a_redirect_is_not_followed(service: PushService) -> None:
    service.answers = [(307, f"location: {service.url}/push/elsewhere\r\n")]

    assert await bring(PushServices(service.url), f"{service.url}/push/x") == NotNow("307")
    assert service.asked == 1
