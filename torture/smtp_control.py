"""Telling the judge's SMTP server, while it runs, how to treat the mails to come."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from torture.smtp_modes import TROUBLES, Choice, Mode

Follow = Callable[[bool], Awaitable[None]]
"""Makes a changed choice come true, and ends the hangs that are going on if told to."""


async def tell(control: str, **wish: Any) -> None:
    """Have the server at this control obey one wish; it does when this returns.

    The control is a port of this machine or the path of a socket. The wishes:

    - `next=3, mode="dot_451"`: that mode for the next three mails
    - `all="slow"`: that mode for every mail from now on
    - `share=0.02`: every mode of trouble for this share of the mails each; `modes=[…]` for those only
    - `heal=True`: every mail well from now on
    - `release=True`: end the hangs that are going on

    ValueError if the server does not know the wish, ConnectionError or FileNotFoundError if it is not there.
    """
    if control.isdecimal():
        reader, writer = await asyncio.open_connection("127.0.0.1", int(control))
    else:
        reader, writer = await asyncio.open_unix_connection(control)
    try:
        writer.write(json.dumps(wish).encode() + b"\n")
        said = (await reader.readline()).decode().strip()
    finally:
        writer.close()
    if not said:
        raise ConnectionResetError("the server went away before it obeyed")
    if said != "ok":
        raise ValueError(said)


async def listen(
    choice: Choice, follow: Follow, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Obey one JSON object a line, and answer each with `ok` or `error: …`."""
    with suppress(OSError, asyncio.LimitOverrunError, ValueError):
        while line := await reader.readline():
            try:
                wish = json.loads(line)
                obey(choice, wish)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                writer.write(f"error: {error}\n".encode())
            else:
                await follow("release" in wish)
                writer.write(b"ok\n")
            await writer.drain()
    writer.close()


def obey(choice: Choice, wish: dict[str, Any]) -> None:
    """Change the choice as wished. ValueError, TypeError or KeyError if that is no wish."""
    match wish:
        case {"next": int(times), "mode": str(mode), **rest} if not rest and times > 0:
            choice.for_next(Mode(mode), times)
        case {"all": str(mode), **rest} if not rest:
            choice.for_all(Mode(mode))
        case {"share": float() | int() as share, **rest} if not rest.keys() - {"modes"}:
            choice.for_share(share, [Mode(mode) for mode in rest.get("modes", TROUBLES)])
        case {"heal": True, **rest} if not rest:
            choice.heal()
        case {"release": True, **rest} if not rest:
            pass
        case _:
            raise ValueError(f"not a wish: {json.dumps(wish)}")
