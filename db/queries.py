"""Named queries: SQL lives in .sql files, each query under a `-- name --` line."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- ([a-z_]+) --$", re.MULTILINE)


@cache
def load(room: str) -> Mapping[str, str]:
    """The queries of db/sql/<room>.sql by name."""
    text = files("db").joinpath("sql", f"{room}.sql").read_text("utf-8")
    parts = _NAME.split(text)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))
