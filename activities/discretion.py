"""Discretion: what goes wrong in a step is told to Temporal by its kind, never by its words."""

import logging
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

log = logging.getLogger("pakhuis.steps")


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
            raise ApplicationError(kind, type=kind) from None
