"""Deploys with orders in flight: no release stops an order of its neighbour, and a broken one loses none."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest

from torture.campaign import fresh
from torture.deploys import deploy_there_and_back, deploy_what_is_broken
from torture.findings import Finding, Verdict
from torture.releases import BROKEN, NOW
from torture.stories import story

SEED = 11


class Deployed(NamedTuple):
    """What came of each deploy; `seen` is how many orders Temporal reported to have a problem."""

    there_and_back: Verdict
    broken: tuple[int, Verdict]
    too_new: tuple[int, Verdict]


@pytest.fixture(scope="module")
async def deployed(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """All three side by side, since they mostly wait."""

    def town(name: str) -> Path:
        return fresh(tmp_path_factory.mktemp(name) / "town")

    found = await asyncio.gather(
        deploy_there_and_back(town("back"), orders=50, seed=SEED),
        deploy_what_is_broken(town("broken"), 12, seed=12, release=BROKEN),
        deploy_what_is_broken(town("new"), 12, seed=13, release=NOW),
    )
    return Deployed(*found)


def not_of(verdict: Verdict, words: str) -> list[Finding]:
    """The findings that are not workflow tasks which failed for this reason."""
    return [each for each in verdict.findings if each.kind != "unexplained" or words not in each.sentence]


async def test_orders_in_flight_pass_from_release_to_release_and_back(deployed: Deployed) -> None:
    verdict = deployed.there_and_back

    assert verdict.findings == []
    assert verdict.counted["orders"] == sum(1 + len(story(SEED, number).crew) for number in range(50))


async def test_a_release_that_breaks_the_story_is_seen_and_loses_no_order(deployed: Deployed) -> None:
    seen, verdict = deployed.broken

    assert seen > 0
    assert verdict.findings
    assert not_of(verdict, "NON_DETERMINISTIC_ERROR") == []


async def test_orders_of_a_release_too_new_wait_for_it_and_are_not_lost(deployed: Deployed) -> None:
    seen, verdict = deployed.too_new

    assert seen > 0
    assert not_of(verdict, "start the newer worker") == []
