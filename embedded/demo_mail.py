"""The customers' mail in the demo: read from the mail catcher, as a customer reads it."""

import re
from typing import Final

import httpx

PICKUP_CODE: Final = re.compile(r"^[^\n:]*: *(\d{3} ?\d{3})\s*$", re.MULTILINE)
DOWNLOAD: Final = re.compile(r"https?://\S+/d/[A-Za-z0-9_-]+")


class Catcher:
    """The mail catcher's page, asked as a program."""

    def __init__(self, page: str) -> None:
        # It is ours, on this machine: a proxy of the environment is for others.
        self._http = httpx.AsyncClient(base_url=page, timeout=10, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def mails_to(self, address: str) -> list[str]:
        """The ids of every mail that was delivered to this address, the newest first."""
        answer = await self._http.get("/mails.json", params={"q": address})
        answer.raise_for_status()
        return [mail["id"] for mail in answer.json()["mails"] if address in mail["recipients"]]

    async def text(self, mail_id: str) -> str:
        """The plain text of one mail."""
        answer = await self._http.get(f"/mails/{mail_id}.json")
        answer.raise_for_status()
        return str(answer.json()["text"])

    async def found(self, address: str, wanted: re.Pattern[str]) -> list[str]:
        """What the pattern finds in the mails to this address: in the newest mail that has any of it."""
        for mail_id in await self.mails_to(address):
            if found := wanted.findall(await self.text(mail_id)):
                return found
        return []
