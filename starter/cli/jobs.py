"""The commands about jobs: what was begun with many orders, here, at the desk or over HTTP."""

from typing import Annotated

import typer

from starter.cli.options import Json, Language

jobs = typer.Typer(name="jobs", help="What was begun with many orders at once.", no_args_is_help=True)

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="The job's id, as `jobs list` shows it.")]


@jobs.command("list")
def list_jobs(
    mine: Annotated[bool, typer.Option("--mine", help="Only those that you began with `bulk`.")] = False,
    limit: Annotated[int, typer.Option(help="So many at most.", min=1, max=200)] = 50,
    json: Json = False,
    language: Language = None,
) -> None:
    """List the jobs that were begun, the latest first."""
    from starter.cli import job_looking
    from starter.cli.running import run

    run(lambda: job_looking.listed(mine, limit, json))


@jobs.command()
def show(
    job: JobArgument,
    follow: Annotated[bool, typer.Option("--follow", help="Wait until it is done.")] = False,
    json: Json = False,
    language: Language = None,
) -> None:
    """Show how far a job is, order by order.

    Exit code 0: all were applied. 1: something was refused. 3: something still waits.
    """
    from starter.cli import job_looking
    from starter.cli.running import run

    run(lambda: job_looking.show(job, follow, json))


@jobs.command("stop-mails")
def stop_mails(job: JobArgument, json: Json = False, language: Language = None) -> None:
    """Keep the mails of a job from leaving: those that still wait, and those it would still cause."""
    from starter.cli import job_looking
    from starter.cli.running import run

    run(lambda: job_looking.stop_mails(job, json))


@jobs.command()
def again(job: JobArgument, json: Json = False, language: Language = None) -> None:
    """Try once more what a job was refused, as a job of its own. Exit codes as those of `show`."""
    from starter.cli import job_looking
    from starter.cli.running import run

    run(lambda: job_looking.again(job, json))
