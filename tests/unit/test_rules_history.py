"""What Temporal's history keeps of a command: no words a person wrote, and no codes."""

import pytest

from orders.commands import COMMAND, for_history
from orders.rules.decide import decide
from tests.scenes import Scene, plan

WORDS = "Sanne de Vries moved to Prinsengracht 1"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "hold", "reason": WORDS},
        {"type": "release", "reason": WORDS},
        {"type": "cancel", "reason": WORDS},
        {"type": "delivery_failed", "reason": WORDS},
        {"type": "collected", "code": "4711", "parcel": "1"},
    ],
)
def test_words_and_codes_are_left_out(body: dict[str, str]) -> None:
    kept = for_history(COMMAND.validate_python(body)).model_dump_json()

    assert "Sanne" not in kept
    assert "4711" not in kept


def test_a_plain_code_stays_as_it_is() -> None:
    command = COMMAND.validate_python({"type": "hold", "reason": "address"})

    assert for_history(command) == command


def test_a_hold_with_words_is_taken_off_by_the_same_words() -> None:
    scene = Scene(plan())
    for body in ({"type": "hold", "reason": WORDS}, {"type": "release", "reason": WORDS}):
        change = decide(scene.state, for_history(COMMAND.validate_python(body)), scene.by(None))
        scene.state = change.state

    assert scene.state.holds == ()


def test_two_reasons_in_words_stay_two() -> None:
    reasons = {
        getattr(for_history(COMMAND.validate_python({"type": "hold", "reason": words})), "reason", "")
        for words in (WORDS, WORDS + "!")
    }

    assert len(reasons) == 2
