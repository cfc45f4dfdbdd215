"""What Temporal keeps of an order, in a form that words can be looked for in."""

import base64
import json
from typing import Any

from tests.house import House


async def all_of(house: House, order_id: str) -> str:
    """All Temporal keeps and shows of an order, its payloads decoded."""
    handle = house.handle(order_id)
    history = json.loads((await handle.fetch_history()).to_json())
    described = await handle.describe()
    return json.dumps([decoded(history), str(described.raw_description), await described.static_summary()])


def decoded(value: Any) -> Any:
    """A history with its payloads as they were before Temporal wrote them in base64."""
    if isinstance(value, dict):
        if isinstance(value.get("data"), str) and "metadata" in value:
            return base64.b64decode(value["data"]).decode("utf-8", "replace")
        return {key: decoded(each) for key, each in value.items()}
    return [decoded(each) for each in value] if isinstance(value, list) else value
