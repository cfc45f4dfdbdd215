"""Deploys with orders in flight: no release stops an order of its neighbour, and a broken one loses none."""

from pathlib import Path

from torture.campaign import fresh
from torture.deploys import deploy_there_and_back, deploy_what_is_broken
from torture.releases import BROKEN, NOW


async def test_orders_in_flight_pass_from_release_to_release_and_back(tmp_path: Path) -> None:
    verdict = await deploy_there_and_back(fresh(tmp_path / "town"), orders=50, seed=11)

    assert verdict.findings == []
    assert verdict.counted["orders"] == 50


async def test_a_release_that_breaks_the_story_is_seen_and_loses_no_order(tmp_path: Path) -> None:
    seen, verdict = await deploy_what_is_broken(fresh(tmp_path / "town"), 12, seed=12, release=BROKEN)

    assert seen > 0
    assert {finding.sentence.partition(":")[2].split(":")[0].strip() for finding in verdict.findings} == {
        "NON_DETERMINISTIC_ERROR"
    }


async def test_orders_of_a_release_too_new_wait_for_it_and_are_not_lost(tmp_path: Path) -> None:
    seen, verdict = await deploy_what_is_broken(fresh(tmp_path / "town"), 12, seed=13, release=NOW)

    assert seen > 0
    assert all("start the newer worker" in finding.sentence for finding in verdict.findings)
