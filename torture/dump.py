"""The final dump: what PostgreSQL and Temporal hold in the end, as lines of JSON, past everything of ours."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecutionStatus

from torture.book import Book

CAUSE: Final = "WORKFLOW_TASK_FAILED_CAUSE_"
QUERIES: Final = {
    "order": """SELECT store, order_id, sequence, payment_status, fulfillment_status, is_open, is_history,
        started_at IS NOT NULL AS started, ended_at IS NOT NULL AS ended, due_at, facts FROM orders""",
    "line": "SELECT order_id, line_id, ordered, cancelled, shipped, delivered FROM order_lines",
    "command": "SELECT order_id, command_id, type, outcome, answered_at FROM commands",
    "moment": "SELECT order_id, sequence, kind, outcome, command_id FROM timeline",
    "mail": """SELECT order_id, mail_key, kind, state, phase, message_id, attempt, sent_at,
        lease_until > now() AS leased FROM mails""",
    "attention": "SELECT order_id, key, reason FROM attention",
    "gift_card": "SELECT order_id, line_id, unit FROM gift_cards",
    "download": "SELECT order_id, line_id, file FROM downloads WHERE revoked_at IS NULL",
}


async def dump(database_url: str, client: Client, path: Path) -> None:
    """Write all of it to one file."""
    book = Book(path)
    connection = await asyncpg.connect(database_url)
    try:
        for kind, query in QUERIES.items():
            for row in await connection.fetch(query):
                book.write(row=kind, **{name: _plain(value) for name, value in dict(row).items()})
    finally:
        await connection.close()
    async for workflow in _workflows(client):
        book.write(row="workflow", **workflow)


async def _workflows(client: Client) -> AsyncIterator[dict[str, Any]]:
    async for each in client.list_workflows("WorkflowType = 'FulfilOrder'"):
        running = each.status is WorkflowExecutionStatus.RUNNING
        handle = client.get_workflow_handle(each.id, run_id=each.run_id)
        timers, failures, first = set(), [], True
        async for event in handle.fetch_history_events():
            match event.event_type:
                case EventType.EVENT_TYPE_TIMER_STARTED:
                    timers.add(event.timer_started_event_attributes.timer_id)
                case EventType.EVENT_TYPE_TIMER_FIRED:
                    timers.discard(event.timer_fired_event_attributes.timer_id)
                case EventType.EVENT_TYPE_TIMER_CANCELED:
                    timers.discard(event.timer_canceled_event_attributes.timer_id)
                case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                    failed = event.workflow_task_failed_event_attributes
                    cause = WorkflowTaskFailedCause.Name(failed.cause).removeprefix(CAUSE)
                    failures.append(f"{cause}: {failed.failure.message[:200]}")
                case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                    first = not event.workflow_execution_started_event_attributes.continued_execution_run_id
        assert each.status is not None
        yield {
            "workflow_id": each.id,
            "run_id": each.run_id,
            "status": each.status.name,
            "running": running,
            "timers": len(timers),
            "task_failures": failures,
            "is_first_run": first,
        }


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case str() if value.startswith("{"):
            return json.loads(value)
        case _:
            return value
