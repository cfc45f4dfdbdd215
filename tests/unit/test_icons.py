"""The icons of the installed desk are drawn from its one picture."""

import json
import zlib

import pytest

from bench.icons import STATIC, png


def pixels(image: bytes) -> bytes:
    """What is drawn, whichever library packed it."""
    start = image.index(b"IDAT") + 4
    length = int.from_bytes(image[start - 8 : start - 4], "big")
    return zlib.decompress(image[start : start + length])


def test_the_icon_is_the_picture_of_today() -> None:
    drawn = png((STATIC / "icon.svg").read_text("utf-8"), 192)

    assert pixels((STATIC / "icon-192.png").read_bytes()) == pixels(drawn)


@pytest.mark.parametrize(("name", "corner"), [("icon-512.png", 0), ("icon-maskable-512.png", 255)])
def test_only_the_icon_that_a_launcher_cuts_fills_its_square(name: str, corner: int) -> None:
    assert pixels((STATIC / name).read_bytes())[4] == corner


def test_every_icon_of_the_manifest_is_there_in_its_size() -> None:
    for icon in json.loads((STATIC / "desk.webmanifest").read_text("utf-8"))["icons"]:
        width = int.from_bytes((STATIC / icon["src"]).read_bytes()[16:20], "big")

        assert icon["sizes"] == f"{width}x{width}"
