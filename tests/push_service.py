"""A push service of our own, for tests: it speaks RFC 8030, checks who sends (RFC 8292) and reads with the
keys of the browser that subscribed (RFC 8291), all written from the standards and not from our code."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from orders.push import Subscription


def plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class NotVapid(Exception):
    """Why a message is not from whom it says."""


def vapid(authorization: str, *, at: datetime) -> tuple[dict[str, Any], bytes]:
    """The claims and the public key of a sender that proves itself (RFC 8292). Raises NotVapid."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(each.strip().split("=", 1) for each in rest.split(","))
    if scheme != "vapid" or set(parts) != {"t", "k"}:
        raise NotVapid(authorization)
    header, claims, signature = parts["t"].split(".")
    if json.loads(plain(header)) != {"typ": "JWT", "alg": "ES256"}:
        raise NotVapid("header")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), plain(parts["k"]))
    raw = plain(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise NotVapid("signature") from None
    said = json.loads(plain(claims))
    left = said["exp"] - at.timestamp()
    if not 0 < left <= 24 * 3600:
        raise NotVapid("exp")
    return said, plain(parts["k"])


@dataclass
class Browser:
    """A browser that has subscribed: what it gives out, and the keys it keeps."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def subscription(self) -> Subscription:
        return Subscription(endpoint=self.endpoint, p256dh=coded(self.point), auth=coded(self.auth))

    def read(self, body: bytes) -> bytes:
        """What a message says (RFC 8291, 3.4; RFC 8188, 2). Raises InvalidTag for one that is not for us."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= size <= 4096
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.private.exchange(ec.ECDH(), theirs)
        secret = _expand(
            hmac.digest(self.auth, shared, "sha256"), b"WebPush: info\0" + self.point + sender, 32
        )
        pseudorandom = hmac.digest(salt, secret, "sha256")
        key = _expand(pseudorandom, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _expand(pseudorandom, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert padded[-1:] == b"\x02"
        return padded[:-1]


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return hmac.digest(key, info + b"\x01", hashlib.sha256)[:length]


@dataclass(frozen=True)
class Pushed:
    """One message that was taken."""

    endpoint: str
    headers: dict[str, str]
    claims: dict[str, Any]
    key: bytes
    body: bytes
    said: dict[str, Any]


class PushService:
    """`async with PushService() as service`: takes what comes to the browsers that subscribed, until the
    block ends. `answers` are statuses, with headers, that it gives next instead of taking what comes."""

    def __init__(self) -> None:
        self.url = ""
        self.browsers: dict[str, Browser] = {}
        self.pushed: list[Pushed] = []
        self.answers: list[tuple[int, str]] = []
        self.asked = 0
        self.wrong: list[str] = []
        self.is_slow = asyncio.Event()
        self.is_slow.set()
        """Cleared, it takes a message and answers nothing until it is set."""

    async def __aenter__(self) -> "PushService":
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        assert self.wrong == []

    def subscribe(self) -> Browser:
        """A browser, with its address here."""
        path = f"/push/{coded(os.urandom(12))}"
        self.browsers[path] = Browser(self.url + path)
        return self.browsers[path]

    def of(self, browser: Browser) -> list[dict[str, Any]]:
        """What this browser was told, in its order."""
        return [each.said for each in self.pushed if each.endpoint == browser.endpoint]

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            headers = {}
            for line in head[1:]:
                name, _, value = line.partition(":")
                if name:
                    headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers["content-length"]))
            status, more = self._answer(head[0], headers, body)
            await self.is_slow.wait()
            writer.write(
                f"HTTP/1.1 {status} so\r\ncontent-length: 0\r\nconnection: close\r\n{more}\r\n".encode()
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, request: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        self.asked += 1
        method, target, _ = request.split(" ")
        if self.answers:
            return self.answers.pop(0)
        browser = self.browsers.get(urlsplit(target).path)
        if method != "POST" or browser is None:
            return 404, ""
        try:
            claims, key = vapid(headers["authorization"], at=datetime.now(UTC))
            if claims["aud"] != self.url or not claims["sub"].startswith(("mailto:", "https:")):
                raise NotVapid(str(claims))
            if headers["content-encoding"] != "aes128gcm" or not headers["ttl"].isdecimal():
                raise NotVapid(str(headers))
            said = json.loads(browser.read(body))
        except Exception as error:
            # Kept for the end of the test: our side would only hear of a 400.
            self.wrong.append(repr(error))
            return 400, ""
        self.pushed.append(Pushed(browser.endpoint, headers, claims, key, body, said))
        return 201, f"location: {self.url}/message/{len(self.pushed)}\r\n"
