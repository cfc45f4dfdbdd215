"""Reports of a broken Content-Security-Policy: noted, with no secret of an address, and never a flood."""

import json
import logging

import pytest

from tests.house import House

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/csp-report"}


def a_report(**facts: str) -> str:
    said = {
        "document-uri": "https://shop.example/o/q8Zr-secret-of-a-customer?x=1",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/steal.js?cookie=abc",
        **facts,
    }
    return json.dumps({"csp-report": said})


async def test_a_report_says_what_was_stopped_where_without_the_secret(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "pakhuis.policy"):
        answers = [
            await house.http.post("/desk/csp", content=a_report(), headers=SAME_ORIGIN) for _ in range(5)
        ]
    (record,) = [each for each in caplog.records if each.name == "pakhuis.policy"]

    assert {answer.status_code for answer in answers} == {204}
    assert vars(record)["directive"] == "script-src-elem"
    assert vars(record)["blocked"] == "evil.example"
    assert vars(record)["page"] == "/o/…"


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"csp-report": 1}', '{"csp-report": {}}', "\x00", "[" * 5000, "x" * 20_000]
)
async def test_what_is_no_report_is_answered_and_not_noted(
    house: House, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    with caplog.at_level(logging.WARNING, "pakhuis.policy"):
        answer = await house.http.post("/desk/csp", content=body, headers=SAME_ORIGIN)

    assert answer.status_code == 204
    assert not [each for each in caplog.records if each.name == "pakhuis.policy"]
