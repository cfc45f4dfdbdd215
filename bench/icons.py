"""The icons of the installed desk: desk/static/icon.svg drawn as PNG, by this machine's Python alone.

python -m bench.icons
"""

import re
import struct
import zlib
from pathlib import Path
from typing import Final, NamedTuple

STATIC: Final = Path(__file__).parents[1] / "desk" / "static"
SAMPLES: Final = 3
"""Points per side of a pixel that are looked at: smooth edges."""
SAFE: Final = 0.85
"""Of a maskable icon a launcher may cut off the rim: what is drawn keeps clear of it."""

Colour = tuple[int, int, int]


class Shape(NamedTuple):
    """One part of the picture: a polygon, or a rectangle with round corners where `radius` says so."""

    colour: Colour
    points: tuple[tuple[float, float], ...]
    radius: float = 0.0

    def holds(self, x: float, y: float) -> bool:
        if self.radius:
            (left, top), (right, bottom) = self.points[0], self.points[2]
            dx = max(left + self.radius - x, 0.0, x - (right - self.radius))
            dy = max(top + self.radius - y, 0.0, y - (bottom - self.radius))
            return left <= x <= right and top <= y <= bottom and dx * dx + dy * dy <= self.radius**2
        inside = False
        for (x1, y1), (x2, y2) in zip(self.points, (*self.points[1:], self.points[0]), strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
        return inside


def read(svg: str) -> tuple[float, list[Shape]]:
    """The side of the picture and its shapes. It knows what our icon is made of, and nothing else."""
    side = float(re.findall(r'viewBox="0 0 (\d+) \1"', svg)[0])
    shapes = []
    for element, attributes in re.findall(r"<(rect|path) ([^>]*)/>", svg):
        found = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
        colour = tuple(bytes.fromhex(found["fill"][1:]))
        if element == "rect":
            width, height = float(found["width"]), float(found["height"])
            points: tuple[tuple[float, float], ...] = ((0, 0), (width, 0), (width, height), (0, height))
            shapes.append(Shape((colour[0], colour[1], colour[2]), points, float(found["rx"])))
        else:
            shapes.append(Shape((colour[0], colour[1], colour[2]), tuple(_path(found["d"]))))
    return side, shapes


def _path(said: str) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    x = y = 0.0
    for command, numbers in re.findall(r"([MlhvHVz])([^MlhvHVz]*)", said):
        values = [float(each) for each in re.findall(r"-?\d+", numbers)]
        match command:
            case "M":
                x, y, *values = values
                points.append((x, y))
                for x, y in zip(values[::2], values[1::2], strict=True):
                    points.append((x, y))
            case "l":
                for dx, dy in zip(values[::2], values[1::2], strict=True):
                    x, y = x + dx, y + dy
                    points.append((x, y))
            case "h":
                x += values[0]
                points.append((x, y))
            case "v":
                y += values[0]
                points.append((x, y))
            case "H":
                x = values[0]
                points.append((x, y))
            case "z":
                pass
            case _:
                raise ValueError(command)
    return points


def png(svg: str, size: int, *, maskable: bool = False) -> bytes:
    """The icon, so many pixels wide. A maskable one fills its square, and keeps clear of the rim."""
    side, shapes = read(svg)
    if maskable:
        first, *others = shapes
        ground = Shape(first.colour, first.points)
        middle = side / 2
        shapes = [ground, *(each._replace(points=_towards(middle, each.points)) for each in others)]
    step = side / size / SAMPLES
    rows = []
    for row in range(size):
        line = bytearray([0])
        for column in range(size):
            line += _pixel(shapes, column, row, step)
        rows.append(bytes(line))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _towards(middle: float, points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    return tuple((middle + (x - middle) * SAFE, middle + (y - middle) * SAFE) for x, y in points)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _pixel(shapes: list[Shape], column: int, row: int, step: float) -> bytes:
    total = [0, 0, 0, 0]
    for down in range(SAMPLES):
        for across in range(SAMPLES):
            x = (column * SAMPLES + across + 0.5) * step
            y = (row * SAMPLES + down + 0.5) * step
            colour = next((each.colour for each in reversed(shapes) if each.holds(x, y)), None)
            if colour is not None:
                for channel in range(3):
                    total[channel] += colour[channel]
                total[3] += 1
    seen = total[3]
    if not seen:
        return b"\0\0\0\0"
    return bytes([*(total[channel] // seen for channel in range(3)), seen * 255 // SAMPLES**2])


def main() -> None:
    svg = (STATIC / "icon.svg").read_text("utf-8")
    for size in (192, 512):
        (STATIC / f"icon-{size}.png").write_bytes(png(svg, size))
    (STATIC / "icon-maskable-512.png").write_bytes(png(svg, 512, maskable=True))


if __name__ == "__main__":
    main()
