"""The commands about who works here, and the audit of what they did."""

from typing import Annotated

import typer

from starter.cli.options import Json, Language

staff = typer.Typer(name="staff", help="Who works at the desk, and what they may do.", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="What they sign in with, such as anna.")]
Stores = Annotated[
    list[str] | None, typer.Option("--store", help="A store they work for; again for more. Else every store.")
]


@staff.command("list")
def list_staff(json: Json = False, language: Language = None) -> None:
    """Who works here, and after them who did."""
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.list_staff(json))


@staff.command()
def invite(
    name: Annotated[str, typer.Argument(metavar="NAME", help='Their name, such as "Anna de Vries".')],
    role: Annotated[str, typer.Option(help="viewer, packer, support, manager or admin.")] = "packer",
    account: Annotated[
        str | None, typer.Option(help="What they sign in with; else their first name in small letters.")
    ] = None,
    store: Stores = None,
    speaks: Annotated[str, typer.Option(metavar="en|nl", help="The language of their desk.")] = "nl",
    json: Json = False,
    language: Language = None,
) -> None:
    """Make an account, and a link to choose its password with. The link is shown once.

    It is good for three days; for the very first account, one hour.
    """
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.invite(name, role, account, store, speaks, json))


@staff.command()
def role(
    account: IdArgument,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="viewer, packer, support, manager or admin.")],
    json: Json = False,
    language: Language = None,
) -> None:
    """Change what somebody may do. They are signed out, and sign in again with the new role."""
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.change_role(account, role, json))


@staff.command("stores")
def change_stores(
    account: IdArgument, store: Stores = None, json: Json = False, language: Language = None
) -> None:
    """Change which stores somebody works for. Without --store: every store."""
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.change_stores(account, store, json))


@staff.command()
def disable(account: IdArgument, json: Json = False, language: Language = None) -> None:
    """Sign somebody out at once, and let them in no more."""
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.switch(account, disabled=True, as_json=json))


@staff.command()
def enable(account: IdArgument, json: Json = False, language: Language = None) -> None:
    """Let somebody in again, with the password they had."""
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.switch(account, disabled=False, as_json=json))


@staff.command()
def reset(
    account: IdArgument,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Their authenticator app is lost too.")
    ] = False,
    json: Json = False,
    language: Language = None,
) -> None:
    """A new link, for who lost their password. It is shown once; until it is used all stays as it is."""
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.reset(account, second_factor, json))


@staff.command("sign-out")
def sign_out(account: IdArgument, json: Json = False, language: Language = None) -> None:
    """End every session of somebody at once."""
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.sign_out(account, json))


@staff.command("second-factor")
def second_factor(
    required: Annotated[bool, typer.Option("--required/--not-required", help="Whether everybody needs one.")],
    json: Json = False,
    language: Language = None,
) -> None:
    """Whether everybody needs a second factor. Who has none sets one up at the next sign-in."""
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.require_second_factor(required, json))


def audit(
    person: Annotated[
        str | None, typer.Option(metavar="ACTOR", help="Only what staff:anna did, and what was done to them.")
    ] = None,
    before: Annotated[int | None, typer.Option(min=1, help="The page before this entry.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many entries.")] = 50,
    json: Json = False,
    language: Language = None,
) -> None:
    """Who signed in, who was refused, and who changed what; newest first."""
    from starter.cli import staffing
    from starter.cli.running import run

    run(lambda: staffing.read_audit(person, before, limit, json))
