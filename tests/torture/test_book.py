"""The judge's book and its looks at processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from torture import processes
from torture.book import Book, Reader, read


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process with a child of its own, both asleep; its first line of output says the child's id."""
    script = "sleep 60 & echo $!; wait"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as process:
        yield process
        for pid in [process.pid, *processes.descendants(process.pid)]:
            processes.kill(pid)


def test_what_was_written_is_read_back_in_order(tmp_path: Path) -> None:
    with Book(tmp_path / "book") as book:
        book.write(number=1, text="één\nregel")
        book.write(number=2, text="\u2028 \x00")

    assert list(read(tmp_path / "book")) == [
        {"number": 1, "text": "één\nregel"},
        {"number": 2, "text": "\u2028 \x00"},
    ]


def test_a_line_can_be_read_as_soon_as_it_was_written(tmp_path: Path) -> None:
    book = Book(tmp_path / "book", is_synced=True)
    book.write(number=1)

    assert list(read(tmp_path / "book")) == [{"number": 1}]

    book.close()


def test_a_torn_last_line_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "book").write_bytes(b'{"number":1}\n{"number":2}')

    assert list(read(tmp_path / "book")) == [{"number": 1}]


def test_a_torn_last_line_does_not_spoil_what_a_later_writer_adds(tmp_path: Path) -> None:
    (tmp_path / "book").write_bytes(b'{"number":1}\n{"numb')
    with Book(tmp_path / "book") as book:
        book.write(number=3)

    assert list(read(tmp_path / "book")) == [{"number": 1}, {"number": 3}]


@pytest.mark.parametrize("line", [b'{"numb\n', b"[1]\n"])
def test_a_damaged_line_in_the_middle_is_told_and_not_skipped(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "book").write_bytes(line + b'{"number":2}\n')

    with pytest.raises(ValueError, match="line 1"):
        list(read(tmp_path / "book"))


def test_of_a_line_that_fits_in_part_nothing_is_kept(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys; from torture.book import Book\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); book = Book(sys.argv[1]); book.write(number=1)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))\n"
        "try: book.write(text='x' * 100)\n"
        "except OSError: book.write(number=2)\n"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "book"], check=True)

    assert list(read(tmp_path / "book")) == [{"number": 1}, {"number": 2}]


def test_who_follows_a_book_reads_each_line_once_and_when_it_is_whole(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "book")
    before = reader.read_on()
    (tmp_path / "book").write_bytes(b'{"number":1}\n{"numb')
    first = reader.read_on()
    with (tmp_path / "book").open("ab") as book:
        book.write(b'er":2}\n')

    assert (before, first) == ([], [{"number": 1}])
    assert reader.read_on() == [{"number": 2}]
    assert reader.read_on() == []
    assert reader.lines == [{"number": 1}, {"number": 2}]


def test_a_frozen_process_stands_still_and_goes_on_when_thawed(sleeper: subprocess.Popen[bytes]) -> None:
    processes.freeze(sleeper.pid)
    os.waitid(os.P_PID, sleeper.pid, os.WSTOPPED)
    frozen = processes.state(sleeper.pid)
    processes.thaw(sleeper.pid)
    os.waitid(os.P_PID, sleeper.pid, os.WCONTINUED)

    assert frozen == "T"
    assert processes.state(sleeper.pid) in ("R", "S")


def test_a_killed_process_is_seen_to_have_ended(sleeper: subprocess.Popen[bytes]) -> None:
    processes.freeze(sleeper.pid)
    was_running = processes.kill(sleeper.pid)
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)

    assert was_running
    assert not processes.is_running(sleeper.pid)
    assert not processes.kill(sleeper.pid)


def test_descendants_are_children_and_theirs(sleeper: subprocess.Popen[bytes]) -> None:
    assert sleeper.stdout is not None
    child = int(sleeper.stdout.readline())

    assert processes.descendants(sleeper.pid) == [child]
    assert sleeper.pid in processes.descendants(os.getpid())
    assert child in processes.descendants(os.getpid())
    processes.kill(child)


def test_memory_is_told_in_bytes_and_is_none_for_a_process_that_is_not_there() -> None:
    assert 5_000_000 < processes.rss(os.getpid()) < 5_000_000_000
    assert processes.rss(2**22 + 1) == 0
