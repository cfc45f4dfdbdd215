"""Discretion: what goes wrong in a step is told to Temporal by its kind, never by its words."""

import logging
from datetime import timedelta
from typing import Any, Final

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from db.pool import OUTAGES

log = logging.getLogger("pakhuis.steps")
LONGEST_PAUSE: Final = timedelta(minutes=1)
LATE_ATTEMPT: Final = 7
"""By now a step that doubles its pauses from one second on would wait longer than that."""


class Discretion(Interceptor):
    """For a worker: PostgreSQL's "failing row contains", or a validation error, quotes names and addresses,
    and Temporal keeps what a failed step says."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Discreet(next)


class _Discreet(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await self.next.execute_activity(input)
        except ApplicationError:
            raise  # Our own words: they hold codes, never people.
        except Exception as error:
            kind = type(error).__name__
            info = activity.info()
            extra = {"step": info.activity_type, "workflow": info.workflow_id, "attempt": info.attempt}
            log.warning("step failed", exc_info=error, extra={**extra, "why": kind})
            raise ApplicationError(kind, type=kind, next_retry_delay=_pause(error, info.attempt)) from None


def _pause(error: Exception, attempt: int) -> timedelta | None:
    """When to ask again, where the step's own patience is not the answer: pauses that grow to a quarter of an
    hour are for relays. Once PostgreSQL is back, its mails are not to wait so long."""
    return LONGEST_PAUSE if isinstance(error, OUTAGES) and attempt >= LATE_ATTEMPT else None
