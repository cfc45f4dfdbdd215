"""What the desk can, the API and the command line can too: one table of every route of the desk."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import typer

from desk.staff.access import ACCESS
from starter.cli import app
from tests.unit.test_openapi import openapi, operations

__all__ = ["openapi"]  # A fixture: what the API can, as it says itself.


class Elsewhere(NamedTuple):
    """How the same is done without a browser."""

    call: str
    command: str


ORDER: Final = "/v1/orders/{order_id}"
JOB: Final = "/v1/bulk/{job_id}"
STORE: Final = "/v1/stores/{store}"
STAFF: Final = "/v1/staff/{staff_id}"

LISTED: Final = Elsewhere("GET /v1/orders", "list")
SHOWN: Final = Elsewhere(f"GET {ORDER}", "show")
GIVEN: Final = Elsewhere(f"POST {ORDER}/commands", "send")
CLAIMED: Final = Elsewhere(f"POST {ORDER}/claim", "claim")
BEGUN: Final = Elsewhere("POST /v1/bulk", "bulk")
FOLLOWED: Final = Elsewhere(f"GET {JOB}", "jobs show")
READ: Final = Elsewhere(f"GET {STORE}/settings", "stores show")
KEPT: Final = Elsewhere(f"PUT {STORE}/settings", "stores set")
PREVIEWED: Final = Elsewhere(f"POST {ORDER}/preview", "send")
MAILED: Final = Elsewhere(f"GET {STORE}/mails/{{kind}}", "stores mail")
SENT: Final = Elsewhere(f"GET {ORDER}/mails/{{mail_key}}", "mail")
ATTENTION: Final = Elsewhere("GET /v1/attention", "attention")
PEOPLE: Final = Elsewhere("GET /v1/staff", "staff list")

TABLE: Final = {
    "GET /desk/orders": LISTED,
    "GET /desk/orders/views": LISTED,
    "GET /desk/orders/{store}/{order_id}/row": SHOWN,
    "GET /desk/orders/{store}/{order_id}": SHOWN,
    "GET /desk/orders/{store}/{order_id}/parts": SHOWN,
    "GET /desk/orders/{store}/{order_id}/customer-page": Elsewhere(f"GET {ORDER}", "link"),
    "POST /desk/orders/{store}/{order_id}/customer-page": Elsewhere(f"DELETE {ORDER}/page-link", "link"),
    "POST /desk/orders/{store}/{order_id}/commands": GIVEN,
    "GET /desk/orders/{store}/{order_id}/steps/{type_}": GIVEN,
    "GET /desk/orders/{store}/{order_id}/preview": PREVIEWED,
    "GET /desk/orders/{store}/{order_id}/preview/frame": PREVIEWED,
    "POST /desk/orders/{store}/{order_id}/notes": Elsewhere(f"POST {ORDER}/notes", "note"),
    "POST /desk/orders/{store}/{order_id}/notes/{note_id}": Elsewhere(
        f"PATCH {ORDER}/notes/{{note_id}}", "note"
    ),
    "POST /desk/orders/{store}/{order_id}/claim": CLAIMED,
    "POST /desk/orders/{store}/{order_id}/claim/release": Elsewhere(f"DELETE {ORDER}/claim", "claim"),
    "GET /desk/orders/{store}/{order_id}/mails/{number}": SENT,
    "GET /desk/orders/{store}/{order_id}/mails/{number}/frame": SENT,
    "POST /desk/orders/{store}/{order_id}/mails/{mail_key}/stop": GIVEN,
    "GET /desk/attention": ATTENTION,
    "GET /desk/attention/entries": ATTENTION,
    "POST /desk/low-stock/{store}/there-again": Elsewhere("DELETE /v1/low-stock", "low-stock"),
    "GET /desk/counter": Elsewhere("POST /v1/pickups", "counter"),
    "POST /desk/counter": Elsewhere("POST /v1/pickups", "counter"),
    "GET /desk/counter/{store}/{order_id}": SHOWN,
    "POST /desk/counter/{store}/{order_id}": GIVEN,
    "GET /desk/pick": Elsewhere("GET /v1/pick-list", "pick-list"),
    "POST /desk/pick/take": CLAIMED,
    "POST /desk/pick/done": GIVEN,
    "GET /desk/pack": LISTED,
    "GET /desk/pack/{store}/{order_id}": SHOWN,
    "GET /desk/pack/{store}/{order_id}/claim": CLAIMED,
    "POST /desk/pack/{store}/{order_id}/steps": GIVEN,
    "GET /desk/bulk": Elsewhere("GET /v1/bulk", "jobs list"),
    "POST /desk/bulk": BEGUN,
    "POST /desk/bulk/list": BEGUN,
    "GET /desk/bulk/{job_id}": FOLLOWED,
    "GET /desk/bulk/{job_id}/progress": FOLLOWED,
    "POST /desk/bulk/{job_id}/plan": BEGUN,
    "POST /desk/bulk/{job_id}/start": BEGUN,
    "POST /desk/bulk/{job_id}/stop-mails": Elsewhere(f"POST {JOB}/stop-mails", "jobs stop-mails"),
    "POST /desk/bulk/{job_id}/again": Elsewhere(f"POST {JOB}/again", "jobs again"),
    "GET /desk/papers/{kind}": Elsewhere("POST /v1/papers", "papers"),
    "POST /desk/papers/invoice": Elsewhere("POST /v1/papers", "papers"),
    "GET /desk/staff": PEOPLE,
    "POST /desk/staff": Elsewhere("POST /v1/staff", "staff invite"),
    "POST /desk/staff/policy": Elsewhere("PUT /v1/staff-policy", "staff second-factor"),
    "GET /desk/staff/{staff_id}": PEOPLE,
    "POST /desk/staff/{staff_id}": Elsewhere(f"PATCH {STAFF}", "staff role"),
    "POST /desk/staff/{staff_id}/disabled": Elsewhere(f"PATCH {STAFF}", "staff disable"),
    "POST /desk/staff/{staff_id}/link": Elsewhere(f"POST {STAFF}/links", "staff reset"),
    "POST /desk/staff/{staff_id}/sign-out": Elsewhere(f"DELETE {STAFF}/sessions", "staff sign-out"),
    "GET /desk/audit": Elsewhere("GET /v1/audit", "audit"),
    "GET /desk/settings": Elsewhere("GET /v1/stores", "stores list"),
    "POST /desk/settings": KEPT,
    "GET /desk/settings/{store}": READ,
    "GET /desk/settings/{store}/parts/{part}": READ,
    "POST /desk/settings/{store}/parts/{part}": KEPT,
    "GET /desk/settings/{store}/places/{number}": READ,
    "POST /desk/settings/{store}/places/{number}": KEPT,
    "POST /desk/settings/{store}/places/{number}/removed": KEPT,
    "GET /desk/settings/{store}/mails": MAILED,
    "GET /desk/settings/{store}/mails/{kind}": MAILED,
    "GET /desk/settings/{store}/mails/{kind}/frame": MAILED,
    "GET /desk/settings/{store}/logo": Elsewhere(f"GET {STORE}/logo", "stores logo"),
    "POST /desk/settings/{store}/logo": Elsewhere(f"PUT {STORE}/logo", "stores logo"),
    "POST /desk/settings/{store}/logo/removed": Elsewhere(f"DELETE {STORE}/logo", "stores logo"),
    "GET /desk/push": Elsewhere(f"GET {STAFF}/devices", "push list"),
    "POST /desk/push/devices/{device_id}/removed": Elsewhere(
        f"DELETE {STAFF}/devices/{{device_id}}", "push end"
    ),
    "POST /desk/push/devices/{device_id}/test": Elsewhere(f"POST {STAFF}/device-tests", "push test"),
}

OF_A_BROWSER: Final = {
    "a session is signed in to by a person; a program has its key": {
        "GET /desk/sign-in",
        "POST /desk/sign-in",
        "GET /desk/sign-in/code",
        "POST /desk/sign-in/code",
        "GET /desk/sign-in/second-factor",
        "POST /desk/sign-in/second-factor",
        "GET /desk/welcome/{token}",
        "POST /desk/welcome/{token}",
        "POST /desk/sign-out",
    },
    "one's own password, second factor and language are nobody else's": {
        "GET /desk/account",
        "POST /desk/account/password",
        "POST /desk/account/language",
        "GET /desk/account/second-factor",
        "POST /desk/account/second-factor",
        "POST /desk/account/second-factor/off",
        "POST /desk/account/recovery-codes",
        "POST /desk/account/sessions",
    },
    "only a browser can be told of by its push service, and only it shows notices": {
        "GET /desk/push/worker.js",
        "POST /desk/push/devices",
    },
    "what pages are made of": {
        "GET /desk/static/{fingerprint}/{name:path}",
        "POST /desk/csp",
        "GET /desk/nav",
        "GET /desk/live",
        "GET /desk",
    },
    "ticks and scans on the way to a command that names lines and units itself": {
        "POST /desk/pick/checks",
        "POST /desk/pack/{store}/{order_id}/scans",
        "POST /desk/pack/{store}/{order_id}/counts",
    },
}


def commands(of: typer.Typer, before: str = "") -> Iterator[str]:
    """The names of all commands, such as `jobs list`."""
    for command in of.registered_commands:
        name = command.name or getattr(command.callback, "__name__", "").replace("_", "-")
        yield before + name
    for group in of.registered_groups:
        assert group.typer_instance is not None
        yield from commands(group.typer_instance, f"{before}{group.name} ")


def test_each_route_of_the_desk_is_done_elsewhere_too_or_says_why_only_a_browser_can() -> None:
    browser = [route for routes in OF_A_BROWSER.values() for route in routes]

    assert {f"{method} {path}" for method, path in ACCESS} == {*TABLE, *browser}
    assert len(TABLE) + len(browser) == len(ACCESS)


def test_every_call_of_the_table_is_one_of_the_api(openapi: dict[str, Any]) -> None:
    known = {f"{method.upper()} {path}" for path, method, _ in operations(openapi)}

    assert {each.call for each in TABLE.values()} - known == set()


def test_every_command_of_the_table_is_one_of_the_command_line() -> None:
    assert {each.command for each in TABLE.values()} - set(commands(app)) == set()
