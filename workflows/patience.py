"""How long each kind of step may take, and how often it is asked again."""

from datetime import timedelta
from typing import Any, Final

from temporalio.common import RetryPolicy

OWN_DATABASE: Final[dict[str, Any]] = {
    "start_to_close_timeout": timedelta(seconds=20),
    # A short outage is waited out inside the task; a longer one by timers that history shows.
    "local_retry_threshold": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=100),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(seconds=10),
    ),
}
"""Local activities against our own PostgreSQL: asked for ever, since an order must not forget."""

COUNTER: Final[dict[str, Any]] = {
    "start_to_close_timeout": timedelta(seconds=60),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=200),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(minutes=1),
    ),
}
"""Making links and codes."""

RELAY: Final[dict[str, Any]] = {
    # RFC 5321 4.5.3.2.6 asks for 10 minutes of patience after the final dot, and the envelope takes some.
    "start_to_close_timeout": timedelta(minutes=15),
    "heartbeat_timeout": timedelta(seconds=30),
    "schedule_to_close_timeout": timedelta(days=5),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(minutes=15),
    ),
}
"""Handing a mail to the relay: for days, with growing pauses."""

LOOK_FOR_FILES_AGAIN: Final = timedelta(minutes=10)
