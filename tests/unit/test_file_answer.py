"""Files as answers: which part of one is asked for, and under which name it is saved."""

import email.message
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.files import FilesFolder, OpenFile
from desk.file_answer import Part, content_disposition, file_headers, part_of
from starter.http.languages import wanted_language


@pytest.fixture
def file(tmp_path: Path) -> Iterator[OpenFile]:
    """A file of 1,000 bytes."""
    (tmp_path / "book").write_bytes(bytes(1000))
    opened = FilesFolder(tmp_path).open("book")
    assert opened is not None
    with opened:
        yield opened


@pytest.mark.parametrize(
    ("range_header", "part"),
    [
        ("bytes=0-", Part(0, 1000, whole=False)),
        ("bytes=0-0", Part(0, 1, whole=False)),
        ("bytes=500-", Part(500, 500, whole=False)),
        ("bytes=500-599", Part(500, 100, whole=False)),
        ("bytes=999-5000", Part(999, 1, whole=False)),
        ("bytes=-100", Part(900, 100, whole=False)),
        ("bytes=-5000", Part(0, 1000, whole=False)),
        ("BYTES = 1 - 2 ", Part(1, 2, whole=False)),
        ("bytes=1000-", None),
        ("bytes=99999999999-", None),
        ("bytes=-0", None),
    ],
)
def test_one_range_is_served_as_it_is_asked(file: OpenFile, range_header: str, part: Part | None) -> None:
    assert part_of(file, range_header, None) == part


@pytest.mark.parametrize(
    "range_header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=0-1,5-6",
        "items=0-1",
        "bytes=a-b",
        "bytes=٣-",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_a_range_that_cannot_be_read_asks_for_the_whole_file(file: OpenFile, range_header: str) -> None:
    assert part_of(file, range_header, None) == Part(0, 1000, whole=True)


def test_a_range_of_another_state_of_the_file_asks_for_the_whole_file(file: OpenFile) -> None:
    rest = Part(500, 500, whole=False)

    assert part_of(file, "bytes=500-", file.entity_tag) == rest
    assert part_of(file, "bytes=500-", file.modified) == rest
    assert part_of(file, "bytes=500-", f"W/{file.entity_tag}") == Part(0, 1000, whole=True)
    assert part_of(file, "bytes=500-", '"another"') == Part(0, 1000, whole=True)


def test_of_an_empty_file_there_is_no_range(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    opened = FilesFolder(tmp_path).open("empty")
    assert opened is not None

    with opened as file:
        assert part_of(file, None, None) == Part(0, 0, whole=True)
        assert part_of(file, "bytes=0-", None) is None


def test_a_file_that_changes_has_another_tag(tmp_path: Path) -> None:
    def tag() -> str:
        opened = FilesFolder(tmp_path).open("book")
        assert opened is not None
        with opened:
            return opened.entity_tag

    (tmp_path / "book").write_bytes(b"first edition")
    first = tag()
    (tmp_path / "other").write_bytes(b"2nd edition..")
    (tmp_path / "other").rename(tmp_path / "book")

    assert tag() != first


@given(st.text(min_size=1, max_size=80))
def test_whatever_a_file_is_called_the_header_keeps_its_shape_and_the_name_arrives(name: str) -> None:
    header = content_disposition(name)

    parsed = re.fullmatch(
        r"attachment; filename=\"([A-Za-z0-9 ._()+-]+)\"; filename\*=UTF-8''([!-~]+)", header
    )
    assert parsed is not None
    assert unquote(parsed[2]) == name.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("ebook-1.epub", "ebook-1.epub"),
        ("Café à Zürich.pdf", "Cafe a Zurich.pdf"),
        ('a"; filename="evil.exe', "a__ filename__evil.exe"),
        ("x\r\nSet-Cookie: a=b", "x__Set-Cookie_ a_b"),
        ("日本", "download"),
        ("..", "download"),
    ],
)
def test_old_programs_get_a_plain_name(name: str, plain: str) -> None:
    message = email.message.Message()
    message["Content-Disposition"] = content_disposition(name)

    assert f'filename="{plain}"' in content_disposition(name)
    assert message.keys() == ["Content-Disposition"]


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.svg", "a.xhtml", "a.xml", "a.HTML", "a.unknown", "a"])
def test_a_file_that_a_browser_could_run_is_just_bytes(file: OpenFile, name: str) -> None:
    headers = file_headers(file, name, Part(0, 1000, whole=True))

    assert headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("de,fr;q=0.9", "en"),
        ("de, nl;q=0.5, en;q=0.4", "nl"),
        ("en;q=0.1, nl;q=0.2", "nl"),
        ("nl;q=0", "en"),
        ("", "en"),
        ("nl;q=lots,;;,=,", "en"),
        ("NL", "nl"),
    ],
)
def test_the_language_is_the_one_the_browser_prefers_of_ours(header: str, language: str) -> None:
    assert wanted_language(header) == language
