"""The command line: `pakhuis` and what it can do. Each command loads its work only when it runs."""

import os
import sys
from typing import NoReturn

import typer

from starter.cli import (
    accounts,
    bulk,
    jobs,
    orders,
    papers,
    picking,
    push,
    servers,
    staff,
    together,
    webhooks,
)
from starter.cli.options import Language

app = typer.Typer(
    name="pakhuis",
    help="Order fulfilment for online stores: one durable workflow per order.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def everywhere(language: Language = None) -> None:
    """Order fulfilment for online stores: from checkout to the customer's door.

    Commands find the system by the environment (PAKHUIS_DATABASE_URL and so on), else by the stack that
    runs in PAKHUIS_HOME (default .pakhuis).
    """


app.command()(servers.up)
app.command()(servers.demo)
app.command()(servers.serve)
app.command()(servers.worker)
app.command()(servers.migrate)
app.command()(orders.place)
app.command("list")(orders.list_orders)
app.command()(orders.show)
app.command()(orders.send)
app.command()(bulk.bulk)
app.add_typer(jobs.jobs, name="jobs")
app.command()(orders.watch)
app.command()(together.note)
app.command()(together.link)
app.command()(together.claim)
app.command()(together.counter)
app.command()(together.attention)
app.command("low-stock")(together.low_stock)
app.command()(together.mail)
app.command("pick-list")(picking.pick_list)
app.command()(papers.papers)
app.add_typer(accounts.keys, name="keys")
app.add_typer(accounts.stores, name="stores")
app.add_typer(staff.staff, name="staff")
app.command()(staff.audit)
app.add_typer(push.push, name="push")
app.add_typer(webhooks.webhooks, name="webhooks")
app.command()(servers.doctor)


def main() -> NoReturn:
    """Run one command, and end the process with its exit code."""
    code: object = 0
    try:
        app()
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        code = 130
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 1  # Who was reading has gone.
    # Temporal's threads may touch a dying interpreter and crash it after success (sdk-python issue 300).
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)
