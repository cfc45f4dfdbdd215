"""Managing who works here, from the desk."""

import re

import httpx
import pytest

from db import audit, staff
from db.audit import Act, Doer
from orders.rights import Role
from tests.desk_visits import PASSWORD, at_the_desk
from tests.house import PUBLIC_URL, House
from tests.people import TESTER, a_session, an_account, is_signed_in, last_act, somebody


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


async def test_every_store_and_some_of_them_at_once_is_asked_back_and_gives_nobody_anything(
    house: House,
) -> None:
    await house.open_store("azuur")
    account, known = an_account(), await somebody(house, stores=("azuur",))
    both = {"name": "Ria", "role": "packer", "every_store": "yes", "stores": "azuur", "language": "nl"}
    async with at_the_desk(house) as admin:
        invited = await admin.post("/desk/staff", data={**both, "staff_id": account})
        changed = await admin.post(f"/desk/staff/{known}", data=both)

    for answer in (invited, changed):
        assert answer.status_code == 422
        assert "Choose every store, or some of them: both were ticked." in answer.text
        assert 'value="azuur" checked' in answer.text
        assert 'name="every_store" value="yes" checked' not in answer.text
    async with house.pool.acquire() as connection:
        assert account not in [each.staff_id for each in await staff.everyone(connection)]
        assert (await staff.find(connection, known)).stores == ("azuur",)


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
