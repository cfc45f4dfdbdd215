"""Settings as a browser sends them: a form as it stands, saved with changes."""

import re
from html import unescape
from typing import Any

import httpx

from db import stores
from desk.staff.settings_parts import PARTS, shown
from orders.store import StoreSettings
from tests.desk_visits import hidden_field
from tests.house import House


async def settings_of(house: House, store: str) -> StoreSettings:
    async with house.pool.acquire() as connection:
        return await stores.settings(connection, store)


async def form(desk: httpx.AsyncClient, store: str, part: str) -> dict[str, Any]:
    """The form of a part, as a browser would send it back untouched."""
    page = await desk.get(f"/desk/settings/{store}/parts/{part}")
    assert page.status_code == 200, page.text
    fields: dict[str, Any] = {"version": hidden_field(page.text, "version")}
    for path, value in shown(PARTS[part], StoreSettings()).items():
        fields[path] = list(value.ticked) if value.ticked else value.text
        if value.unit:
            fields[f"{path}.unit"] = value.unit
    if part == "look":
        fields["look.name"] = "De Blauwe Mok"
    return fields


async def save(desk: httpx.AsyncClient, store: str, part: str, **changes: Any) -> httpx.Response:
    fields = {**await form(desk, store, part), **{_path(name): value for name, value in changes.items()}}
    return await desk.post(f"/desk/settings/{store}/parts/{part}", data=fields)


def _path(name: str) -> str:
    return name.replace("__", ".")


def problem_of(page: str, field: str) -> str:
    """What stands beside a field."""
    found = re.search(rf'id="{re.escape(field)}-problem">([^<]*)<', page)
    return unescape(found.group(1)) if found else ""
