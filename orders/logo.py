"""A shop's logo: a PNG or JPEG of a sensible size, looked at before it is kept."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final, Literal

from pydantic import BaseModel

from orders.errors import OrderUnreadable
from orders.sentence import Fact, sentence

LARGEST_LOGO: Final = 1_048_576
MOST_PIXELS_ON_A_SIDE: Final = 3000
LogoKind = Literal["png", "jpeg"]
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
# Channels per colour type of PNG: grey, red-green-blue, palette, grey and alpha, red-green-blue and alpha.
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS: Final = (1, 2, 4, 8, 16)
# Frames of JPEG that every reader knows: baseline, extended and progressive.
_FRAMES: Final = (0xC0, 0xC1, 0xC2)
_WITHOUT_LENGTH: Final = (0x01, *range(0xD0, 0xD8))
_SCAN: Final = 0xDA


class Logo(BaseModel, frozen=True):
    """The bytes of a picture that was looked at, and what they are."""

    kind: LogoKind
    content: bytes

    @classmethod
    def of(cls, content: bytes) -> "Logo":
        """The picture, if it is a whole PNG or JPEG of at most a mebibyte and 3000 by 3000 pixels.

        Its bytes say what it is, never its name: a drawing with scripts in it (SVG) is refused with all else.
        Raises OrderUnreadable.
        """
        if len(content) > LARGEST_LOGO:
            raise _refused("too_large", most=LARGEST_LOGO // 1024)
        try:
            if content.startswith(_PNG):
                kind: LogoKind = "png"
                width, height = _png(content)
            elif content.startswith(_JPEG):
                kind = "jpeg"
                width, height = _jpeg(content)
            else:
                raise _refused("wrong_kind")
        except (struct.error, zlib.error, IndexError, KeyError, ValueError):
            raise _refused("damaged") from None
        if not 0 < width <= MOST_PIXELS_ON_A_SIDE or not 0 < height <= MOST_PIXELS_ON_A_SIDE:
            raise _refused("too_many_pixels", most=MOST_PIXELS_ON_A_SIDE)
        return cls(kind=kind, content=content)


def _refused(why: str, **facts: Fact) -> OrderUnreadable:
    said = sentence(f"papers.logo.{why}", **facts)
    return OrderUnreadable(said.key, problems=(("logo", said),), **facts)


def _png(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose parts are whole. ValueError and its like if they are not."""
    parts = list(_parts(content))
    name, head = parts[0]
    if name != b"IHDR" or parts[-1][0] != b"IEND":
        raise ValueError("its first or last part is missing")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if depth not in _DEPTHS or max(width, height) > MOST_PIXELS_ON_A_SIDE:
        return width, height  # Not unpacked: a small file may hold an endless picture.
    row = 1 + -(-width * depth * _CHANNELS[colour] // 8)
    packed = b"".join(data for name, data in parts if name == b"IDAT")
    unpacker = zlib.decompressobj()
    size = len(unpacker.decompress(packed, row * height + 64 * 1024))
    if not unpacker.eof or (not interlaced and size != row * height):
        raise ValueError("its picture is cut off")
    return width, height


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", content, at + 8 + length)
        if check != zlib.crc32(name + data):
            raise ValueError("a part of it has changed")
        yield name, data
        if name == b"IEND":
            return
        at += length + 12


def _jpeg(content: bytes) -> tuple[int, int]:
    """Width and height of a JPEG whose parts lead to its end. ValueError and its like if they do not."""
    at, size = 2, (0, 0)
    while True:
        if content[at] != 0xFF:
            raise ValueError("a part of it is missing")
        marker = content[at + 1]
        if marker in _WITHOUT_LENGTH:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            size = (width, height)
        if marker == _SCAN:
            break
        at += 2 + length
    if b"\xff\xd9" not in content[at:]:
        raise ValueError("its picture is cut off")
    return size
