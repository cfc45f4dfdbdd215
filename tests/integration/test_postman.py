"""The postman against a real SMTP server that misbehaves at every step."""

import pytest

from activities.postman import Accepted, Delivery, NotBegun, Postman, RefusedForGood, TryLater, Unknown
from activities.smtp import Phase
from mails.header import BadAddress
from tests.posting import HUGE, RAW, a_postman, begun, post
from tests.smtp_server import DROP, HANG, SLOW, SmtpServer, Stage


async def test_a_mail_arrives_as_it_was_written(server: SmtpServer, postman: Postman) -> None:
    answer = await post(postman)

    assert isinstance(answer, Accepted)
    assert answer.code_only == "250 2.0.0"
    assert answer.reply == "2.0.0 queued as 1"
    assert [(mail.sender, mail.recipient, mail.raw) for mail in server.taken] == [
        ("orders@shop.example", "sanne@example.com", RAW)
    ]


# The classes of RELIABILITY 5.3: what the server did, what we may say of it, and whether it took the mail.
CLASSES: list[tuple[Stage, str, type[Delivery | NotBegun], Phase | None, int | None, int]] = [
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
    server: SmtpServer,
    postman: Postman,
    stage: Stage,
    trouble: str,
    kind: type[Delivery | NotBegun],
    phase: Phase | None,
    code: int | None,
    taken: int,
) -> None:
    server.misbehave(stage, trouble)

    answer = await post(postman, HUGE if stage is Stage.BODY else RAW)

    assert type(answer) is kind
    assert getattr(answer, "phase", None) is phase
    assert answer.code == code
    assert len(server.taken) == taken


@pytest.mark.parametrize(("stage", "trouble"), [(row[0], row[1]) for row in CLASSES])
async def test_after_any_trouble_the_next_mail_arrives_once(
    server: SmtpServer, postman: Postman, stage: Stage, trouble: str
) -> None:
    server.misbehave(stage, trouble)
    await post(postman, HUGE if stage is Stage.BODY else RAW)
    server.behave()

    answer = await post(postman, recipient="next@example.com")

    assert isinstance(answer, Accepted)
    assert [mail.raw for mail in server.taken if mail.recipient == "next@example.com"] == [RAW]


async def test_a_server_that_is_not_there_is_tried_later(server: SmtpServer) -> None:
    async with SmtpServer() as other:
        url = other.url

    answer = await post(a_postman(url))

    assert isinstance(answer, TryLater)
    assert answer.code_only == "none at connect"


async def test_the_text_of_a_reply_stays_out_of_logs(server: SmtpServer, postman: Postman) -> None:
    server.misbehave(Stage.RCPT, "550 5.1.1 <sanne@example.com> is unknown here")

    answer = await post(postman)

    assert "sanne" in answer.reply
    assert "sanne" not in repr(answer) + answer.code_only
    assert answer.code_only == "550 5.1.1"


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
async def test_what_is_not_one_plain_address_never_reaches_the_server(
    server: SmtpServer, postman: Postman, address: str
) -> None:
    with pytest.raises(BadAddress):
        await post(postman, recipient=address)

    assert server.commands == []


async def test_a_server_that_can_is_asked_to_report_later_failures() -> None:
    async with SmtpServer(extensions=("DSN",)) as server:
        postman = a_postman(server.url)
        async with begun(postman, envelope_id="q7x") as envelope:
            await envelope.deliver(RAW)
        await postman.close()

    assert "MAIL FROM:<a@shop.example> RET=HDRS ENVID=q7x" in server.commands
    assert "RCPT TO:<b@example.com> NOTIFY=FAILURE,DELAY" in server.commands
