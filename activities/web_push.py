"""The two crafts of web push: a message that only one browser can read (RFC 8291, in RFC 8188's coding), and
the proof of who sends it (VAPID, RFC 8292)."""

import json
import os
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from db.push_key import PushKey, point
from orders.push import Subscription, decoded, encoded, origin_of

RECORD_SIZE: Final = 4096
"""A push service takes at least so much; what we say fits into one record."""
SAYS: Final = 1024
"""Every message is padded to this, so that its length tells nobody anything."""
GOOD_FOR: Final = timedelta(hours=12)
"""How long a proof is good; the standard allows twice as much."""
_LAST_RECORD: Final = b"\x02"


def encrypted(
    plaintext: bytes,
    subscription: Subscription,
    *,
    padded_to: int = SAYS,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push message. `salt` and `sender` are made anew for every one, unless they are given.

    Raises ValueError for one that is longer than a record.
    """
    salt = salt or os.urandom(16)
    sender = sender or ec.generate_private_key(ec.SECP256R1())
    receiver = decoded(subscription.p256dh)
    ours = point(sender.public_key())
    shared = sender.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver)
    )
    secret = _derived(
        shared, decoded(subscription.auth), b"WebPush: info\0" + receiver + ours, 32
    )  # RFC 8291, 3.4
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    padded = (plaintext + _LAST_RECORD).ljust(padded_to, b"\0")
    if len(padded) + 16 > RECORD_SIZE:
        raise ValueError("a push message is one record")
    header = salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + AESGCM(key).encrypt(nonce, padded, None)


def authorization(key: PushKey, endpoint: str, contact: str, now: datetime) -> str:
    """The header by which a push service knows us. `contact` is where its people reach ours: an address with
    `https:` or `mailto:` before it."""
    header: dict[str, object] = {"typ": "JWT", "alg": "ES256"}
    claims: dict[str, object] = {
        "aud": origin_of(endpoint),
        "exp": int((now + GOOD_FOR).timestamp()),
        "sub": contact,
    }
    said = f"{_part(header)}.{_part(claims)}"
    r, s = decode_dss_signature(key.private.sign(said.encode(), ec.ECDSA(SHA256())))
    signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={said}.{signature}, k={encoded(key.public)}"


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _part(said: dict[str, object]) -> str:
    return encoded(json.dumps(said, separators=(",", ":")).encode())
