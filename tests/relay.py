"""A relay that can be told what to answer."""

from collections.abc import Sequence
from typing import Any

from tests.house import House
from tests.sample_orders import an_order


class Relay(dict[str, str]):
    """What it answers for an address, such as "451 4.7.1 later"; it takes a mail to any other."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self._house = house

    async def placed(self, answer: str, *lines: dict[str, Any], **more: Any) -> str:
        """Place an order to whose customer it answers this; the order's id."""
        body = an_order(*lines, **more)
        self[body["customer"]["email"]] = answer
        return await self._house.placed(body)

    def refusal(self, sender: str, recipients: Sequence[str]) -> str | None:
        """What the mailbox asks before it takes a mail."""
        return next((self[each] for each in recipients if each in self), None)
