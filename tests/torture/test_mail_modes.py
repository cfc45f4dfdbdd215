"""The fourteen modes, a few mails each: nothing is lost, and doubled only where a store chose so."""

import pytest

from torture.campaign import fresh
from torture.mail_modes import Row, fourteen_modes
from torture.smtp_modes import Mode

MODES = (Mode.RCPT_550, Mode.DROP_MID_BODY, Mode.DROP_AFTER_DOT_TAKEN, Mode.DROP_AFTER_250)
MAILS = 5


@pytest.fixture(scope="module")
async def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Row]:
    folder = fresh(tmp_path_factory.mktemp("modes") / "town")
    found = await fourteen_modes(folder, MAILS, modes=MODES)
    return {(row.way, row.mode): row for row in found}


async def test_no_mail_is_lost_in_any_way_and_mode(rows: dict[tuple[str, str], Row]) -> None:
    assert len(rows) == 3 * len(MODES)
    assert all(row.mails == MAILS and row.lost == 0 and row.is_as_promised for row in rows.values())


async def test_what_may_have_been_taken_is_held_and_never_sent_twice(
    rows: dict[tuple[str, str], Row],
) -> None:
    held = rows["hold", Mode.DROP_AFTER_DOT_TAKEN]

    assert (held.held, held.doubled) == (MAILS, 0)


async def test_a_relay_that_can_be_asked_leaves_no_doubt(rows: dict[tuple[str, str], Row]) -> None:
    taken, never_seen = rows["look-up", Mode.DROP_AFTER_DOT_TAKEN], rows["look-up", Mode.DROP_MID_BODY]

    assert (taken.sent, taken.doubled, taken.held) == (MAILS, 0, 0)
    assert (never_seen.sent, never_seen.doubled, never_seen.held) == (MAILS, 0, 0)


async def test_a_store_that_chose_so_sends_the_same_bytes_once_more(rows: dict[tuple[str, str], Row]) -> None:
    again = rows["send again", Mode.DROP_AFTER_DOT_TAKEN]

    assert (again.sent, again.doubled, again.other_bytes) == (MAILS, MAILS, 0)
