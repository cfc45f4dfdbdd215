"""People over HTTP and on the command line."""

import asyncio
import json
import os
import sys
from typing import Any

import pytest

from tests.house import PUBLIC_URL, SECRET, House
from tests.people import a_session, an_account, is_signed_in, somebody


async def test_the_api_does_all_that_the_desk_can(house: House) -> None:
    account = an_account()
    ops = house.headers(house.ops)
    made = await house.http.post(
        "/v1/staff",
        json={"staff_id": account, "name": "Ria", "role": "viewer", "stores": ["default"]},
        headers=ops,
    )
    changed = await house.http.patch(
        f"/v1/staff/{account}", json={"role": "support", "stores": None, "disabled": True}, headers=ops
    )
    enabled = await house.http.patch(f"/v1/staff/{account}", json={"disabled": False}, headers=ops)
    link = await house.http.post(f"/v1/staff/{account}/links", json={"second_factor": True}, headers=ops)
    out = await house.http.delete(f"/v1/staff/{account}/sessions", headers=ops)
    policy = await house.http.put("/v1/staff-policy", json={"second_factor_required": False}, headers=ops)
    listed = await house.http.get("/v1/staff", headers=ops)
    read = await house.http.get("/v1/audit", params={"person": f"staff:{account}", "limit": 3}, headers=ops)

    assert (made.status_code, link.status_code, out.status_code, policy.status_code) == (201, 201, 204, 200)
    assert made.json()["link"].startswith(f"{PUBLIC_URL}/desk/welcome/")
    assert (changed.json()["role"], changed.json()["stores"]) == ("support", None)
    assert changed.json()["disabled_at"] is not None
    assert enabled.json()["disabled_at"] is None
    assert account in [each["staff_id"] for each in listed.json()["staff"]]
    assert [each["act"] for each in read.json()["entries"]] == [
        "session_ended",
        "staff_reset",
        "staff_enabled",
    ]
    assert read.json()["entries"][0]["actor"] == "ops:test"
    assert read.json()["next"] is not None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/staff"),
        ("POST", "/v1/staff"),
        ("PATCH", "/v1/staff/anna"),
        ("POST", "/v1/staff/anna/links"),
        ("DELETE", "/v1/staff/anna/sessions"),
        ("PUT", "/v1/staff-policy"),
        ("GET", "/v1/audit"),
    ],
)
async def test_only_a_key_of_ops_manages_people(house: House, method: str, path: str) -> None:
    for scope in (house.staff, house.checkout):
        answer = await house.http.request(method, path, json={}, headers=house.headers(scope))
        assert answer.status_code == 403
    assert (await house.http.request(method, path, json={})).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "owner"}, 422),
        ({"rank": "x"}, 422),
        ({"stores": []}, 422),
        ({"name": "a\u0000b"}, 422),
        ({"disabled": "perhaps"}, 422),
    ],
)
async def test_a_change_over_the_api_that_is_not_right_is_refused_with_its_field(
    house: House, body: dict[str, Any], status: int
) -> None:
    account = await somebody(house)
    answer = await house.http.patch(f"/v1/staff/{account}", json=body, headers=house.headers(house.ops))

    assert answer.status_code == status
    assert answer.json()["errors"][0]["field"].split(".")[0] == next(iter(body))


async def test_nobody_of_this_name_is_told_as_such(house: House) -> None:
    ops = house.headers(house.ops)
    answers = [
        await house.http.patch("/v1/staff/nobody-here", json={"role": "viewer"}, headers=ops),
        await house.http.post("/v1/staff/nobody-here/links", json={}, headers=ops),
        await house.http.delete("/v1/staff/nobody-here/sessions", headers=ops),
    ]

    assert [each.status_code for each in answers] == [404, 404, 404]
    assert answers[0].json()["type"] == "urn:pakhuis:account.error.not_found"


async def pakhuis(house: House, *words: str, language: str = "en") -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "starter.cli",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "LC_ALL": language,
            "PAKHUIS_DATABASE_URL": house.database_url,
            "PAKHUIS_SMTP_URL": "smtp://127.0.0.1:9",
            "PAKHUIS_SECRET_KEY": SECRET,
            "PAKHUIS_PUBLIC_URL": "https://shop.example",
            "PAKHUIS_FILES": str(house.settings.files),
        },
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode is not None
    assert "Traceback" not in err.decode()
    return process.returncode, out.decode(), err.decode()


async def test_the_command_line_does_all_that_the_desk_can(house: House) -> None:
    account = an_account()
    code, out, _ = await pakhuis(
        house, "staff", "invite", "Lies Bos", "--account", account, "--role", "manager", "--json"
    )
    made = json.loads(out)
    token = await a_session(house, account)
    ends = [
        (await pakhuis(house, *words))[0]
        for words in (
            ("staff", "role", account, "packer"),
            ("staff", "stores", account, "--store", "default"),
            ("staff", "disable", account),
            ("staff", "enable", account),
            ("staff", "sign-out", account),
            ("staff", "second-factor", "--not-required"),
        )
    ]
    reset = await pakhuis(house, "staff", "reset", account, "--second-factor")
    listed = json.loads((await pakhuis(house, "staff", "list", "--json"))[1])["staff"]
    read = json.loads((await pakhuis(house, "audit", "--person", f"staff:{account}", "--json"))[1])

    assert code == 0
    assert made["link"].startswith("https://shop.example/desk/welcome/")
    assert ends == [0] * 6
    assert not await is_signed_in(house, token)
    assert "https://shop.example/desk/welcome/" in reset[1]
    (member,) = [each for each in listed if each["staff_id"] == account]
    assert (member["role"], member["stores"], member["disabled_at"]) == ("packer", ["default"], None)
    assert [each["act"] for each in read["entries"]][-1] == "staff_invited"
    assert read["entries"][0]["actor"].startswith("cli:")


async def test_the_command_line_shows_people_and_audit_as_tables(house: House) -> None:
    account = await somebody(house)
    people, acts = await pakhuis(house, "staff", "list", language="nl"), await pakhuis(house, "audit")

    assert account in people[1]
    assert "Inpakker" in people[1]
    assert "staff_" in acts[1] or "settings_changed" in acts[1] or "policy_changed" in acts[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("staff", "role", "nobody-here", "packer"), "There is no account nobody-here here."),
        (("staff", "role", "nobody-here", "owner"), "There is no role owner. There are: viewer, packer"),
        (("staff", "invite", "!!!"), "No account's name can be made of !!!."),
        (("staff", "invite", "Anna", "--account", "Anna B"), "staff_id is not right"),
    ],
)
async def test_what_the_command_line_cannot_do_it_says_in_a_sentence(
    house: House, words: tuple[str, ...], said: str
) -> None:
    code, _, err = await pakhuis(house, *words)

    assert code == 1
    assert said in err
