"""The negative controls: with a guard taken away, the judge must see red. Else it could not see the harm."""

import asyncio
from dataclasses import replace
from typing import Final

import pytest

from torture.campaign import Campaign, Plan, fresh
from torture.findings import CLASSES, Verdict
from torture.guards import (
    COMMAND_IDS,
    INVOICE_NUMBERS,
    JOB_IDS,
    JOB_SWEEP,
    MAIL_FENCE,
    MAIL_STOP,
    ONE_INVOICE,
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
    # A job whose process died is carried on by another when its lease of 15 seconds has run out.
    JOB_IDS: replace(
        SMALL, only=("job.note:before",), kinds=("many_at_once",), patience_seconds=40, quiet_seconds=40
    ),
    JOB_SWEEP: replace(SMALL, only=("job.start:after",), kinds=("many_at_once",)),
    ONE_INVOICE: replace(SMALL, only=("nothing",), kinds=("invoiced",)),
    INVOICE_NUMBERS: replace(SMALL, only=("invoice.draw:after",), kinds=("invoiced",)),
    # Of this seed, three of the six who would stop a mail come when it has left.
    MAIL_STOP: replace(SMALL, seed=15, only=("nothing",), kinds=("taken_back",)),
    NO_GUARD_GONE: replace(
        SMALL,
        only=(
            *("place.keep:after", "command.signal:after", "command.signal:before", "place.start:after"),
            *("job.note:before", "job.start:after", "invoice.draw:after"),
        ),
        kinds=(*ONE, "gift_cards", "many_at_once", "invoiced", "taken_back"),
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
        (JOB_IDS, "doubled"),
        (JOB_SWEEP, "stuck"),
        (ONE_INVOICE, "doubled"),
        (INVOICE_NUMBERS, "lost"),
        (MAIL_STOP, "unexplained"),
    ],
)
async def test_the_judge_sees_it_when_a_guard_is_gone(
    verdicts: dict[str, Verdict], guard: str, kind: str
) -> None:
    assert verdicts[guard].number(kind) > 0


async def test_with_every_guard_in_place_the_same_faults_harm_nothing(verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[NO_GUARD_GONE]

    assert [verdict.number(each) for each in CLASSES] == [0, 0, 0, 0, 0], verdict.findings
