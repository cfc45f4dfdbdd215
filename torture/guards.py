"""The negative controls: each guard of the system, and how to take it away, so that the judge sees red."""

import functools
from collections.abc import Callable
from typing import Any, Final

from db import bulk, commands, gift_cards, intake, outbox, papers, record
from starter import delivery
from workflows.brief import Brief

UNIQUE_ORDER: Final = "unique_order"
UNIQUE_COMMAND: Final = "unique_command"
COMMAND_IDS: Final = "command_ids"
MAIL_FENCE: Final = "mail_fence"
SWEEP: Final = "sweep"
ONE_WORKFLOW: Final = "one_workflow"
UNIQUE_GIFT_CARD: Final = "unique_gift_card"
HISTORY_WINS: Final = "history_wins"
JOB_IDS: Final = "job_ids"
JOB_SWEEP: Final = "job_sweep"
ONE_INVOICE: Final = "one_invoice"
INVOICE_NUMBERS: Final = "invoice_numbers"
MAIL_STOP: Final = "mail_stop"

IN_THE_DATABASE: Final[dict[str, tuple[str, ...]]] = {
    UNIQUE_COMMAND: ("ALTER TABLE commands DROP CONSTRAINT one_command_per_id",),
    UNIQUE_GIFT_CARD: ("ALTER TABLE gift_cards DROP CONSTRAINT one_card_per_unit",),
    UNIQUE_ORDER: ("ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE",),
    ONE_INVOICE: ("DROP INDEX one_invoice_per_order",),
    INVOICE_NUMBERS: ("CREATE SEQUENCE hasty_numbers",),
}
"""What a guard is in PostgreSQL, and the statements that drop it."""


def remove(guard: str) -> None:
    """Take this guard out of the process we are in. Some are only in the database. "" takes none."""
    if guard:
        IN_THE_PROCESS.get(guard, lambda: None)()


def _never_remembers_commands() -> None:
    from workflows.fulfil_order import FulfilOrder

    original = FulfilOrder.__init__

    @functools.wraps(original)
    def forgetful(self: FulfilOrder, brief: Brief) -> None:
        original(self, brief)
        self._answered = _Forgetful(self._answered)

    FulfilOrder.__init__ = forgetful  # type: ignore[method-assign]


class _Forgetful(dict[str, None]):
    """Never knows that it has seen something."""

    def __contains__(self, key: object) -> bool:
        return False


def _takes_mails_out_of_data() -> None:
    """Any attempt takes any mail that is not known to be sent, and enters the data whoever has it."""
    _replace(outbox.SQL, "take", "AND phase IN ('none', 'envelope')", "")
    _replace(outbox.SQL, "enter_data", "AND attempt = $2", "AND $2::integer IS NOT NULL")
    _replace(outbox.SQL, "settle", "AND attempt = $2", "AND $2::integer IS NOT NULL")


def _never_sweeps() -> None:
    import worker

    async def sweep(*_: Any) -> int:
        return 0

    worker.sweep = sweep  # type: ignore[assignment,attr-defined]


def _starts_as_often_as_asked() -> None:
    from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

    class Reuse:
        REJECT_DUPLICATE = WorkflowIDReusePolicy.ALLOW_DUPLICATE

    class Conflict:
        USE_EXISTING = WorkflowIDConflictPolicy.TERMINATE_EXISTING

    delivery.WorkflowIDReusePolicy = Reuse  # type: ignore[attr-defined,assignment]
    delivery.WorkflowIDConflictPolicy = Conflict  # type: ignore[attr-defined,assignment]


def _repeats_are_new() -> None:
    _replace(commands.SQL, "insert", "ON CONFLICT DO NOTHING", "")


def _orders_are_always_new() -> None:
    _replace(intake.SQL, "insert_order", "ON CONFLICT DO NOTHING", "")


def _cards_are_always_new() -> None:
    _replace(gift_cards.SQL, "units_with_a_card", "WHERE store", "WHERE false AND store")
    _replace(gift_cards.SQL, "issue", "ON CONFLICT ON CONSTRAINT one_card_per_unit DO NOTHING", "")


def _last_word_wins() -> None:
    _replace(record.SQL, "recorded", "max(decided_at)", "min(decided_at) - 2147483647")


def _ids_when_given() -> None:
    """The commands of a job get their ids when they are given, and others when they are given again."""
    chosen = bulk.SQL["to_give"]
    _replace(bulk.SQL, "to_give", chosen, f"""WITH chosen AS ({chosen}), fresh AS (
        UPDATE bulk_rows SET command_id = 'bulk-' || gen_random_uuid() FROM chosen
        WHERE bulk_rows.job_id = $1 AND bulk_rows.position = chosen.position
        RETURNING bulk_rows.position, bulk_rows.command_id)
        SELECT position, store, order_id, fresh.command_id, command FROM chosen JOIN fresh USING (position)
        ORDER BY position""")  # fmt: skip


def _never_carries_jobs_on() -> None:
    import worker

    async def carry_on(*_: Any) -> None:
        return

    worker.carry_on_for_ever = carry_on  # type: ignore[assignment,attr-defined]


def _invoices_are_always_new() -> None:
    _replace(papers.SQL, "issued", "WHERE store", "WHERE false AND store")


def _numbers_before_the_invoice() -> None:
    """As a sequence gives them: what comes to nothing keeps its number."""
    asked = "($1::text, $2::text, $3::integer) IS NOT NULL"
    number = f"SELECT (nextval('hasty_numbers') - 1)::integer WHERE {asked}"
    _replace(papers.SQL, "lock_series", papers.SQL["lock_series"], number)


def _stops_what_has_left() -> None:
    may_be = "AND state IN ('queued', 'retry') AND phase = 'none' AND NOT sent_again"
    _replace(outbox.SQL, "stop", may_be, "AND state <> 'withdrawn'")


def _replace(queries: Any, name: str, old: str, new: str) -> None:
    if old not in queries[name]:
        raise LookupError(f"the guard in the query {name!r} is not where it was: {old}")
    queries[name] = queries[name].replace(old, new)


IN_THE_PROCESS: Final[dict[str, Callable[[], None]]] = {
    UNIQUE_COMMAND: _repeats_are_new,
    UNIQUE_ORDER: _orders_are_always_new,
    COMMAND_IDS: _never_remembers_commands,
    MAIL_FENCE: _takes_mails_out_of_data,
    SWEEP: _never_sweeps,
    UNIQUE_GIFT_CARD: _cards_are_always_new,
    ONE_WORKFLOW: _starts_as_often_as_asked,
    HISTORY_WINS: _last_word_wins,
    JOB_IDS: _ids_when_given,
    JOB_SWEEP: _never_carries_jobs_on,
    ONE_INVOICE: _invoices_are_always_new,
    INVOICE_NUMBERS: _numbers_before_the_invoice,
    MAIL_STOP: _stops_what_has_left,
}
