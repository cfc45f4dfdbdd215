"""The postman against a real SMTP server that misbehaves at every step."""

import asyncio
import re
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from activities.postman import (
    Accepted,
    Delivery,
    Envelope,
    NotBegun,
    Postman,
    RefusedForGood,
    TryLater,
    Unknown,
)
from activities.smtp import BadSmtpUrl, Phase
from activities.smtp import SmtpServer as SmtpAddress
from mails.header import BadAddress
from tests.smtp_server import DROP, HANG, SLOW, SmtpServer, Stage

RAW = b"Subject: x\r\n\r\n.a line with a period\r\n..two\r\nend\r\n"
HUGE = RAW + b"x" * 70 + (b"\r\n" + b"y" * 70) * 120_000
SHORT = timedelta(seconds=0.25)


@pytest.fixture
async def server():
    async with SmtpServer(receive_buffer=4096) as server:
        yield server


@pytest.fixture
async def postman(server):
    postman = a_postman(server.url)
    yield postman
    await postman.close()


def a_postman(url: str, **options) -> Postman:
    return Postman(
        url, **({"envelope_timeout": SHORT, "data_timeout": SHORT, "rest": timedelta(0)} | options)
    )


async def post(
    postman: Postman, raw: bytes = RAW, recipient: str = "sanne@example.com"
) -> Delivery | NotBegun:
    async with postman.envelope("orders@shop.example", recipient) as envelope:
        if isinstance(envelope, Envelope):
            return await envelope.deliver(raw)
        return envelope


async def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be so"
        await asyncio.sleep(0.005)


async def test_a_mail_arrives_as_it_was_written(server, postman):
    answer = await post(postman)

    assert isinstance(answer, Accepted)
    assert answer.code_only == "250 2.0.0"
    assert answer.reply == "2.0.0 queued as 1"
    assert [(mail.sender, mail.recipient, mail.raw) for mail in server.taken] == [
        ("orders@shop.example", "sanne@example.com", RAW)
    ]


# The classes of RELIABILITY 5.3: what the server did, what we may say of it, and whether it took the mail.
CLASSES = [
    (Stage.GREETING, "421 4.3.2 closing", TryLater, Phase.CONNECT, 421, 0),
    (Stage.GREETING, "554 5.3.2 not here", TryLater, Phase.CONNECT, 554, 0),
    (Stage.GREETING, DROP, TryLater, Phase.CONNECT, None, 0),
    (Stage.GREETING, HANG, TryLater, Phase.CONNECT, None, 0),
    (Stage.EHLO, DROP, TryLater, Phase.CONNECT, None, 0),
    (Stage.EHLO, HANG, TryLater, Phase.CONNECT, None, 0),
    (Stage.EHLO, "550 5.7.1 no", TryLater, Phase.CONNECT, 550, 0),
    (Stage.MAIL, DROP, TryLater, Phase.SENDER, None, 0),
    (Stage.MAIL, HANG, TryLater, Phase.SENDER, None, 0),
    (Stage.MAIL, "451 4.3.0 later", TryLater, Phase.SENDER, 451, 0),
    (Stage.MAIL, "530 5.7.0 log in first", TryLater, Phase.SENDER, 530, 0),
    (Stage.MAIL, "553 5.1.8 no such sender", RefusedForGood, Phase.SENDER, 553, 0),
    (Stage.RCPT, DROP, TryLater, Phase.RECIPIENT, None, 0),
    (Stage.RCPT, HANG, TryLater, Phase.RECIPIENT, None, 0),
    (Stage.RCPT, "450 4.7.1 greylisted", TryLater, Phase.RECIPIENT, 450, 0),
    (Stage.RCPT, "421 4.3.2 closing", TryLater, Phase.RECIPIENT, 421, 0),
    (Stage.RCPT, "550 5.1.1 no such person", RefusedForGood, Phase.RECIPIENT, 550, 0),
    (Stage.RCPT, "abc", TryLater, Phase.RECIPIENT, None, 0),
    (Stage.DATA, DROP, TryLater, Phase.DATA, None, 0),
    (Stage.DATA, HANG, TryLater, Phase.DATA, None, 0),
    (Stage.DATA, "451 4.3.0 later", TryLater, Phase.DATA, 451, 0),
    (Stage.DATA, "554 5.5.1 no", RefusedForGood, Phase.DATA, 554, 0),
    (Stage.DATA, "250 2.0.0 what", TryLater, Phase.DATA, None, 0),
    (Stage.BODY, DROP, TryLater, Phase.BODY, None, 0),
    (Stage.BODY, HANG, TryLater, Phase.BODY, None, 0),
    (Stage.DOT, "451 4.3.0 later", TryLater, Phase.DOT, 451, 0),
    (Stage.DOT, "552 5.3.4 too big", RefusedForGood, Phase.DOT, 552, 0),
    (Stage.DOT, DROP, Unknown, None, None, 1),
    (Stage.DOT, HANG, Unknown, None, None, 1),
    (Stage.DOT, "abc", Unknown, None, None, 1),
    (Stage.DONE, DROP, Accepted, None, 250, 1),
    (Stage.QUIT, HANG, Accepted, None, 250, 1),
    (Stage.QUIT, "500 5.0.0 no", Accepted, None, 250, 1),
    (Stage.DOT, SLOW, Accepted, None, 250, 1),
    (Stage.RCPT, SLOW, Accepted, None, 250, 1),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "trouble", "kind", "phase", "code", "taken"), CLASSES)
async def test_what_the_server_did_is_told_as_it_was(
    server, postman, stage, trouble, kind, phase, code, taken
):
    server.misbehave(stage, trouble)

    answer = await post(postman, HUGE if stage is Stage.BODY else RAW)

    assert type(answer) is kind
    assert getattr(answer, "phase", None) is phase
    assert answer.code == code
    assert len(server.taken) == taken


@pytest.mark.parametrize(("stage", "trouble"), [(row[0], row[1]) for row in CLASSES])
async def test_after_any_trouble_the_next_mail_arrives_once(server, postman, stage, trouble):
    server.misbehave(stage, trouble)
    await post(postman, HUGE if stage is Stage.BODY else RAW)
    server.behave()

    answer = await post(postman, recipient="next@example.com")

    assert isinstance(answer, Accepted)
    assert [mail.raw for mail in server.taken if mail.recipient == "next@example.com"] == [RAW]


async def test_a_server_that_is_not_there_is_tried_later(server):
    async with SmtpServer() as other:
        url = other.url

    answer = await post(a_postman(url))

    assert isinstance(answer, TryLater)
    assert answer.code_only == "none at connect"


async def test_the_text_of_a_reply_stays_out_of_logs(server, postman):
    server.misbehave(Stage.RCPT, "550 5.1.1 <sanne@example.com> is unknown here")

    answer = await post(postman)

    assert "sanne" in answer.reply
    assert "sanne" not in repr(answer) + answer.code_only
    assert answer.code_only == "550 5.1.1"


async def test_mails_after_each_other_share_one_connection(server, postman):
    for _ in range(5):
        await post(postman)

    assert server.connections == 1
    assert len(server.taken) == 5


async def test_a_refused_recipient_does_not_cost_the_connection(server, postman):
    server.misbehave(Stage.RCPT, "550 5.1.1 no", times=1)
    await post(postman)
    await post(postman)

    assert server.connections == 1
    verbs = [re.split("[ :]", line)[0] for line in server.commands]
    assert verbs == ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"]


async def test_many_mails_at_once_share_few_connections(server):
    postman = a_postman(
        server.url, connections=2, envelope_timeout=timedelta(seconds=5), data_timeout=timedelta(seconds=5)
    )
    try:
        answers = await asyncio.gather(*(post(postman, recipient=f"p{at}@example.com") for at in range(20)))
    finally:
        await postman.close()

    assert all(isinstance(answer, Accepted) for answer in answers)
    assert sorted(mail.recipient for mail in server.taken) == sorted(f"p{at}@example.com" for at in range(20))
    assert server.most_open_at_once == 2


async def test_a_connection_that_died_idle_is_replaced_and_nobody_notices(server, postman):
    await post(postman)
    server.drop_all()
    await until(lambda: server.open_connections == 0)

    answer = await post(postman)

    assert isinstance(answer, Accepted)
    assert server.connections == 2


@pytest.mark.parametrize("trouble", ["421 4.4.2 idle too long", DROP, HANG])
async def test_a_connection_that_turns_out_dead_at_the_sender_is_replaced(server, postman, trouble):
    await post(postman)
    server.misbehave(Stage.MAIL, trouble, times=1)

    answer = await post(postman)

    assert isinstance(answer, Accepted)
    assert server.connections == 2
    assert len(server.taken) == 2


async def test_an_idle_connection_is_closed_after_its_time(server):
    postman = a_postman(server.url, idle_for=timedelta(milliseconds=20))
    await post(postman)

    await until(lambda: server.open_connections == 0)

    assert server.commands[-1] == "QUIT"


@pytest.mark.parametrize("trouble", [None, HANG, DROP])
async def test_closing_parts_from_the_server_and_nothing_begins_after_it(server, postman, trouble):
    await post(postman)
    if trouble:
        server.misbehave(Stage.QUIT, trouble)

    await postman.close()
    await postman.close()
    answer = await post(postman)

    assert isinstance(answer, TryLater)
    assert server.connections == 1


async def test_closing_lets_a_mail_under_way_arrive(server, postman):
    async with postman.envelope("a@shop.example", "b@example.com") as envelope:
        await postman.close()
        answer = await envelope.deliver(RAW)
    await until(lambda: server.open_connections == 0)

    assert isinstance(answer, Accepted)
    assert len(server.taken) == 1


async def test_an_envelope_left_undelivered_sends_nothing_and_keeps_the_connection(server, postman):
    async with postman.envelope("a@shop.example", "b@example.com") as envelope:
        assert isinstance(envelope, Envelope)
    await post(postman)

    assert [mail.recipient for mail in server.taken] == ["sanne@example.com"]
    assert server.connections == 1


async def test_an_error_of_ours_before_the_text_sends_nothing(server, postman):
    with pytest.raises(ZeroDivisionError):
        async with postman.envelope("a@shop.example", "b@example.com"):
            raise ZeroDivisionError
    await post(postman)

    assert [mail.recipient for mail in server.taken] == ["sanne@example.com"]


async def test_a_cancelled_delivery_gives_its_connection_up(server, postman):
    server.misbehave(Stage.DOT, HANG, times=1)
    delivery = asyncio.create_task(post(postman))
    await until(lambda: len(server.taken) == 1)

    delivery.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivery
    answer = await post(postman, recipient="next@example.com")

    assert isinstance(answer, Accepted)
    assert server.connections == 2


async def test_an_envelope_is_delivered_once(server, postman):
    async with postman.envelope("a@shop.example", "b@example.com") as envelope:
        await envelope.deliver(RAW)
        with pytest.raises(RuntimeError, match="once"):
            await envelope.deliver(RAW)

    assert len(server.taken) == 1


@pytest.mark.parametrize(
    "address",
    [
        "a@x.test>\r\nRCPT TO:<b@x.test",
        "Sanne <a@x.test>",
        "a@x.test, b@x.test",
        "a@x.test NOTIFY=NEVER",
        "é@x.test",
    ],
)
async def test_what_is_not_one_plain_address_never_reaches_the_server(server, postman, address):
    with pytest.raises(BadAddress):
        await post(postman, recipient=address)

    assert server.commands == []


async def test_a_server_that_can_is_asked_to_report_later_failures():
    async with SmtpServer(extensions=("DSN",)) as server:
        postman = a_postman(server.url)
        async with postman.envelope("a@shop.example", "b@example.com", envelope_id="q7x") as envelope:
            await envelope.deliver(RAW)
        await postman.close()

    assert "MAIL FROM:<a@shop.example> RET=HDRS ENVID=q7x" in server.commands
    assert "RCPT TO:<b@example.com> NOTIFY=FAILURE,DELAY" in server.commands


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for this machine, made on the spot: the server's side, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    file = folder / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    trusting = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return serving, trusting


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_login_travels_encrypted(certificate, from_the_start):
    serving, trusting = certificate
    async with SmtpServer(
        tls=serving, tls_from_the_start=from_the_start, login=("shop", "p@ss:w/rd")
    ) as server:
        url = server.url.replace("://", "://shop:p%40ss%3Aw%2Frd@") + (
            "" if from_the_start else "?starttls=required"
        )
        postman = a_postman(
            url, tls=trusting, envelope_timeout=timedelta(seconds=5), data_timeout=timedelta(seconds=5)
        )

        answer = await post(postman, HUGE)
        await postman.close()

    assert isinstance(answer, Accepted)
    assert len(server.taken) == 1
    assert ("STARTTLS" in server.commands) is not from_the_start


async def test_a_certificate_that_does_not_hold_keeps_the_password_here(certificate):
    async with SmtpServer(tls=certificate[0], login=("shop", "secret")) as server:
        postman = a_postman(server.url.replace("://", "://shop:secret@") + "?starttls=required")

        answer = await post(postman)
        await postman.close()

    assert isinstance(answer, TryLater)
    assert not any(line.startswith("AUTH") for line in server.commands)


async def test_a_server_without_starttls_never_sees_the_password_when_it_is_required():
    async with SmtpServer(login=("shop", "secret")) as server:
        postman = a_postman(server.url.replace("://", "://shop:secret@") + "?starttls=required")

        answer = await post(postman)
        await postman.close()

    assert isinstance(answer, TryLater)
    assert not any(line.startswith("AUTH") for line in server.commands)


async def test_encryption_that_is_offered_is_taken_whoever_answers(certificate):
    async with SmtpServer(tls=certificate[0]) as server:
        postman = a_postman(server.url + "?starttls=if_offered")

        answer = await post(postman)
        await postman.close()

    assert isinstance(answer, Accepted)
    assert "STARTTLS" in server.commands


async def test_a_wrong_password_is_no_fault_of_the_mail():
    async with SmtpServer(login=("shop", "secret")) as server:
        postman = a_postman(server.url.replace("://", "://shop:wrong@") + "?starttls=never")

        answer = await post(postman)
        await postman.close()

    assert isinstance(answer, TryLater)
    assert answer.code == 535


@pytest.mark.parametrize(
    ("url", "host", "port", "use_tls", "start_tls"),
    [
        ("smtp://localhost:1025", "localhost", 1025, False, "never"),
        ("smtp://relay.example", "relay.example", 25, False, "if_offered"),
        ("smtp://user:pw@relay.example", "relay.example", 587, False, "required"),
        ("smtp://user:pw@127.0.0.1:25", "127.0.0.1", 25, False, "never"),
        ("smtp://user:pw@relay.example:2525?starttls=never", "relay.example", 2525, False, "never"),
        ("smtps://user:pw@relay.example", "relay.example", 465, True, "never"),
    ],
)
def test_a_url_says_how_to_reach_the_server(url, host, port, use_tls, start_tls):
    address = SmtpAddress.of(url)

    assert (address.host, address.port, address.use_tls, address.start_tls) == (
        host,
        port,
        use_tls,
        start_tls,
    )
    assert "pw" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://secret@relay.example",
        "smtp://",
        "smtp://secret@relay.example:port",
        "smtp://secret@relay.example/inbox",
        "smtp://secret@relay.example?starttls=maybe",
        "smtp://secret@relay.example?tls=required",
        "smtp://secret@relay.example?starttls",
        "smtps://secret@relay.example?starttls=required",
    ],
)
def test_a_url_that_is_none_is_refused_and_not_repeated(url):
    with pytest.raises(BadSmtpUrl) as refusal:
        SmtpAddress.of(url)

    assert "secret" not in str(refusal.value)


async def test_after_a_connection_that_could_not_be_made_nobody_tries_for_a_while(server):
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

    assert {(type(each), each.phase) for each in answers} == {(TryLater, Phase.CONNECT)}
    assert knocks == 1
    assert len(server.taken) == 1


async def test_while_new_connections_rest_those_that_are_open_are_used(server):
    postman = a_postman(server.url, rest=timedelta(seconds=30))
    await post(postman)
    server.misbehave(Stage.GREETING, "421 4.3.2 too many")
    async with postman.envelope("orders@shop.example", "one@example.com") as one:
        refused = await post(postman)
        taken = await one.deliver(RAW) if isinstance(one, Envelope) else one
    again = await post(postman)
    await postman.close()

    assert isinstance(refused, TryLater)
    assert [type(taken), type(again)] == [Accepted, Accepted]
