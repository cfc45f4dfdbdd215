"""What the commands about devices do."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from db.audit import Doer
from db.push import OwnedDevice
from orders.words import say
from starter.cli import connections, tables
from starter.cli.running import FAILED
from starter.cli.sending import who
from starter.cli.talk import print_json, printable, talk
from starter.push import Devices


async def list_devices(as_json: bool) -> None:
    async with connections.database() as pool:
        found = await Devices(pool).everybody()
    if as_json:
        print_json({"devices": [each.model_dump(mode="json") for each in found]})
    elif found:
        talk.out.print(_table(found))
    else:
        _tell("nobody")


async def try_out(account: str, as_json: bool) -> int:
    """Exit code 1 where there is no device to try."""
    async with connections.database() as pool:
        count = await Devices(pool).try_out(account)
    if as_json:
        print_json({"staff_id": account, "devices": count})
    else:
        _tell("trying" if count else "no_device", staff_id=account, count=count)
    return 0 if count else FAILED


async def end(account: str, device_id: str, as_json: bool) -> None:
    async with connections.database() as pool:
        await Devices(pool).end(account, device_id, Doer(f"cli:{who()}"))
    if as_json:
        print_json({"device_id": device_id})
    else:
        _tell("ended", device_id=device_id)


def _tell(key: str, **facts: Any) -> None:
    talk.out.print(Text(printable(say(talk.language, f"push.cli.{key}", **facts))))


def _table(found: Sequence[OwnedDevice]) -> Any:
    rows = tables.table("account", "device", "service", "since", "last_told", "problem")
    for each in found:
        moments = (talk.fact(each.created_at), talk.fact(each.told_at))
        style = tables.BAD if each.failing_since else ""
        cells = (each.staff_id, each.device_id, each.service, *moments, each.problem)
        rows.add_row(*(tables.cell(every, style) for every in cells))
    return rows
