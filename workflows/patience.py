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
    # A worker that died with it is known to be gone only by this: its work is to go on within a minute.
    "start_to_close_timeout": timedelta(seconds=30),
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

ASKING: Final[dict[str, Any]] = {
    # With the pause before the next attempt, what a worker that died had in hand goes on within a minute.
    "start_to_close_timeout": timedelta(seconds=40),
    # Asked at once and after 10, 30, 70, 150 and 310 seconds; longer than a relay needs to settle.
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=10), backoff_coefficient=2.0),
}
"""Asking the relay what became of a mail."""

GIVING_UP: Final[dict[str, Any]] = {
    "start_to_close_timeout": timedelta(seconds=20),
    # One that is being handed over that very moment is waited for.
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
}
"""Noting that a mail is given up."""

LOOK_FOR_FILES_AGAIN: Final = timedelta(minutes=10)
