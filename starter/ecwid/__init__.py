"""Reading the orders of Ecwid stores: bytes in, readings out, and nothing guessed silently."""

from starter.ecwid.parse import UnreadableBody, parse
from starter.ecwid.reader import read
from starter.ecwid.readings import HOLDS, UNKNOWN_ADDRESS, UNKNOWN_FILE, History, Live, Reading, Unreadable

__all__ = [
    "HOLDS",
    "UNKNOWN_ADDRESS",
    "UNKNOWN_FILE",
    "History",
    "Live",
    "Reading",
    "Unreadable",
    "UnreadableBody",
    "parse",
    "read",
]
