"""The guard on mails: no text from outside makes a header, a body, a tag or a link."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from mails.clean import one_line
from mails.header import BadAddress
from mails.letters import Letter, render
from mails.message import compose, opaque
from mails.sample import sample
from mails.view import MailView
from orders.mail import MailKind

HEADERS = [
    "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
    "X-Pakhuis-Mail", "Content-Language", "MIME-Version", "Content-Type",
]  # fmt: skip
AT = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
SENDER = "orders@shop.example"
MESSAGE_ID = "<k3jd8s0@shop.example>"
INJECTION = "=?utf-8?q?a=0D=0ABcc:_evil@x.test=0D=0A=0D=0Aevil_body?="
HOSTILE = [
    INJECTION,
    "=?utf-8?b?YQ0KQmNjOiBldmlsQHgudGVzdA0KDQpldmls?=",
    "=?iso-8859-1?Q?=0ABcc:=20evil@x.test?= x",
    "a\r\nBcc: evil@x.test",
    "a\nBcc: evil@x.test\n\nbody",
    "a\rBcc: evil@x.test",
    "a\x00b",
    "a\u2028Bcc: evil@x.test",
    "a\u2029b\x85Bcc: evil@x.test\x0b\x0c\x1c\x1d\x1e",
    '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "</mj-text><mj-raw><script>x</script></mj-raw>",
    "]]><!-- --><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y; &#x3c;b&#x3e;",
    '<a href="javascript:alert(1)">x</a>',
    '" onmouseover="x" x=\'',
    "{{ 7*7 }} {% raw %} {name} %(x)s ${x}",
    'O\'Brien, "Ltd." <evil@x.test>, other@x.test (comment) \\',
    "👩‍👩‍👧‍👦" * 25 + ' "q"',
    "n" * 190,
    "word " * 38,
    "\u202egnp.exe\u2066",
    "\ufffe\uffff\U0001fffe",
    "--=_x\n.\n.\r\nFrom x",
]
SCRAPS = [*HOSTILE, "=?", "?=", "\r", "\n", "\0", "<", ">", '"', "é", "😀", " "]
hostile_text = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(SCRAPS), max_size=6).map("".join),
    st.text(max_size=120),
).map(lambda text: text[:200])


def hostile_view(kind: MailKind, text: str) -> MailView:
    """The sample of this kind with the same text from outside in every field that takes free text."""

    def spoil(model: BaseModel) -> BaseModel:
        free = {"name", "sku", "options", "number", "carrier", "tracking_number", "text", "address", "phone"}
        free |= {"code", "order_number", "order_id", "customer_name", "customer_email", "customer_phone"}
        free |= {"comment", "billing_address", "shipping_address", "shipping_option", "payment_method"}
        free |= {"payment_reference", "how_to_pay", "pickup_code", "pickup_instructions"}
        changes: dict[str, object] = {}
        for field in type(model).model_fields:
            value = getattr(model, field)
            if isinstance(value, BaseModel):
                changes[field] = spoil(value)
            elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
                changes[field] = tuple(spoil(inner) for inner in value)
            elif isinstance(value, tuple) and field in free:
                changes[field] = (text, text)
            elif isinstance(value, str) and field in free:
                changes[field] = text
            else:
                changes[field] = value
        return type(model)(**changes)

    spoiled = spoil(sample(kind, "nl"))
    assert isinstance(spoiled, MailView)
    # A part that the letter needs is never blank in life.
    needed = {part: getattr(spoiled, part) or "x" for part in ("order_id", "order_number", "pickup_code")}
    return spoiled.model_copy(update=needed)


def post(letter: Letter, *, sender_name: str = "Shop", reply_to: str | None = "help@shop.example") -> bytes:
    return compose(
        letter,
        sender=SENDER,
        sender_name=sender_name,
        reply_to=reply_to,
        recipient="sanne@example.com",
        message_id=MESSAGE_ID,
        mail_key="shipped:1:v1",
        language="nl",
        at=AT,
    )


def headers_of(raw: bytes) -> list[tuple[str, str]]:
    """An own strict reader of the header block: CRLF only, printable ASCII only, no line too long."""
    block, _, _ = raw.partition(b"\r\n\r\n")
    assert re.sub(rb"\r\n", b"", raw).find(b"\r") == -1
    assert re.sub(rb"\r\n", b"", raw).find(b"\n") == -1
    headers: list[tuple[str, str]] = []
    for line in block.decode("ascii").split("\r\n"):
        assert len(line) <= 300
        assert re.fullmatch(r"[ -~]*", line)
        if line.startswith(" "):
            name, value = headers.pop()
            headers.append((name, f"{value}{line}"))
        else:
            name, colon, value = line.partition(": ")
            assert colon
            headers.append((name, value))
    return headers


def assert_is_ours(raw: bytes, letter: Letter, sender_name: str) -> None:
    assert [name for name, _ in headers_of(raw)] == HEADERS
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    for policy in (email.policy.compat32, email.policy.default):
        parsed = email.message_from_bytes(raw, policy=policy)
        assert parsed.keys() == HEADERS
        assert parsed["To"] == "sanne@example.com"
        assert parsed["Message-ID"] == MESSAGE_ID
        assert not parsed.defects
        text, html = parsed.get_payload()
        assert text.get_content_type() == "text/plain"
        assert html.get_content_type() == "text/html"
        assert text.get_payload(decode=True).decode().replace("\r\n", "\n") == letter.text
        assert html.get_payload(decode=True).decode().replace("\r\n", "\n") == letter.html
    plain = email.message_from_bytes(raw, policy=email.policy.compat32)
    assert str(make_header(decode_header(plain["Subject"]))) == letter.subject
    shown = str(make_header(decode_header(plain["From"].replace("\r\n", ""))))
    name = one_line(sender_name)
    assert shown in ([f"{name} <{SENDER}>", f'"{name}" <{SENDER}>'] if name else [SENDER])


def tags_and_links(html: str) -> tuple[dict[str, int], set[str], set[str]]:
    tags: dict[str, int] = {}
    attributes: set[str] = set()
    links: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag, pairs):
            tags[tag] = tags.get(tag, 0) + 1
            attributes.update(name for name, _ in pairs)
            links.update(value or "" for name, value in pairs if name in ("href", "src", "action"))

    Reader().feed(html)
    return tags, attributes, links


@pytest.mark.parametrize("kind", MailKind)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=hostile_text)
def test_no_text_from_outside_makes_a_header_a_body_a_tag_or_a_link(kind, text):
    view = hostile_view(kind, text)
    letter = render(kind, view)

    raw = post(letter, sender_name=text)

    assert_is_ours(raw, letter, text)
    tags, attributes, links = tags_and_links(letter.html)
    calm_tags, calm_attributes, _ = tags_and_links(render(kind, hostile_view(kind, "calm")).html)
    assert tags.keys() <= calm_tags.keys()
    assert attributes <= calm_attributes
    assert all(link.startswith("https://") and "evil" not in link for link in links)


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("text", HOSTILE)
def test_every_known_attack_fails_on_every_kind_of_mail(kind, text):
    letter = render(kind, hostile_view(kind, text))

    raw = post(letter, sender_name=text)

    assert_is_ours(raw, letter, text)
    assert "<script" not in letter.html
    assert "onerror=alert(1)>" not in letter.html


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_changes_nothing_in_the_page_around_it(text):
    # One line only: in a text of several lines each break is a tag of ours.
    spoiled = hostile_view(MailKind.NEW_ORDER, "x" + one_line(text))
    calm = hostile_view(MailKind.NEW_ORDER, "calm")

    page = render(MailKind.NEW_ORDER, spoiled).html

    assert tags_and_links(page)[0] == tags_and_links(render(MailKind.NEW_ORDER, calm).html)[0]


def test_the_receiver_sees_an_encoded_word_as_it_was_typed():
    letter = Letter(subject=INJECTION, text="x", html="<p>x</p>")

    parsed = email.message_from_bytes(post(letter, sender_name="=?utf-8?q?a?="), policy=email.policy.default)

    assert parsed["Subject"] == INJECTION
    assert parsed["From"].addresses[0].display_name == "=?utf-8?q?a?="


def test_with_the_guard_off_the_same_check_sees_the_injection():
    letter = Letter(subject=INJECTION, text="x\n", html="<p>x</p>")
    honest = post(letter)
    # What a mail class writes once it has decoded the encoded word, as Python before 3.11.15 does.
    decoded = str(make_header(decode_header(INJECTION))).encode()

    hole = re.sub(rb"Subject: .*?\r\nDate", b"Subject: " + decoded + b"\r\nDate", honest, flags=re.DOTALL)

    with pytest.raises(AssertionError):
        assert_is_ours(hole, letter, "Shop")
    assert email.message_from_bytes(hole)["Bcc"] == "evil@x.test"
    assert email.message_from_bytes(honest)["Bcc"] is None


def test_with_no_escaping_the_same_check_sees_the_tag_and_the_link():
    page = render(MailKind.NEW_ORDER, hostile_view(MailKind.NEW_ORDER, "calm")).html
    calm_tags, _, _ = tags_and_links(page)

    tags, attributes, links = tags_and_links(page.replace("calm", '<a href="javascript:x" onclick="y">z</a>'))

    assert tags["a"] > calm_tags["a"]
    assert "onclick" in attributes
    assert "javascript:x" in links


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?a=0D=0ABcc:_evil?=@x.test",
        "=?utf-8?q?a=0D=0ABcc=3A?=@x.test",
        "a@x.test, b@x.test",
        "a b@x.test",
        "a@x.test\r\nBcc: b@x.test",
        "<a@x.test>",
        "Sanne <a@x.test>",
        "a@x.test\n",
        '"a b"@x.test',
        "sánne@x.test",
        "a@",
        "@x.test",
        "a@x..test",
        "a" * 250 + "@x.test",
        "",
    ],
)
@pytest.mark.parametrize("role", ["sender", "recipient", "reply_to"])
def test_an_address_that_is_not_one_plain_address_is_refused_and_not_repeated(address, role):
    if role == "reply_to" and not address:
        return
    addresses = {"sender": "a@x.test", "recipient": "b@x.test", "reply_to": None, role: address}

    with pytest.raises(BadAddress) as refusal:
        compose(
            Letter(subject="s", text="t", html="h"),
            sender_name="",
            message_id=MESSAGE_ID,
            mail_key="k",
            language="en",
            at=AT,
            **addresses,
        )

    assert not address or address not in str(refusal.value)


@pytest.mark.parametrize("message_id", ["", "a@b", "<a@b>\r\nBcc: x", "<a b@c>", "<a@b", "<=?utf-8?q?a?=@b>"])
def test_a_message_id_that_is_none_is_refused(message_id):
    with pytest.raises(ValueError, match="Message-ID"):
        compose(
            Letter(subject="s", text="t", html="h"),
            sender="a@x.test",
            sender_name="",
            reply_to=None,
            recipient="b@x.test",
            message_id=message_id,
            mail_key="k",
            language="en",
            at=AT,
        )


def test_the_same_letter_gives_the_same_bytes():
    first = post(render(MailKind.SHIPPED, sample(MailKind.SHIPPED)))
    second = post(render(MailKind.SHIPPED, sample(MailKind.SHIPPED)))

    assert first == second


def test_the_mail_carries_our_headers():
    parsed = email.message_from_bytes(post(Letter(subject="Dag Zoë", text="x", html="<p>x</p>")))

    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["X-Pakhuis-Mail"] == opaque("shipped:1:v1")
    assert "shipped" not in opaque("shipped:1:v1")
    assert parsed["Date"] == "Fri, 20 Nov 2026 09:15:00 +0000"
    assert parsed["Content-Language"] == "nl"
    assert parsed["Reply-To"] == "help@shop.example"
    assert "Reply-To" not in email.message_from_bytes(
        post(Letter(subject="s", text="t", html="h"), reply_to=None)
    )


@pytest.mark.parametrize(
    ("text", "encoding"), [("Dag Zoë, tot ziens", "quoted-printable"), ("Здравствуйте 你好", "base64")]
)
def test_a_body_is_encoded_the_shorter_way(text, encoding):
    parsed = email.message_from_bytes(post(Letter(subject="s", text=text * 20, html="<p>x</p>")))

    part = parsed.get_payload()[0]

    assert part["Content-Transfer-Encoding"] == encoding
    assert part.get_payload(decode=True).decode() == text * 20
