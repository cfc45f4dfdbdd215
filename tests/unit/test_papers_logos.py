"""Logos: what is taken for one, and what is refused before it is kept."""

import base64
import struct
import zlib

import pytest

from documents.typesetting import Typesetter
from orders.errors import OrderUnreadable
from orders.logo import LARGEST_LOGO, Logo
from tests.paper_reading import a_png, png_part

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABh"
    "Y3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAAB"
    "UAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAA"
    "AAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9Y"
    "WVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAM"
    "ZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBC"
    "YFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSk"
    "pKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAIABgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/"
    "xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAAP/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIR"
    "AxEAPwCaAqgAA//Z"
)
"""24 by 8 dots of one colour, as a browser writes them."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def test_a_png_and_a_jpeg_are_taken_for_what_their_bytes_are() -> None:
    typesetter = Typesetter()

    for content, kind in ((a_png(), "png"), (JPEG, "jpeg")):
        logo = Logo.of(content)
        assert (logo.kind, logo.content) == (kind, content)
        assert typesetter.can_show(logo)


def reason(content: bytes) -> str:
    with pytest.raises(OrderUnreadable) as refused:
        Logo.of(content)
    assert refused.value.problems[0][0] == "logo"
    return refused.value.sentence.key.removeprefix("papers.logo.")


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"%PDF-1.7", b"\xff\xd8", b"\x89PNG\r\n"],
)
def test_anything_else_is_refused_a_drawing_with_scripts_too(content: bytes) -> None:
    assert reason(content) == "wrong_kind"


def test_a_logo_of_more_than_a_mebibyte_is_refused() -> None:
    assert reason(a_png() + bytes(LARGEST_LOGO)) == "too_large"


@pytest.mark.parametrize("picture", [a_png(), JPEG], ids=["png", "jpeg"])
def test_a_picture_that_is_cut_off_anywhere_is_refused(picture: bytes) -> None:
    for length in range(8, len(picture) - 1, 7):
        assert reason(picture[:length]) == "damaged", length


@pytest.mark.parametrize("place", [45, -14], ids=["in the picture", "in its check sum"])
def test_a_picture_with_a_changed_byte_is_refused(place: int) -> None:
    content = bytearray(a_png())
    content[place] ^= 0xFF

    assert reason(bytes(content)) == "damaged"


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (3001, 1), (1, 3001), (0, 10)])
def test_a_small_file_with_a_huge_picture_is_refused_before_it_is_unpacked(width: int, height: int) -> None:
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    packed = zlib.compress(bytes(100))
    content = SIGNATURE + png_part(b"IHDR", head) + png_part(b"IDAT", packed) + png_part(b"IEND", b"")

    assert reason(content) in ("too_many_pixels", "damaged")


def test_a_picture_that_unpacks_to_more_than_it_is_large_is_refused() -> None:
    head = struct.pack(">IIBBBBB", 10, 10, 8, 0, 0, 0, 0)
    bomb = zlib.compress(bytes(50_000_000))
    content = SIGNATURE + png_part(b"IHDR", head) + png_part(b"IDAT", bomb) + png_part(b"IEND", b"")

    assert reason(content) == "damaged"
