"""The negative controls: with a guard taken away, the judge must see red. Else it could not see the harm."""

from pathlib import Path

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

ONE = ("one_parcel",)
CARDS = ("gift_cards",)


async def verdict_without(folder: Path, guard: str, **changes: object) -> Verdict:
    """A small campaign with this guard taken away, or with all of them."""
    plan = Plan(
        orders=6,
        faults=0,
        seed=7,
        share=0.0,
        in_flight=6,
        without=guard,
        patience_seconds=25,
        quiet_seconds=25,
    )
    plan = Plan(**{**vars(plan), **changes})  # type: ignore[arg-type]
    result = await Campaign(fresh(folder), plan).run()
    return result.verdict


@pytest.mark.parametrize(
    ("guard", "kind", "only", "kinds"),
    [
        (UNIQUE_ORDER, "stuck", ("place.keep:after",), ONE),
        (UNIQUE_COMMAND, "doubled", ("nothing",), ONE),
        (COMMAND_IDS, "doubled", ("command.signal:after",), ONE),
        (MAIL_FENCE, "doubled", ("notify.hand_over:after",), ONE),
        (SWEEP, "stuck", ("temporal",), ONE),
        (ONE_WORKFLOW, "doubled", ("place.start:after",), ONE),
        (UNIQUE_GIFT_CARD, "doubled", ("issue.acknowledge:after",), CARDS),
    ],
)
async def test_the_judge_sees_it_when_a_guard_is_gone(
    tmp_path: Path, guard: str, kind: str, only: tuple[str, ...], kinds: tuple[str, ...]
) -> None:
    # A mail in the hands of a worker that died is tried again after half a minute.
    quiet = 45 if guard == MAIL_FENCE else 12

    verdict = await verdict_without(tmp_path / "town", guard, only=only, kinds=kinds, quiet_seconds=quiet)

    assert verdict.number(kind) > 0


async def test_with_every_guard_in_place_the_same_faults_harm_nothing(tmp_path: Path) -> None:
    only = ("place.keep:after", "command.signal:after", "command.signal:before", "place.start:after")

    verdict = await verdict_without(tmp_path / "town", "", only=only, kinds=(*ONE, *CARDS))

    assert [verdict.number(each) for each in CLASSES] == [0, 0, 0, 0, 0], verdict.findings
