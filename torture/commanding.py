"""Commanding: giving an order a command, and finding out what became of it."""

from http import HTTPStatus
from typing import Any

from torture.asking import Asking, GaveUp


class Commanding:
    """Gives commands as any caller would: again until it is answered, and never again once it was kept."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def give(
        self,
        order_id: str,
        body: dict[str, Any],
        key: str,
        *,
        kind: str = "command",
        undo_seconds: int = 0,
        name: str = "",
    ) -> str:
        """Its outcome. What was kept (202) is not asked again: a caller who was told so goes away."""
        path = f"/v1/orders/{order_id}/commands"
        if undo_seconds:
            path += f"?undo_seconds={undo_seconds}"
        name = name or body["command_id"]
        answer = await self._asking.until_settled(kind, "POST", path, body, key, name)
        if answer.status != HTTPStatus.ACCEPTED:
            return str(answer.said.get("outcome"))
        outcomes = await self.outcomes(order_id, {body["command_id"]})
        return outcomes[body["command_id"]]

    async def outcomes(self, order_id: str, command_ids: set[str]) -> dict[str, str]:
        """What the order's timeline says of commands that were kept, once it speaks of all of them."""
        outcomes: dict[str, str] = {}
        if not command_ids:
            return outcomes
        async for number in self._asking.tries():
            order = await self._asking.order(order_id, f"{order_id}/look/{number}")
            for moment in order.get("timeline", ()):
                outcomes.setdefault(str(moment["command_id"]), str(moment["outcome"]))
            if command_ids <= outcomes.keys():
                return outcomes
        raise GaveUp(f"{', '.join(command_ids - outcomes.keys())} never answered")
