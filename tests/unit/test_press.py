"""The press: papers are made beside the event loop, in their turn, and not without end."""

import asyncio
import threading

import pytest

from documents.press import MOST_WAITING, Press
from documents.typesetting import Typesetter
from orders.errors import Unavailable


async def test_papers_are_made_one_at_a_time_and_never_on_the_event_loop() -> None:
    press = Press()
    seen: set[tuple[int, int]] = set()

    def work(typesetter: Typesetter) -> None:
        seen.add((threading.get_ident(), id(typesetter)))

    await asyncio.gather(*(press.make(work) for _ in range(10)))

    assert len(seen) == 1
    assert threading.get_ident() not in {thread for thread, _ in seen}


async def test_more_than_can_wait_are_sent_away_with_a_sentence_and_later_there_is_room() -> None:
    press, gate = Press(), threading.Event()
    waiting = [asyncio.create_task(press.make(lambda _: gate.wait(10))) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)  # Each of them takes its place.

    with pytest.raises(Unavailable) as busy:
        await press.make(lambda _: True)
    gate.set()

    assert busy.value.sentence.key == "papers.refused.busy"
    assert all(await asyncio.gather(*waiting))
    assert await press.make(lambda _: True)


async def test_work_that_fails_leaves_the_press_as_it_was() -> None:
    press = Press()

    def fails(_: Typesetter) -> None:
        raise ValueError

    for _ in range(MOST_WAITING + 1):
        with pytest.raises(ValueError):
            await press.make(fails)
    assert await press.make(lambda _: True)
