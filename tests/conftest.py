"""What every test may ask for, and in which order they run."""

import pytest

pytest_plugins = [
    "tests.fixtures_servers",
    "tests.fixtures_house",
    "tests.fixtures_parts",
    "tests.fixtures_pages",
    "tests.fixtures_pushing",
    "tests.fixtures_settings",
    "tests.fixtures_sign_in",
    "tests.fixtures_logs",
]

SHORTEST_LAST = ("torture", "bad_input", "browser", "flow", "integration", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders of long tests first: where several processes share the work, none is left alone at the end."""
    items.sort(key=lambda item: _place(item.path.parent.name))


def _place(folder: str) -> int:
    return SHORTEST_LAST.index(folder) if folder in SHORTEST_LAST else 0
