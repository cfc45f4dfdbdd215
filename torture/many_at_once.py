"""Many at once: a job that gives several orders the same command, and whoever gave it goes away."""

import asyncio
import uuid
from http import HTTPStatus
from typing import Any, Final

from torture.acts import Act
from torture.asking import Asking, GaveUp
from torture.book import Book
from torture.stories import Story

ENDED: Final = ("applied", "refused")
"""How a row of a job may end."""


class ManyAtOnce:
    """Gives jobs. Once a job is kept nobody asks for it again: it has to come to its end by itself."""

    def __init__(self, asking: Asking, book: Book) -> None:
        self._asking = asking
        self._book = book

    async def do(self, story: Story, name: str, act: Act) -> None:
        """One job for the orders of this story together; what came of it is written down."""
        orders = [story, *story.crew]
        chance = self._asking.chance(story.order_id, name, "job")
        job_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        wish = {"job_id": job_id, "type": act.type, "orders": [_row(each, act) for each in orders]}
        people = 2 if chance.random() < 0.3 else 1
        await asyncio.gather(
            *(self._begin(wish, f"{story.order_id}/{name}/{each}") for each in range(people))
        )
        await self._see_its_end(story, wish, people, f"{story.order_id}/{name}")
        if chance.random() < 0.3:  # The same again, long after: it is the same job.
            path = "/v1/bulk"
            await self._asking.until_settled("job", "POST", path, wish, "staff", f"{job_id}/again")
            await self._see_its_end(story, wish, people, f"{story.order_id}/{name}/again")

    async def _begin(self, wish: dict[str, Any], name: str) -> None:
        """Until it is kept and has begun. After an answer that did not come, a look shows whether it is."""
        async for number in self._asking.tries():
            answer = await self._asking.once(
                "job", "POST", "/v1/bulk", wish, "staff", f"{name}/begin/{number}"
            )
            if answer.is_settled:
                if answer.status != HTTPStatus.ACCEPTED:
                    self._asking.bad_answer("/v1/bulk", answer.status, answer.said)
                return
            path = f"/v1/bulk/{wish['job_id']}"
            seen = await self._asking.until_settled("look", "GET", path, None, "staff", f"{name}/{number}")
            if seen.status == HTTPStatus.OK and seen.said["state"] != "draft":
                return
        raise GaveUp(f"job {wish['job_id']} was never kept")

    async def _see_its_end(self, story: Story, wish: dict[str, Any], people: int, name: str) -> None:
        path = f"/v1/bulk/{wish['job_id']}"
        async for number in self._asking.tries():
            seen = await self._asking.until_settled("look", "GET", path, None, "staff", f"{name}/{number}")
            results = seen.said.get("results", [])
            if seen.said.get("state") == "done" and all(each["outcome"] in ENDED for each in results):
                self._write(story, wish, people, results)
                return
        raise GaveUp(f"job {wish['job_id']} never came to its end")

    def _write(self, story: Story, wish: dict[str, Any], people: int, results: list[dict[str, Any]]) -> None:
        self._book.write(
            act="job",
            job_id=wish["job_id"],
            type=wish["type"],
            people=people,
            wanted={
                each.order_id: "refused" if each.is_cancelled else "applied" for each in (story, *story.crew)
            },
            results=[
                {name: each[name] for name in ("order_id", "command_id", "outcome")} for each in results
            ],
        )


def _row(story: Story, act: Act) -> dict[str, Any]:
    number = {"tracking_number": f"3S{story.order_id}"} if act.type == "shipped" else {}
    return {"order_id": story.order_id, **number}
