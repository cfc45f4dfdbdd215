"""Options that several commands have."""

from pathlib import Path
from typing import Annotated, Any

import typer


def _speak(value: str | None) -> str | None:
    if value is not None:
        from starter.cli.talk import talk

        try:
            talk.speak(value)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    return value


Language = Annotated[
    str | None,
    typer.Option(
        "--language", callback=_speak, metavar="en|nl", help="Language; else as LC_ALL or LANG say."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Store = Annotated[str | None, typer.Option(help="The store; needed where two stores have this order id.")]
OrderIdArgument = Annotated[str, typer.Argument(metavar="ID", help="The order's id.")]
Home = Annotated[
    Path | None,
    typer.Option(help="Where the stack keeps everything; else PAKHUIS_HOME, else .pakhuis."),
]
Ports = Annotated[
    str | None,
    typer.Option(
        help="`auto` takes free ports, so that several stacks run side by side; else the usual ones.",
        metavar="auto",
    ),
]


def named(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}
