"""The postman and a server that encrypts, or asks for a password, or both."""

import ssl
from typing import NamedTuple

import pytest

from activities.postman import Accepted, TryLater
from tests.certificates import certificate
from tests.posting import HUGE, LONG, a_postman, post
from tests.smtp_server import SmtpServer


class Sides(NamedTuple):
    """The server's side of a certificate, and that of a client that trusts it."""

    serving: ssl.SSLContext
    trusting: ssl.SSLContext


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Sides:
    own = certificate(tmp_path_factory.mktemp("tls"))
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(own.certificate, own.key)
    return Sides(serving, ssl.create_default_context(cafile=own.certificate))


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_login_travels_encrypted(sides: Sides, from_the_start: bool) -> None:
    async with SmtpServer(
        tls=sides.serving, tls_from_the_start=from_the_start, login=("shop", "p@ss:w/rd")
    ) as server:
        url = server.url.replace("://", "://shop:p%40ss%3Aw%2Frd@") + (
            "" if from_the_start else "?starttls=required"
        )
        postman = a_postman(url, tls=sides.trusting, envelope_timeout=LONG, data_timeout=LONG)

        answer = await post(postman, HUGE)
        await postman.close()

    assert isinstance(answer, Accepted)
    assert len(server.taken) == 1
    assert ("STARTTLS" in server.commands) is not from_the_start


async def test_a_certificate_that_does_not_hold_keeps_the_password_here(sides: Sides) -> None:
    async with SmtpServer(tls=sides.serving, login=("shop", "secret")) as server:
        postman = a_postman(server.url.replace("://", "://shop:secret@") + "?starttls=required")

        answer = await post(postman)
        await postman.close()

    assert isinstance(answer, TryLater)
    assert not any(line.startswith("AUTH") for line in server.commands)


async def test_a_server_without_starttls_never_sees_the_password_when_it_is_required() -> None:
    async with SmtpServer(login=("shop", "secret")) as server:
        postman = a_postman(server.url.replace("://", "://shop:secret@") + "?starttls=required")

        answer = await post(postman)
        await postman.close()

    assert isinstance(answer, TryLater)
    assert not any(line.startswith("AUTH") for line in server.commands)


async def test_encryption_that_is_offered_is_taken_whoever_answers(sides: Sides) -> None:
    async with SmtpServer(tls=sides.serving) as server:
        postman = a_postman(server.url + "?starttls=if_offered")

        answer = await post(postman)
        await postman.close()

    assert isinstance(answer, Accepted)
    assert "STARTTLS" in server.commands


async def test_a_wrong_password_is_no_fault_of_the_mail() -> None:
    async with SmtpServer(login=("shop", "secret")) as server:
        postman = a_postman(server.url.replace("://", "://shop:wrong@") + "?starttls=never")

        answer = await post(postman)
        await postman.close()

    assert isinstance(answer, TryLater)
    assert answer.code == 535
