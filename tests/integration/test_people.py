"""Managing who works here: from the desk, over the API and on the command line alike."""

import asyncio
import json
import os
import re
import sys
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from db import audit, sessions, staff
from db.audit import Act, Doer
from db.sessions import Stage
from orders.rights import Role
from orders.staff import LastAdmin, MemberChange, NewMember
from starter.staff import People
from tests.desk_visits import PASSWORD, at_the_desk
from tests.digital import fresh_database
from tests.house import PUBLIC_URL, SECRET, House

TESTER = Doer("cli:tester")


def an_account() -> str:
    return f"q{uuid.uuid4().hex[:10]}"


async def somebody(house: House, role: Role = Role.PACKER, stores: tuple[str, ...] | None = None) -> str:
    account = an_account()
    async with house.pool.acquire() as connection:
        await staff.make_ready(connection, account, "Bo", role, PASSWORD, stores=stores)
    return account


async def is_signed_in(house: House, token: str) -> bool:
    async with house.pool.acquire() as connection:
        return await sessions.find(connection, token) is not None


async def a_session(house: House, account: str) -> str:
    async with house.pool.acquire() as connection:
        return await sessions.open_session(connection, account, Stage.SIGNED, "a test", "10.0.0.1")


async def last_act(house: House, account: str) -> tuple[str, dict[str, Any]]:
    row = await house.pool.fetchrow(
        "SELECT act, facts FROM audit WHERE subject = $1 ORDER BY number DESC LIMIT 1", f"staff:{account}"
    )
    assert row is not None
    return row["act"], row["facts"]


async def test_an_admin_invites_somebody_who_then_works_here(house: House) -> None:
    account = an_account()
    async with at_the_desk(house) as admin:
        answer = await admin.post(
            "/desk/staff",
            data={
                "name": "Ünal <b>",
                "staff_id": account,
                "role": "packer",
                "every_store": "yes",
                "language": "nl",
            },
        )
    link = answer.text.split(f'value="{PUBLIC_URL}')[1].split('"')[0]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=house.app),
        base_url=PUBLIC_URL.replace("http:", "https:"),
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as newcomer:
        await newcomer.post(link, data={"password": PASSWORD, "repeat": PASSWORD})
        orders = await newcomer.get("/desk/orders")
        people = await newcomer.get("/desk/staff")

    assert answer.status_code == 200
    assert "Ünal &lt;b&gt;" in answer.text
    assert link.startswith("/desk/welcome/")
    assert (orders.status_code, people.status_code) == (200, 403)
    assert 'lang="nl"' in orders.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"staff_id": "Anna!"}, "The account must be"),
        ({"staff_id": ""}, "The account must be"),
        ({"name": ""}, "The name must be"),
        ({"name": "two\nlines"}, "The name must be"),
        ({"name": "x" * 81}, "The name must be"),
        ({"role": "owner"}, "Choose one of the roles"),
        ({"every_store": ""}, "Choose every store"),
        ({"language": "fr"}, "Choose one of the languages"),
    ],
)
async def test_an_invitation_that_is_not_right_says_which_field_and_keeps_the_rest(
    house: House, changed: dict[str, str], said: str
) -> None:
    fields = {
        "name": "Kees",
        "staff_id": an_account(),
        "role": "packer",
        "every_store": "yes",
        "language": "nl",
    }
    async with at_the_desk(house) as admin:
        answer = await admin.post("/desk/staff", data=fields | changed)

    assert answer.status_code == 422
    assert said in answer.text
    assert "name" in changed or 'value="Kees"' in answer.text


async def test_an_account_is_made_once(house: House) -> None:
    account = await somebody(house)
    async with at_the_desk(house) as admin:
        fields = {
            "name": "Kees",
            "staff_id": account,
            "role": "admin",
            "every_store": "yes",
            "language": "nl",
        }
        answer = await admin.post("/desk/staff", data=fields)

    assert answer.status_code == 422
    assert f"There is an account {account} already." in answer.text
    async with house.pool.acquire() as connection:
        assert (await staff.find(connection, account)).role is Role.PACKER


@pytest.mark.parametrize(
    ("fields", "goes_on"),
    [
        ({"role": "support", "every_store": "yes"}, False),
        ({"role": "packer", "stores": "default"}, False),
        ({"role": "packer", "every_store": "yes", "name": "Other", "language": "en"}, True),
    ],
)
async def test_a_change_of_rights_ends_their_sessions_and_another_change_does_not(
    house: House, fields: dict[str, str], goes_on: bool
) -> None:
    account = await somebody(house)
    token = await a_session(house, account)
    async with at_the_desk(house) as admin:
        answer = await admin.post(f"/desk/staff/{account}", data={"name": "Bo", "language": "nl", **fields})

    assert answer.status_code == 303
    assert await is_signed_in(house, token) is goes_on
    assert (await last_act(house, account))[0] == "staff_changed"


async def test_disabling_signs_out_at_once_and_ends_links_and_enabling_lets_in_again(house: House) -> None:
    account = await somebody(house)
    token = await a_session(house, account)
    async with house.pool.acquire() as connection:
        link = await staff.make_link(connection, account)
    async with at_the_desk(house) as admin:
        await admin.post(f"/desk/staff/{account}/disabled", data={"disabled": "yes"})
        shown = await admin.get(f"/desk/staff/{account}")
        out = await is_signed_in(house, token)
        await admin.post(f"/desk/staff/{account}/disabled", data={})
    async with house.pool.acquire() as connection:
        seen = await staff.see_link(connection, link.token)

    assert "Bo can no longer sign in." in shown.text
    assert not out
    assert seen is not None
    assert seen.state == "ended"
    assert (await last_act(house, account))[0] == "staff_enabled"


async def test_an_admin_makes_a_new_link_and_signs_somebody_out(house: House) -> None:
    account = await somebody(house)
    token = await a_session(house, account)
    async with at_the_desk(house) as admin:
        link = await admin.post(f"/desk/staff/{account}/link", data={"second_factor": "yes"})
        still = await is_signed_in(house, token)
        await admin.post(f"/desk/staff/{account}/sign-out")

    assert "/desk/welcome/" in link.text
    assert still
    assert not await is_signed_in(house, token)


async def test_the_page_of_nobody_is_not_there(house: House) -> None:
    async with at_the_desk(house) as admin:
        assert (await admin.get("/desk/staff/nobody-at-all")).status_code == 404


async def test_an_admin_of_some_stores_sees_and_makes_nobody_beyond_them(house: House) -> None:
    beyond, within = await somebody(house), await somebody(house, stores=("blue",))
    fields = {"name": "Kees", "role": "admin", "language": "nl"}
    async with at_the_desk(house, stores=("blue", "red")) as admin:
        listed = (await admin.get("/desk/staff")).text
        pages = [(await admin.get(f"/desk/staff/{each}")).status_code for each in (beyond, within)]
        refused = [
            await admin.post("/desk/staff", data=fields | {"staff_id": an_account(), "every_store": "yes"}),
            await admin.post("/desk/staff", data=fields | {"staff_id": an_account(), "stores": "default"}),
            await admin.post(f"/desk/staff/{within}", data=fields | {"every_store": "yes"}),
            await admin.post(f"/desk/staff/{beyond}/disabled", data={"disabled": "yes"}),
            await admin.post(f"/desk/staff/{beyond}/link"),
            await admin.post("/desk/staff/policy", data={"second_factor_required": "yes"}),
            await admin.get("/desk/audit"),
        ]
        made = await admin.post("/desk/staff", data=fields | {"staff_id": an_account(), "stores": "red"})

    assert within in listed
    assert beyond not in listed
    assert pages == [404, 200]
    assert [each.status_code for each in refused] == [403, 403, 403, 404, 404, 403, 403]
    assert made.status_code == 200


async def test_stores_are_called_by_their_names_and_by_their_ids_where_two_have_one_name(
    house: House,
) -> None:
    for store, name in (("azuur", "De Azuren Mok"), ("twin-1", "Tweeling"), ("twin-2", "Tweeling")):
        await house.open_store(store, look={"name": name})
    account = await somebody(house, stores=("azuur",))
    async with at_the_desk(house, Role.ADMIN) as admin:
        form = (await admin.get(f"/desk/staff/{account}")).text
        listed = (await admin.get("/desk/staff")).text

    assert re.search(r'value="azuur" checked><span><bdi>De Azuren Mok</bdi>', form)
    assert "<bdi>Tweeling (twin-1)</bdi>" in form
    assert re.search(rf"{account}.*?>De Azuren Mok<", listed, re.DOTALL)


async def test_the_policy_is_set_and_written_down(house: House) -> None:
    async with at_the_desk(house) as admin:
        await admin.post("/desk/staff/policy", data={"second_factor_required": "yes"})
        required = await house.pool.fetchval("SELECT second_factor_required FROM staff_policy")
        await admin.post("/desk/staff/policy", data={})

    assert required
    assert not await house.pool.fetchval("SELECT second_factor_required FROM staff_policy")
    rows = await house.pool.fetch(
        "SELECT facts FROM audit WHERE act = 'policy_changed' ORDER BY number DESC LIMIT 2"
    )
    assert [row["facts"] for row in rows] == [{"second_factor": 0}, {"second_factor": 1}]


async def test_the_audit_page_tells_what_happened_by_person_and_page_by_page(house: House) -> None:
    account = await somebody(house)
    async with house.pool.acquire() as connection:
        for number in range(60):
            await audit.add(
                connection, Doer(f"staff:{account}"), Act.SETTINGS_CHANGED, f"store-{number}", colour="<i>"
            )
        await audit.add(connection, TESTER, Act.STAFF_CHANGED, f"staff:{account}", role="support", stores="*")
    async with at_the_desk(house) as admin:
        first = (await admin.get("/desk/audit", params={"person": f"staff:{account}"})).text
        older = first.split('href="/desk/audit?person=')[1].split('"')[0].replace("&amp;", "&")
        second = (await admin.get(f"/desk/audit?person={older}")).text

    assert "Changed an account (role: support, stores: Every store)" in first
    assert "Changed settings (colour: &lt;i&gt;)" in first
    assert "store-59" in first
    assert "store-0<" not in first
    assert "store-0<" in second
    assert "store-59" not in second


async def test_the_audit_is_only_ever_added_to(house: House) -> None:
    async with house.pool.acquire() as connection:
        await audit.add(connection, TESTER, Act.SETTINGS_CHANGED)
        for change in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
            with pytest.raises(Exception, match="only added to"):
                await connection.execute(change)


# Where nobody else works: who is last, and who is first.


@pytest.fixture
async def empty(postgres_url: str) -> AsyncIterator[Any]:
    async with fresh_database(postgres_url) as pool:
        yield pool


async def test_the_last_admin_stays_one(empty: Any) -> None:
    people = People(empty, "https://shop.example/")
    async with empty.acquire() as connection:
        for account in ("ann", "ben"):
            await staff.make_ready(connection, account, account, Role.ADMIN, PASSWORD)
        await staff.add(connection, NewMember(staff_id="invited", name="Ida", role=Role.ADMIN))
    await people.change("ann", MemberChange(role=Role.VIEWER), TESTER)

    for change in (MemberChange(disabled=True), MemberChange(role=Role.MANAGER)):
        with pytest.raises(LastAdmin):
            await people.change("ben", change, TESTER)
    assert (await people.find("ben")).role is Role.ADMIN
    assert (await people.find("ben")).disabled_at is None


async def test_two_admins_who_step_down_at_once_cannot_both(empty: Any) -> None:
    people = People(empty, "https://shop.example")
    async with empty.acquire() as connection:
        for account in ("ann", "ben"):
            await staff.make_ready(connection, account, account, Role.ADMIN, PASSWORD)
    ends = await asyncio.gather(
        *(people.change(account, MemberChange(disabled=True), TESTER) for account in ("ann", "ben")),
        return_exceptions=True,
    )

    assert sorted(type(end).__name__ for end in ends) == ["LastAdmin", "Member"]


async def test_where_nobody_can_sign_in_the_first_admin_gets_a_link_for_an_hour(empty: Any) -> None:
    people = People(empty, "https://shop.example/")
    first = await people.first_admin(TESTER)
    again = await people.first_admin(TESTER)
    assert first is not None
    assert again is not None
    minutes = await empty.fetchval("SELECT extract(epoch FROM $1 - now()) / 60", again.ends_at)
    async with empty.acquire() as connection:
        old = await staff.see_link(connection, first.link.rsplit("/", 1)[1])
        await staff.use_link(connection, again.link.rsplit("/", 1)[1], "a hash")

    assert again.link.startswith("https://shop.example/desk/welcome/")
    assert (again.member.staff_id, again.member.role) == ("admin", Role.ADMIN)
    assert 55 < minutes <= 60
    assert old is not None
    assert old.state == "ended"
    assert await people.first_admin(TESTER) is None


async def test_of_two_who_use_a_link_at_once_one_wins(empty: Any) -> None:
    async with empty.acquire() as connection:
        await staff.add(connection, NewMember(staff_id="ann", name="Ann", role=Role.VIEWER))
        token = (await staff.make_link(connection, "ann")).token

    async def use(password_hash: str) -> str | None:
        async with empty.acquire() as connection:
            return await staff.use_link(connection, token, password_hash)

    used = await asyncio.gather(*(use(f"hash {number}") for number in range(8)))

    assert sorted(used, key=str) == [*[None] * 7, "ann"]


# The same over the API and on the command line.


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
