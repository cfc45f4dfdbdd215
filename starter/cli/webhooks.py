"""The commands about what payment providers sign their webhooks with."""

from typing import Annotated

import typer

from starter.cli.options import Json, Language

webhooks = typer.Typer(
    name="webhooks",
    help="The secrets that payment providers sign their webhooks with.",
    no_args_is_help=True,
)


@webhooks.command("add")
def add(
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="Whose webhooks, such as standard.")],
    store: Annotated[str, typer.Option(help="The store it speaks for.")] = "default",
    secret_file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Where the provider's own secret is; `-` for standard input."),
    ] = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """Let a provider sign with one secret more. A new one is made, and shown once, unless a file has it."""
    from starter.cli import webhook_secrets
    from starter.cli.running import run

    run(lambda: webhook_secrets.add(provider, store, secret_file, json))


@webhooks.command("list")
def list_(json: Json = False, language: Language = None) -> None:
    """Which secrets there are. They themselves are not shown."""
    from starter.cli import webhook_secrets
    from starter.cli.running import run

    run(lambda: webhook_secrets.list_(json))


@webhooks.command("end")
def end(
    secret_id: Annotated[str, typer.Argument(metavar="ID", help="As `webhooks list` calls it.")],
    json: Json = False,
    language: Language = None,
) -> None:
    """End a secret, within 5 seconds."""
    from starter.cli import webhook_secrets
    from starter.cli.running import run

    run(lambda: webhook_secrets.end(secret_id, json))
