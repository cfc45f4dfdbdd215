"""The vault: every secret that is kept, found again or handed out comes from the secret keys in here."""

import base64
import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_SECRET: Final = 32
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_KEY_ID_BYTES: Final = 4
_VERSION: Final = b"\x01"
_HEADER_BYTES: Final = len(_VERSION) + _KEY_ID_BYTES


class SecretTooShort(ValueError):
    """A secret key that could be guessed."""

    def __init__(self) -> None:
        super().__init__(
            f"PAKHUIS_SECRET_KEY: every secret key needs at least {SHORTEST_SECRET} random characters;"
            " make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )


class CannotOpen(Exception):
    """What was sealed cannot be opened: its secret key is not among ours, or bytes or place have changed."""

    def __init__(self, purpose: str) -> None:
        super().__init__(f"cannot open what was sealed as {purpose!r}; is its secret key still configured?")


class _Secret:
    """One secret key and the keys derived from it, one per use and purpose (HKDF-SHA256)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._derived: dict[tuple[str, str], bytes] = {}
        self.key_id = self.key("key id", "")[:_KEY_ID_BYTES]

    def key(self, use: str, purpose: str) -> bytes:
        known = self._derived.get((use, purpose))
        if known is None:
            info = _joined("pakhuis", "1", use, purpose)
            known = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(self._secret)
            self._derived[use, purpose] = known
        return known

    def digest(self, use: str, purpose: str, message: bytes) -> bytes:
        return hmac.digest(self.key(use, purpose), message, "sha256")


class Vault:
    """Seals, keyed hashes and tokens. A `purpose` names what for: what is made for one is nothing to another.

    With several secret keys the first one makes everything new and all of them read what is old, so a key
    is replaced by putting the new one in front. Showing a vault shows no key.
    """

    def __init__(self, *secrets: str) -> None:
        """SecretTooShort if a key has fewer than 32 characters, or there is none."""
        if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
            raise SecretTooShort
        self._secrets = tuple(_Secret(secret) for secret in secrets)

    @classmethod
    def from_text(cls, text: str) -> "Vault":
        """From the setting PAKHUIS_SECRET_KEY: one or more secret keys with white space between them."""
        return cls(*text.split())

    def __repr__(self) -> str:
        return f"<Vault with {len(self._secrets)} secret key(s)>"

    def seal(self, purpose: str, plaintext: bytes, context: str) -> bytes:
        """The plaintext, encrypted (AES-256-GCM, random nonce). `context` is where it is kept, such as the
        row's key: it opens only there. In front: a version byte and 4 bytes that name the secret key."""
        secret = self._secrets[0]
        header = _VERSION + secret.key_id
        nonce = os.urandom(_NONCE_BYTES)
        cipher = AESGCM(secret.key("seal", purpose))
        return header + nonce + cipher.encrypt(nonce, plaintext, header + context.encode())

    def open(self, purpose: str, sealed: bytes, context: str) -> bytes:
        """What was sealed for this purpose and context. Raises CannotOpen."""
        header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        for secret in self._secrets:
            if header != _VERSION + secret.key_id or len(nonce) != _NONCE_BYTES:
                continue
            cipher = AESGCM(secret.key("seal", purpose))
            try:
                return cipher.decrypt(
                    nonce, sealed[_HEADER_BYTES + _NONCE_BYTES :], header + context.encode()
                )
            except InvalidTag:
                break
        raise CannotOpen(purpose)

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """32 bytes by which a short secret is found again; worth nothing to who has the database alone."""
        return self.keyed_hashes(purpose, text)[0]

    def keyed_hashes(self, purpose: str, text: str) -> tuple[bytes, ...]:
        """The keyed hash under each secret key, the newest first: to find what an older one made."""
        return tuple(secret.digest("hash", purpose, text.encode()) for secret in self._secrets)

    def token(self, purpose: str, *parts: str) -> str:
        """256 bits that nobody can guess, in 43 characters fit for a link; the same for the same parts."""
        return self._tokens(purpose, parts)[0]

    def token_behind(self, token_hash: bytes, purpose: str, *parts: str) -> str | None:
        """The token of these parts that has this hash, whichever secret key made it; None if none did."""
        tokens = self._tokens(purpose, parts)
        return next((token for token in tokens if self.token_hash(token) == token_hash), None)

    def _tokens(self, purpose: str, parts: tuple[str, ...]) -> tuple[str, ...]:
        message = _joined(*parts)
        digests = (secret.digest("token", purpose, message) for secret in self._secrets)
        return tuple(base64.urlsafe_b64encode(digest).rstrip(b"=").decode() for digest in digests)

    @staticmethod
    def token_hash(token: str) -> bytes:
        """How a token is kept: 32 bytes (SHA-256) from which nobody gets back to it."""
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _joined(*parts: str) -> bytes:
    """The parts, each after its length: ("a", "bc") is not ("ab", "c")."""
    encoded = (part.encode() for part in parts)
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
