"""The Python client of the HTTP API, for checkouts and scripts."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from urllib.parse import quote

import httpx

from orders.order import Order
from orders.store import Language
from orders.words import say
from starter.client_journal import Journal, keys_of

__all__ = ["FieldProblem", "Journal", "PakhuisClient", "PakhuisError", "PlacedOfMany", "PlacedOrder"]

Json = dict[str, Any]
MOST_AT_ONCE: Final = 1000
"""How many commands go into one request of `send_many`."""
_AWAY: Final = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 2.0


class FieldProblem(NamedTuple):
    """What is wrong with one field; `field` is its path, its parts joined by dots."""

    field: str
    problem: str


class PakhuisError(Exception):
    """A no from Pakhuis, or no answer at all. Its text is a sentence for people.

    `type` is stable (`urn:pakhuis:door.invalid`), `status` the HTTP status (None: no answer came), `fields`
    what was wrong where. A refused command has its `command_id` and the `order` as it stands.
    """

    def __init__(
        self,
        type_: str,
        sentence: str,
        *,
        status: int | None = None,
        fields: tuple[FieldProblem, ...] = (),
        request_id: str | None = None,
        command_id: str | None = None,
        order: Json | None = None,
    ) -> None:
        super().__init__(sentence)
        self.type = type_
        self.sentence = sentence
        self.status = status
        self.fields = fields
        self.request_id = request_id
        self.command_id = command_id
        self.order = order


@dataclass(frozen=True)
class PlacedOrder:
    """An order that is kept; `is_new` is false if this very order was kept before."""

    is_new: bool
    order: Json


@dataclass(frozen=True)
class PlacedOfMany:
    """What became of one order of an export: `status` 201 or 200 if it is kept, else refused for `detail`."""

    index: int
    order_id: str | None
    status: int
    detail: str
    warnings: tuple[str, ...]

    @property
    def is_kept(self) -> bool:
        return self.status in (HTTPStatus.OK, HTTPStatus.CREATED)


class PakhuisClient:
    """
    Places orders and gives commands over HTTP, as often as it takes: asking again changes nothing.

        async with PakhuisClient("https://orders.example.com", key) as pakhuis:
            placed = await pakhuis.place(order)  # a dict as the API has it, or an Order
            print(placed.order["links"]["customer_page"])
            await pakhuis.send("K8XTQ", "payment", status="paid", amount="63.95", event_id="evt_1")
            try:
                await pakhuis.send("K8XTQ", "packed", lines=[{"line_id": "1", "quantity": 2}])
            except PakhuisError as no:
                print(no.type, no.sentence, no.fields)
            async for row in pakhuis.orders(open=True, payment_status=["AWAITING_PAYMENT"]):
                print(row["number"], row["customer"])

    Where Pakhuis cannot be reached, or its database cannot, a request is repeated for `patience_seconds`,
    a command always under the same id; after that PakhuisError is raised. The same command asked again later
    goes on under that id, also in another process if the `journal` has a file.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        journal: Journal | None = None,
        language: Language = "en",
        patience_seconds: float = 15.0,
        timeout_seconds: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        # An empty journal counts as false.
        self._journal = Journal() if journal is None else journal
        self._language: Language = language
        self._patience_seconds = patience_seconds
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers={"Authorization": f"Bearer {key}", "Accept-Language": language},
            timeout=timeout_seconds,
            transport=transport,
            # Ours is a known address: a proxy of the environment is for others.
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def place(self, order: Mapping[str, Any] | Order) -> PlacedOrder:
        """Place an order of Pakhuis' own format. Raises PakhuisError."""
        if isinstance(order, Order):
            order = order.model_dump(mode="json", exclude_none=True)
        answer = await self._ask("POST", "/v1/orders", json=dict(order))
        return PlacedOrder(answer.status_code == HTTPStatus.CREATED, answer.json())

    async def place_ecwid(
        self, export: Mapping[str, Any] | Sequence[Any] | bytes, store: str = "default"
    ) -> list[PlacedOfMany]:
        """Place what an Ecwid store exported: one order, a list, or a search answer.

        Each of many is kept or refused by itself. Raises PakhuisError where there is but one, and it is
        refused, or where the whole cannot be read.
        """
        raw = export if isinstance(export, bytes) else json.dumps(export).encode()
        headers = {"Content-Type": "application/json"}
        query = {"format": "ecwid", "store": store}
        answer = await self._ask("POST", "/v1/orders", params=query, content=raw, headers=headers)
        body = answer.json()
        if answer.status_code == HTTPStatus.MULTI_STATUS:
            return [PlacedOfMany(**{**row, "warnings": tuple(row["warnings"])}) for row in body["orders"]]
        warned = tuple(each["text"] for each in body["timeline"] if each["kind"] == "warning")
        return [PlacedOfMany(0, body["order_id"], answer.status_code, "", warned)]

    async def order(self, order_id: str, *, store: str | None = None) -> Json:
        """One order as it stands. Raises PakhuisError, with status 404 for one nobody has placed."""
        answer = await self._ask("GET", f"/v1/orders/{_quoted(order_id)}", params=_given(store=store))
        return _object(answer)

    async def orders(self, **filters: Any) -> AsyncIterator[Json]:
        """Every order that fits, newest first, page by page; filters as `GET /v1/orders` has them."""
        cursor: str | None = None
        while True:
            query = _given(**filters, **({"cursor": cursor} if cursor else {}))
            page = _object(await self._ask("GET", "/v1/orders", params=query))
            for row in page["orders"]:
                yield row
            cursor = page["next"]
            if cursor is None:
                return

    async def send(
        self,
        order_id: str,
        type: str,
        *,
        store: str | None = None,
        command_id: str | None = None,
        undo_seconds: int | None = None,
        **fields: Any,
    ) -> Json:
        """Give an order a command; the answer has `outcome` (applied, repeated or pending), `text`, `order`.
        For `undo_seconds` the mails it causes to the customer wait, and `mail_stop` takes them back.

        Raises PakhuisError for one that is refused (status 409), and where no answer came.
        """
        command = {"type": type, **fields}
        keys = [] if command_id is not None else keys_of([{"order_id": order_id, "store": store, **command}])
        body = {**command, "command_id": command_id or self._journal.ids_for(keys)[0]}
        path = f"/v1/orders/{_quoted(order_id)}/commands"
        try:
            params = _given(store=store, undo_seconds=undo_seconds)
            answer = await self._ask("POST", path, params=params, json=body)
        except PakhuisError as error:
            if _is_answer(error):
                self._journal.answered(keys)
            raise
        self._journal.answered(keys)
        return _object(answer)

    async def send_many(self, commands: Sequence[Mapping[str, Any]]) -> list[Json]:
        """Give many commands, each `{"order_id": …, "type": …, …}`; a result for each, in their order.

        Commands of one order keep their sequence. A result has `status` (200, 202, 409 …), `outcome`,
        `command_id` and `text`; none of them raises. PakhuisError where no answer came, or the whole was
        refused; asked again, it goes on where it stopped.
        """
        results: list[Json] = []
        for start in range(0, len(commands), MOST_AT_ONCE):
            rows = [dict(command) for command in commands[start : start + MOST_AT_ONCE]]
            nameless = [row for row in rows if row.get("command_id") is None]
            keys = keys_of(nameless)
            for row, command_id in zip(nameless, self._journal.ids_for(keys), strict=True):
                row["command_id"] = command_id
            try:
                answer = await self._ask("POST", "/v1/commands", json={"commands": rows})
            except PakhuisError as error:
                if _is_answer(error):
                    self._journal.answered(keys)
                raise
            found = _object(answer)["results"]
            undone = {rows[each["index"]]["command_id"] for each in found if each["status"] in _AWAY}
            done = [key for key, row in zip(keys, nameless, strict=True) if row["command_id"] not in undone]
            self._journal.answered(done)
            results += [{**each, "index": start + each["index"]} for each in found]
        return results

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Ask until an answer comes or our patience ends. Raises PakhuisError for a no and for silence."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience_seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            error: PakhuisError
            try:
                answer = await self._http.request(method, path, **request)
            except httpx.TransportError as silence:
                why = str(silence) or type(silence).__name__
                sentence = say(self._language, "cli.client.unreachable", why=why)
                error = PakhuisError("urn:pakhuis:client.unreachable", sentence)
            else:
                if answer.is_success:
                    return answer
                error = self._error(answer)
                if answer.status_code not in _AWAY:
                    raise error
                pause = max(pause, _retry_after(answer))
            if loop.time() + pause > deadline:
                raise error
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _error(self, answer: httpx.Response) -> PakhuisError:
        try:
            body = _object(answer)
            return PakhuisError(
                str(body["type"]),
                str(body["detail"]),
                status=answer.status_code,
                fields=tuple(FieldProblem(each["field"], each["problem"]) for each in body.get("errors", ())),
                request_id=body.get("request_id"),
                command_id=body.get("command_id"),
                order=body.get("order"),
            )
        except (ValueError, KeyError, TypeError):
            status = answer.status_code
            sentence = say(self._language, "cli.client.unreadable", status=status)
            return PakhuisError("urn:pakhuis:client.unreadable", sentence, status=status)


def _is_answer(error: PakhuisError) -> bool:
    """Whether Pakhuis has spoken on this request, so that asking the same again is a new wish."""
    return error.status is not None and error.status < HTTPStatus.INTERNAL_SERVER_ERROR


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _object(answer: httpx.Response) -> Json:
    body = answer.json()
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


def _retry_after(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), _LONGEST_PAUSE_SECONDS) if text.isdecimal() else 0.0


def _quoted(order_id: str) -> str:
    return quote(order_id, safe="")
