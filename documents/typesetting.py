"""Typesetting: a template and its data become a PDF. Whatever the data says, it is data."""

import json
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import typst

from documents.fonts import FAMILIES, FOLDER
from documents.texts import breakable, is_substituted
from orders.logo import Logo

log = logging.getLogger("pakhuis.documents")
TEMPLATES: Final = Path(__file__).with_name("templates")
_COMMON: Final = "common.typ"


class CannotTypeset(Exception):
    """A paper that could not be made: a mistake of ours in a template, or a picture it cannot read."""


class Typesetter:
    """Makes PDFs from the templates. One at a time: what comes meanwhile waits its turn."""

    def __init__(self) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)]
        )
        self._compiler = typst.Compiler(font_paths=fonts)
        self._lock = threading.Lock()
        self._common = (TEMPLATES / _COMMON).read_bytes()

    def pdf(self, template: str, data: Mapping[str, Any], *, standard: str | None = None) -> bytes:
        """The paper of this template; the same data gives the same bytes. Raises CannotTypeset.

        Every string of the data is shown as it is, and none is read as markup. Bytes are pictures. A logo
        that cannot be read is left out: the goods must go on their way.
        """
        try:
            return self._pdf(template, data, standard)
        except CannotTypeset:
            plain = _without_logos(data)
            if plain == data:
                raise
            log.warning("a logo cannot be read; the paper was made without it", extra={"template": template})
            return self._pdf(template, plain, standard)

    def can_show(self, logo: Logo) -> bool:
        """Whether this picture can stand on every paper, an invoice among them."""
        data = {"title": "", "shop": {"name": "", "logo": logo_data(logo)}}
        try:
            self._pdf("logo.typ", data, "a-3b")
        except CannotTypeset:
            return False
        return True

    def _pdf(self, template: str, data: Mapping[str, Any], standard: str | None) -> bytes:
        sources = {"main.typ": (TEMPLATES / template).read_bytes(), _COMMON: self._common}
        inputs = {"data": json.dumps(_handed_over(data)), "fonts": json.dumps(FAMILIES)}
        with self._lock:
            try:
                made = self._compiler.compile(
                    cast(bytes, sources),  # Its stubs do not know files that are on no disk.
                    format="pdf",
                    sys_inputs=inputs,
                    pdf_standards=[standard] if standard else [],  # type: ignore[list-item]
                )
            except (typst.TypstError, RuntimeError) as error:
                raise CannotTypeset(template) from error
        assert isinstance(made, bytes)  # noqa: S101  # A PDF has all its pages in one.
        return made


def logo_data(logo: Logo | None) -> dict[str, object] | None:
    """A logo for a template, which has a name of its own for JPEG."""
    return (
        None if logo is None else {"kind": "jpg" if logo.kind == "jpeg" else "png", "content": logo.content}
    )


def has_substitutes(data: Any) -> bool:
    """Whether anywhere in the data a character stands for one that cannot be shown."""
    match data:
        case str():
            return is_substituted(data)
        case Mapping():
            return any(has_substitutes(value) for value in data.values())
        case list() | tuple():
            return any(has_substitutes(value) for value in data)
        case _:
            return False


def _without_logos(value: Any) -> Any:
    match value:
        case Mapping():
            return {name: None if name == "logo" else _without_logos(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_without_logos(inner) for inner in value]
        case _:
            return value


def _handed_over(value: Any) -> Any:
    match value:
        case bytes():
            return list(value)  # The one way that bytes reach a template without a file on disk.
        case str():
            return breakable(value)
        case Mapping():
            return {name: _handed_over(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_handed_over(inner) for inner in value]
        case _:
            return value
