"""The commands about the devices that staff are told on."""

from typing import Annotated

import typer

from starter.cli.options import Json, Language

push = typer.Typer(name="push", help="The devices that staff are told of orders on.", no_args_is_help=True)

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="What they sign in with, such as anna.")]


@push.command("list")
def list_devices(json: Json = False, language: Language = None) -> None:
    """Every device that is told, and whether it can be reached. They are turned on at the desk."""
    from starter.cli import pushing
    from starter.cli.running import run

    run(lambda: pushing.list_devices(json))


@push.command("test")
def try_out(account: Account, json: Json = False, language: Language = None) -> None:
    """Send a notice to every device of somebody, to see whether it arrives."""
    from starter.cli import pushing
    from starter.cli.running import run

    run(lambda: pushing.try_out(account, json))


@push.command("end")
def end(
    account: Account,
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="As `push list` calls it.")],
    json: Json = False,
    language: Language = None,
) -> None:
    """Tell a device nothing any more, such as one that was lost."""
    from starter.cli import pushing
    from starter.cli.running import run

    run(lambda: pushing.end(account, device, json))
