"""The negative controls: with a guard taken away, the judge must see red. Else it could not see the harm."""

import asyncio
from dataclasses import replace
from typing import Final

import pytest

from torture.campaign import Campaign, Plan, fresh
from torture.checker import CLASSES, Verdict
from torture.guards import (
    COMMAND_IDS,
    MAIL_FENCE,
    ONE_WORKFLOW,
    SWEEP,
    UNIQUE_COMMAND,
    UNIQUE_GIFT_CARD,
    UNIQUE_ORDER,
)

NO_GUARD_GONE: Final = ""
AT_ONCE: Final = 4
ONE: Final = ("one_parcel",)
SMALL: Final = Plan(
    orders=6, faults=0, seed=7, share=0.0, in_flight=6, kinds=ONE, patience_seconds=12, quiet_seconds=12
)
PLANS: Final = {
    UNIQUE_ORDER: replace(SMALL, only=("place.keep:after",)),
    UNIQUE_COMMAND: replace(SMALL, only=("nothing",)),
    COMMAND_IDS: replace(SMALL, only=("command.signal:after",)),
    # A mail in the hands of a worker that died is tried again after half a minute.
    MAIL_FENCE: replace(SMALL, only=("notify.hand_over:after",), quiet_seconds=50),
    SWEEP: replace(SMALL, only=("temporal",)),
    ONE_WORKFLOW: replace(SMALL, only=("place.start:after",)),
    UNIQUE_GIFT_CARD: replace(SMALL, only=("issue.acknowledge:after",), kinds=("gift_cards",)),
    NO_GUARD_GONE: replace(
        SMALL,
        only=("place.keep:after", "command.signal:after", "command.signal:before", "place.start:after"),
        kinds=(*ONE, "gift_cards"),
        patience_seconds=120,
        quiet_seconds=120,
    ),
}


@pytest.fixture(scope="module")
async def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    """What the judge says without each guard: campaigns side by side, since they mostly wait."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def verdict_without(guard: str) -> Verdict:
        async with slots:
            folder = fresh(tmp_path_factory.mktemp(guard or "all") / "town")
            return (await Campaign(folder, replace(PLANS[guard], without=guard)).run()).verdict

    found = await asyncio.gather(*map(verdict_without, PLANS))
    return dict(zip(PLANS, found, strict=True))


@pytest.mark.parametrize(
    ("guard", "kind"),
    [
        (UNIQUE_ORDER, "stuck"),
        (UNIQUE_COMMAND, "doubled"),
        (COMMAND_IDS, "doubled"),
        (MAIL_FENCE, "doubled"),
        (SWEEP, "stuck"),
        (ONE_WORKFLOW, "doubled"),
        (UNIQUE_GIFT_CARD, "doubled"),
    ],
)
async def test_the_judge_sees_it_when_a_guard_is_gone(
    verdicts: dict[str, Verdict], guard: str, kind: str
) -> None:
    assert verdicts[guard].number(kind) > 0


async def test_with_every_guard_in_place_the_same_faults_harm_nothing(verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[NO_GUARD_GONE]

    assert [verdict.number(each) for each in CLASSES] == [0, 0, 0, 0, 0], verdict.findings
