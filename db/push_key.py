"""The key that push notices are signed with (VAPID, RFC 8292): made once, for good. It is kept sealed."""

from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from db.pool import Connection
from db.queries import load
from db.vault import Vault

SQL = load("push_key")
PURPOSE: Final = "push key"
CONTEXT: Final = "the one"
_SCALAR_BYTES: Final = 32


class PushKey(NamedTuple):
    """`public` is what browsers are given, as 65 bytes of an uncompressed point."""

    public: bytes
    private: ec.EllipticCurvePrivateKey

    def __repr__(self) -> str:
        return "<PushKey>"


async def ours(connection: Connection, vault: Vault) -> PushKey:
    """The key of this system; the first who asks has it made. Raises CannotOpen where the secret key that
    sealed it is not among ours: it is never replaced by itself, for every device is bound to it."""
    row = await connection.fetchrow(SQL["find"])
    if row is None:
        fresh = ec.generate_private_key(ec.SECP256R1())
        scalar = fresh.private_numbers().private_value.to_bytes(_SCALAR_BYTES, "big")
        await connection.execute(SQL["keep"], point(fresh.public_key()), vault.seal(PURPOSE, scalar, CONTEXT))
        row = await connection.fetchrow(SQL["find"])
    if row is None:
        raise LookupError("push_key is empty")
    scalar = vault.open(PURPOSE, row["private_sealed"], CONTEXT)
    return PushKey(row["public_key"], ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1()))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
