"""The URL of a mail server: what it says of how to reach it."""

import pytest

from activities.smtp import BadSmtpUrl
from activities.smtp import SmtpServer as SmtpAddress


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
def test_a_url_says_how_to_reach_the_server(
    url: str, host: str, port: int, use_tls: bool, start_tls: str
) -> None:
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
def test_a_url_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadSmtpUrl) as refusal:
        SmtpAddress.of(url)

    assert "secret" not in str(refusal.value)
