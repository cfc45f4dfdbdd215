"""What goes wrong in a step: Temporal is told its kind, and when to ask again once PostgreSQL is back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.discretion import Discretion

SECRET = "Failing row contains (Sanne de Vries)."
OF_NOTIFY = [1, 2, 4, 8, 16, 32]
"""The seconds that the step itself would wait after its first attempts."""


class Failing(ActivityInboundInterceptor):
    def __init__(self, error: Exception) -> None:
        self._error = error

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        raise self._error


@pytest.fixture(params=[asyncpg.ConnectionDoesNotExistError(SECRET), OSError(SECRET), TimeoutError()])
def outage(request: pytest.FixtureRequest) -> Any:
    return request.param


async def told(error: Exception, attempt: int) -> ApplicationError:
    """What Temporal is told of this error at this attempt."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=attempt)

    @activity.defn
    async def step() -> None:
        interceptor = Discretion().intercept_activity(Failing(error))
        await interceptor.execute_activity(ExecuteActivityInput(fn=step, args=[], executor=None, headers={}))

    with pytest.raises(ApplicationError) as found:
        await environment.run(step)
    return found.value


async def test_its_words_are_not_told(outage: Exception) -> None:
    error = await told(outage, 1)

    assert error.type == type(outage).__name__
    assert "Sanne" not in str(error)


async def test_after_a_long_outage_of_postgresql_a_step_is_asked_again_within_a_minute(
    outage: Exception,
) -> None:
    pauses = [(await told(outage, attempt)).next_retry_delay for attempt in range(1, 12)]

    assert pauses[: len(OF_NOTIFY)] == [None] * len(OF_NOTIFY)
    assert set(pauses[len(OF_NOTIFY) :]) == {timedelta(minutes=1)}


async def test_what_is_no_outage_keeps_its_own_patience() -> None:
    assert (await told(KeyError(SECRET), 11)).next_retry_delay is None
