"""What the checker reads and what it says: the books by order, and the findings of a verdict."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from torture.book import read

CLASSES: Final = ("lost", "doubled", "stuck", "wrong money", "unexplained")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was promised."""

    kind: str
    subject: str
    sentence: str


@dataclass
class Verdict:
    """What became of everything. `counted` says how much of it there was."""

    findings: list[Finding] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    unknown_mails: list[str] = field(default_factory=list)
    """Mails of which nobody can say whether they arrived, each on the attention list."""

    @property
    def is_clean(self) -> bool:
        return not self.findings

    def number(self, kind: str) -> int:
        return sum(finding.kind == kind for finding in self.findings)


class Books:
    """Everything that was written down, by order."""

    def __init__(self, folder: Path) -> None:
        self.stories: dict[str, Row] = {}
        self.placed: dict[str, list[Row]] = defaultdict(list)
        self.commands: dict[str, list[Row]] = defaultdict(list)
        self.played: set[str] = set()
        self.bad_answers: list[Row] = []
        self.jobs: dict[str, list[Row]] = defaultdict(list)
        self.invoices: dict[str, list[Row]] = defaultdict(list)
        self.words: dict[tuple[str, str], list[Row]] = defaultdict(list)
        """What was said of each mail, by its order and its key."""
        for line in read(folder / "client.jsonl"):
            match line["act"]:
                case "story":
                    self.stories[line["order_id"]] = line
                case "placed":
                    self.placed[line["order_id"]].append(line)
                case "command":
                    self.commands[line["order_id"]].append(line)
                case "played":
                    self.played.add(line["order_id"])
                case "bad answer":
                    self.bad_answers.append(line)
                case "job":
                    self.jobs[line["job_id"]].append(line)
                case "invoice":
                    self.invoices[line["order_id"]].append(line)
                case "word":
                    self.words[line["order_id"], line["mail_key"]].append(line)
        self.payments: dict[str, list[Row]] = defaultdict(list)
        for line in read(folder / "payments.jsonl"):
            self.payments[line["order_id"]].append(line)
        self.taken = [line for line in read(folder / "smtp.jsonl") if line.get("taken")]
        self.rows: dict[str, list[Row]] = defaultdict(list)
        for line in read(folder / "dump.jsonl"):
            self.rows[line["row"]].append(line)

    def of(self, kind: str, order_id: str) -> list[Row]:
        if not hasattr(self, "_by_order"):
            self._by_order: dict[tuple[str, str], list[Row]] = defaultdict(list)
            for name, rows in self.rows.items():
                for row in rows:
                    self._by_order[name, str(row.get("order_id"))].append(row)
        return self._by_order[kind, order_id]
