"""Colours of a shop: how light one is, to choose what can be read on it."""


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" as WCAG 2 has it: 0 for black to 1 for white."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
