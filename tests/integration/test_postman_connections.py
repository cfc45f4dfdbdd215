"""The postman's connections: shared, replaced, closed, and rested from after one that could not be made."""

import asyncio
import re
import time
from datetime import timedelta

import pytest

from activities.postman import Accepted, Postman, TryLater
from activities.smtp import Phase
from tests.posting import LONG, RAW, a_postman, begun, post, until
from tests.smtp_server import DROP, HANG, SmtpServer, Stage


async def test_mails_after_each_other_share_one_connection(server: SmtpServer, postman: Postman) -> None:
    for _ in range(5):
        await post(postman)

    assert server.connections == 1
    assert len(server.taken) == 5


async def test_a_refused_recipient_does_not_cost_the_connection(server: SmtpServer, postman: Postman) -> None:
    server.misbehave(Stage.RCPT, "550 5.1.1 no", times=1)
    await post(postman)
    await post(postman)

    assert server.connections == 1
    verbs = [re.split("[ :]", line)[0] for line in server.commands]
    assert verbs == ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"]


async def test_many_mails_at_once_share_few_connections(server: SmtpServer) -> None:
    postman = a_postman(server.url, connections=2, envelope_timeout=LONG, data_timeout=LONG)
    try:
        answers = await asyncio.gather(*(post(postman, recipient=f"p{at}@example.com") for at in range(20)))
    finally:
        await postman.close()

    assert all(isinstance(answer, Accepted) for answer in answers)
    assert sorted(mail.recipient for mail in server.taken) == sorted(f"p{at}@example.com" for at in range(20))
    assert server.most_open_at_once == 2


async def test_a_connection_that_died_idle_is_replaced_and_nobody_notices(
    server: SmtpServer, postman: Postman
) -> None:
    await post(postman)
    server.drop_all()
    await until(lambda: server.open_connections == 0)

    answer = await post(postman)

    assert isinstance(answer, Accepted)
    assert server.connections == 2


@pytest.mark.parametrize("trouble", ["421 4.4.2 idle too long", DROP, HANG])
async def test_a_connection_that_turns_out_dead_at_the_sender_is_replaced(
    server: SmtpServer, postman: Postman, trouble: str
) -> None:
    await post(postman)
    server.misbehave(Stage.MAIL, trouble, times=1)

    answer = await post(postman)

    assert isinstance(answer, Accepted)
    assert server.connections == 2
    assert len(server.taken) == 2


async def test_an_idle_connection_is_closed_after_its_time(server: SmtpServer) -> None:
    postman = a_postman(server.url, idle_for=timedelta(milliseconds=20))
    await post(postman)

    await until(lambda: server.open_connections == 0)

    assert server.commands[-1] == "QUIT"


@pytest.mark.parametrize("trouble", [None, HANG, DROP])
async def test_closing_parts_from_the_server_and_nothing_begins_after_it(
    server: SmtpServer, postman: Postman, trouble: str | None
) -> None:
    await post(postman)
    if trouble:
        server.misbehave(Stage.QUIT, trouble)

    await postman.close()
    await postman.close()
    answer = await post(postman)

    assert isinstance(answer, TryLater)
    assert server.connections == 1


async def test_closing_lets_a_mail_under_way_arrive(server: SmtpServer, postman: Postman) -> None:
    async with begun(postman) as envelope:
        await postman.close()
        answer = await envelope.deliver(RAW)
    await until(lambda: server.open_connections == 0)

    assert isinstance(answer, Accepted)
    assert len(server.taken) == 1


async def test_an_envelope_left_undelivered_sends_nothing_and_keeps_the_connection(
    server: SmtpServer, postman: Postman
) -> None:
    async with begun(postman):
        pass
    await post(postman)

    assert [mail.recipient for mail in server.taken] == ["sanne@example.com"]
    assert server.connections == 1


async def test_an_error_of_ours_before_the_text_sends_nothing(server: SmtpServer, postman: Postman) -> None:
    with pytest.raises(ZeroDivisionError):
        async with begun(postman):
            raise ZeroDivisionError
    await post(postman)

    assert [mail.recipient for mail in server.taken] == ["sanne@example.com"]


async def test_a_cancelled_delivery_gives_its_connection_up(server: SmtpServer, postman: Postman) -> None:
    server.misbehave(Stage.DOT, HANG, times=1)
    delivery = asyncio.create_task(post(postman))
    await until(lambda: len(server.taken) == 1)

    delivery.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivery
    answer = await post(postman, recipient="next@example.com")

    assert isinstance(answer, Accepted)
    assert server.connections == 2


async def test_an_envelope_is_delivered_once(server: SmtpServer, postman: Postman) -> None:
    async with begun(postman) as envelope:
        await envelope.deliver(RAW)
        with pytest.raises(RuntimeError, match="once"):
            await envelope.deliver(RAW)

    assert len(server.taken) == 1


async def test_after_a_connection_that_could_not_be_made_nobody_tries_for_a_while(server: SmtpServer) -> None:
    postman = a_postman(server.url, rest=timedelta(milliseconds=200))
    server.misbehave(Stage.GREETING, DROP)
    answers = [await post(postman) for _ in range(20)]
    knocks = server.connections
    server.behave()
    arrived = []

    async def arrives() -> bool:
        arrived.append(await post(postman))
        return isinstance(arrived[-1], Accepted)

    deadline = time.monotonic() + 5
    while not await arrives():
        assert time.monotonic() < deadline, "it rests for ever"
        await asyncio.sleep(0.01)
    await postman.close()

    assert {(type(each), getattr(each, "phase", None)) for each in answers} == {(TryLater, Phase.CONNECT)}
    assert knocks == 1
    assert len(server.taken) == 1


async def test_while_new_connections_rest_those_that_are_open_are_used(server: SmtpServer) -> None:
    postman = a_postman(server.url, rest=timedelta(seconds=30))
    await post(postman)
    server.misbehave(Stage.GREETING, "421 4.3.2 too many")
    async with begun(postman) as one:
        refused = await post(postman)
        taken = await one.deliver(RAW)
    again = await post(postman)
    await postman.close()

    assert isinstance(refused, TryLater)
    assert [type(taken), type(again)] == [Accepted, Accepted]
