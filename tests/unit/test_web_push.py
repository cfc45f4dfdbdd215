"""Web push, held against the examples of the standards and against a reader of our own."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from activities.push import message_of
from activities.web_push import authorization, encrypted
from db.push import Told
from db.push_key import PushKey, point
from orders.push import PushChoice, PushKind, Subscription, decoded, encoded, is_on_the_internet
from tests.push_service import Browser, NotVapid, vapid

# RFC 8291, section 5 and appendix A.
PLAINTEXT = b"When I grow up, I want to be a watermelon"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
RECEIVER_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
# RFC 8292, section 2.4.
AUTHORIZATION = (
    "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3"
    "B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1ha"
    "Wx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_H"
    "LGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, "
    "k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
)
NOW = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
ENDPOINT = "https://push.example.net/p/abc"


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(text), "big"), ec.SECP256R1())


def a_key() -> PushKey:
    fresh = ec.generate_private_key(ec.SECP256R1())
    return PushKey(point(fresh.public_key()), fresh)


def a_subscription(endpoint: str = ENDPOINT) -> Subscription:
    return Subscription(endpoint=endpoint, p256dh=RECEIVER, auth=AUTH)


def told(number: int, order: str, store: str = "default", name: str = "Huis") -> Told:
    return Told(number, PushKind.NEW_ORDER, store, order, True, f"10{number}", name, True)


def test_the_example_of_the_standard_is_encrypted_to_the_letter() -> None:
    body = encrypted(
        PLAINTEXT, a_subscription(), padded_to=0, salt=decoded(SALT), sender=private(SENDER_PRIVATE)
    )

    assert encoded(body) == MESSAGE


def test_our_own_browser_reads_the_example_of_the_standard() -> None:
    browser = Browser(ENDPOINT, private(RECEIVER_PRIVATE), decoded(AUTH))

    assert browser.read(decoded(MESSAGE)) == PLAINTEXT


def test_our_own_push_service_believes_the_example_of_the_standard_until_it_ends() -> None:
    end = datetime.fromtimestamp(1453523768, UTC)
    claims, _key = vapid(AUTHORIZATION, at=end - timedelta(hours=1))

    assert claims["aud"] == "https://push.example.net"
    with pytest.raises(NotVapid, match="exp"):
        vapid(AUTHORIZATION, at=end + timedelta(seconds=1))
    with pytest.raises(NotVapid, match="signature"):
        vapid(AUTHORIZATION.replace("i3CYb7", "i3CYb8"), at=end - timedelta(hours=1))


def test_what_we_sign_says_for_whom_from_whom_and_for_how_long() -> None:
    key = a_key()
    said = authorization(key, "https://Push.example.net:8443/p/abc?x=1", "https://pakhuis.example", NOW)
    claims, public = vapid(said, at=NOW)

    assert public == key.public
    assert claims == {
        "aud": "https://push.example.net:8443",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "https://pakhuis.example",
    }


def test_only_the_browser_that_subscribed_can_read_and_two_messages_are_never_alike() -> None:
    browser, other = Browser(ENDPOINT), Browser(ENDPOINT)
    first, second = (encrypted(b"x", browser.subscription) for _ in range(2))

    assert browser.read(first) == browser.read(second) == b"x"
    assert first != second
    with pytest.raises(InvalidTag):
        other.read(first)


def test_the_length_of_a_message_tells_nothing() -> None:
    browser = Browser(ENDPOINT)
    lengths = {len(encrypted(b"x" * length, browser.subscription)) for length in (0, 1, 100, 1023)}

    assert len(lengths) == 1


def test_a_message_longer_than_a_record_is_never_sent() -> None:
    with pytest.raises(ValueError, match="one record"):
        encrypted(b"x" * 4096, Browser(ENDPOINT).subscription)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("endpoint", "ftp://push.example.net/x"),
        ("endpoint", "https://push.example.net/a b"),
        ("endpoint", "https://anna:geheim@push.example.net/x"),
        ("endpoint", "https://push.example.net:none/x"),
        ("endpoint", "https://push.example.net/x#here"),
        ("endpoint", "https://push.example.net/" + "x" * 2000),
        ("endpoint", "https:///x"),
        ("p256dh", encoded(b"\x04" + b"\x01" * 64)),
        ("p256dh", encoded(decoded(RECEIVER)[:-1])),
        ("p256dh", encoded(b"\x02" + decoded(RECEIVER)[1:33])),
        ("p256dh", "not base64url!"),
        ("auth", encoded(b"x" * 15)),
        ("auth", "+/+/+/+/+/+/+/+/+/+/+/"),
    ],
)
def test_what_is_no_subscription_is_refused(field: str, wrong: str) -> None:
    with pytest.raises(ValidationError):
        Subscription(**{"endpoint": ENDPOINT, "p256dh": RECEIVER, "auth": AUTH, field: wrong})


@pytest.mark.parametrize(
    ("endpoint", "trusted", "leads_out"),
    [
        (ENDPOINT, "", True),
        ("https://push.example.net:443/x", "", True),
        ("https://93.184.216.34/x", "", True),
        ("https://push.example.net:8443/x", "", False),
        ("http://push.example.net/x", "", False),
        ("https://localhost/x", "", False),
        ("https://service.localhost/x", "", False),
        ("https://intranet/x", "", False),
        ("https://printer.local/x", "", False),
        ("https://127.0.0.1/x", "", False),
        ("https://10.0.0.1/x", "", False),
        ("https://169.254.169.254/latest", "", False),
        ("https://[::1]/x", "", False),
        ("https://[::ffff:10.0.0.1]/x", "", False),
        ("http://127.0.0.1:9000/x", "http://127.0.0.1:9000", True),
        ("http://127.0.0.1:9001/x", "http://127.0.0.1:9000", False),
        ("https://127.0.0.1:9000/x", "http://127.0.0.1:9000", False),
    ],
)
def test_a_push_service_is_on_the_internet_or_trusted_by_its_origin(
    endpoint: str, trusted: str, leads_out: bool
) -> None:
    assert a_subscription(endpoint).leads_out(trusted) is leads_out


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:93.184.216.34", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("push.example.net", False),
    ],
)
def test_a_way_round_to_a_private_network_is_none_to_the_internet(address: str, is_public: bool) -> None:
    assert is_on_the_internet(address) is is_public


def test_one_order_is_told_by_its_number_and_leads_to_it() -> None:
    message = message_of(PushKind.NEW_ORDER, [told(7, "A1")], "nl")

    assert json.loads(message.content) == {
        "kind": "new_order",
        "id": 7,
        "title": "Nieuwe bestelling 107",
        "body": "Huis",
        "url": "/desk/orders/default/A1",
        "language": "nl",
    }


def test_several_orders_are_told_by_how_many_they_are_and_of_which_stores() -> None:
    orders = [told(7, "A1"), told(8, "A2", "b", "Kelder"), told(9, "A1", "b", "Kelder")]
    message = message_of(PushKind.NEW_ORDER, orders, "en")

    assert (message.title, message.body, message.url) == ("3 new orders", "Huis, Kelder", "/desk/orders")


def test_a_message_of_the_longest_words_is_still_one_record() -> None:
    words = "🧦" * 200
    orders = [
        Told(number, PushKind.ATTENTION, f"s{number}", "A", True, words, words + str(number), True)
        for number in range(1, 9)
    ]

    for some in (orders[:1], orders):
        content = message_of(PushKind.ATTENTION, some, "nl").content
        assert len(encrypted(content, Browser(ENDPOINT).subscription)) <= 4096


def test_a_message_is_one_line_without_what_cannot_be_shown() -> None:
    order = Told(1, PushKind.NEW_ORDER, "default", "A", True, "10\n42\x1b[31m", "Huis", True)

    assert message_of(PushKind.NEW_ORDER, [order], "en").title == "New order 10 42[31m"


def test_a_choice_of_nothing_is_nothing() -> None:
    assert not PushChoice(new_orders=False).is_something
    assert PushChoice().is_something
