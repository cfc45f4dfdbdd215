"""Commands for an order whose workflow has ended: answered here, never dropped; money asks for a person."""

from datetime import UTC, datetime

from db import commands, ended
from db.pool import Pool
from db.vault import Vault
from orders.change import By, Change
from orders.commands import COMMAND, Command, MailAgain, MailArrived, MailStop, Payment, Reissue, Resolve
from orders.errors import OrderError, Refused
from orders.rules.decide import decide
from orders.state import OrderState


async def settle_after_the_end(pool: Pool, vault: Vault, store: str, order_id: str, why: str) -> None:
    """Answer every open command of an order that has no workflow any more; `why` is the sentence's key.

    The workflow is the only writer of an order's state; once it has ended, whoever holds the row's lock
    is. A payment is kept on the ledger and becomes an attention entry, whatever state the order ended in.
    What needed a person can be seen to, mails can be stopped and sent again, and downloads given anew;
    everything else is refused with the reason.
    """
    async with pool.acquire() as connection, connection.transaction():
        standing = await ended.lock(connection, store, order_id)
        if standing is None:
            return
        state = standing.state
        waiting = await commands.undelivered(connection, store, order_id, again=True)
        for number, command in enumerate(waiting, start=1):
            change = _answer(state, command, why)
            await ended.write(connection, vault, change, standing.sequence + number)
            state = change.state


def _answer(state: OrderState, waiting: commands.Undelivered, why: str) -> Change:
    by = By(at=datetime.now(UTC), actor=waiting.actor, command_id=waiting.command_id)
    command = COMMAND.validate_python({**waiting.payload, "type": waiting.type})
    try:
        return decide_after_the_end(state, command, by, why)
    except OrderError as no:
        change = Change(state, by)
        change.decline(waiting.type, no)
        return change


def decide_after_the_end(state: OrderState, command: Command, by: By, why: str) -> Change:
    """What this command makes of an order whose workflow has ended. Raises Refused or Repeated; with the
    sentence under the key `why` for what can no longer be done."""
    if not isinstance(command, Payment | Resolve | Reissue | MailArrived | MailAgain | MailStop):
        raise Refused(why)
    change = decide(state, command, by)
    if isinstance(command, Payment):
        change.mails.clear()  # The order is over for the customer; a person looks at this first.
    return change
