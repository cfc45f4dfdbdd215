"""The final dump: what PostgreSQL and Temporal hold in the end, as lines of JSON, past everything of ours.

Only who has to see to what needs a person stands in no table: that is asked where everybody asks, at the API.
"""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecutionStatus

from torture.book import Book
from torture.town import KEYS, Town

TRIES: Final = 10
CAUSE: Final = "WORKFLOW_TASK_FAILED_CAUSE_"
QUERIES: Final = {
    "order": """SELECT store, order_id, sequence, payment_status, fulfillment_status, is_open, is_history,
        started_at IS NOT NULL AS started, ended_at IS NOT NULL AS ended, due_at, facts FROM orders""",
    "line": "SELECT order_id, line_id, ordered, cancelled, shipped, delivered FROM order_lines",
    "command": "SELECT order_id, command_id, type, outcome, answered_at FROM commands",
    "moment": "SELECT order_id, sequence, kind, outcome, command_id FROM timeline",
    "mail": """SELECT order_id, mail_key, kind, state, phase, message_id, attempt, sent_at,
        lease_until > now() AS leased FROM mails""",
    "gift_card": "SELECT order_id, line_id, unit FROM gift_cards",
    "download": "SELECT order_id, line_id, file FROM downloads WHERE revoked_at IS NULL",
    "job": """SELECT job_id::text, kind, done_at IS NOT NULL AS is_done FROM bulk_jobs
        WHERE started_at IS NOT NULL""",
    "job_row": "SELECT job_id::text, order_id, command_id, given_at IS NOT NULL AS is_given FROM bulk_rows",
    "invoice": "SELECT store, order_id, kind, year, number, encode(sha256, 'hex') AS sha256 FROM invoices",
}
ATTENTION: Final = "SELECT store, order_id, key, reason FROM attention ORDER BY store, order_id, key"


async def dump(town: Town, client: Client, path: Path) -> None:
    """Write all of it to one file."""
    book = Book(path)
    book.write(row="dump", at=time.time())
    connection = await asyncpg.connect(town.database_url)
    try:
        for kind, query in QUERIES.items():
            for row in await connection.fetch(query):
                book.write(row=kind, **{name: _plain(value) for name, value in dict(row).items()})
        attention = [dict(row) for row in await connection.fetch(ATTENTION)]
    finally:
        await connection.close()
    patient = httpx.AsyncHTTPTransport(retries=TRIES)
    bearer = {"Authorization": f"Bearer {KEYS['ops']}"}
    async with httpx.AsyncClient(
        base_url=town.api_urls[0], headers=bearer, timeout=30, transport=patient
    ) as api:
        orders = dict.fromkeys((row["store"], row["order_id"]) for row in attention)
        owners = {order: await _owners(api, *order) for order in orders}
    for entry in attention:
        owner = owners[entry["store"], entry["order_id"]].get(entry["key"])
        book.write(row="attention", **entry, owner=owner)
    async for workflow in _workflows(client):
        book.write(row="workflow", **workflow)


async def _owners(api: httpx.AsyncClient, store: str, order_id: str) -> dict[str, str]:
    """Whom the API names for each entry of an order, by the entry's key; nobody, if it does not show it."""
    for _ in range(TRIES):
        answer = await api.get(f"/v1/orders/{order_id}", params={"store": store})
        if not answer.is_server_error:
            break
        await asyncio.sleep(1)
    entries = answer.json()["attention"] if answer.is_success else []
    return {f"{each['reason']}:{each['subject']}": each["owner"] for each in entries if each.get("owner")}


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
