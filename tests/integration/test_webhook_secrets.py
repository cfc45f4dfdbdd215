"""Secrets of payment providers, as they are kept and as the command line adds, lists and ends them."""

import logging

import pytest

from db import webhook_secrets
from db.pool import Pool
from db.vault import Vault
from orders.errors import StoreNotFound
from tests.command_line import NO_SYSTEM, Ran, run
from tests.house import SECRET, House
from tests.sample_orders import an_order
from tests.webhooks import Provider, a_payment, a_secret

VAULT = Vault(SECRET)


async def pakhuis(house: House, *words: str, given: str = "") -> Ran:
    environment = {
        **NO_SYSTEM,
        "PAKHUIS_DATABASE_URL": house.database_url,
        "PAKHUIS_SMTP_URL": house.mailbox.smtp_url,
        "PAKHUIS_SECRET_KEY": SECRET,
        "PAKHUIS_PUBLIC_URL": "https://pakhuis.example/",
        "PAKHUIS_FILES": str(house.settings.files),
        "TEMPORAL_ADDRESS": house.temporal_address,
    }
    return await run("webhooks", *words, environment=environment, given=given)


async def test_a_secret_that_was_made_signs_until_it_is_ended(house: House) -> None:
    added = await pakhuis(house, "add", "standard", "--json")
    order_id = await house.placed(an_order())
    told = await Provider(house, added.json["secret"], added.json["secret_id"]).tell(a_payment(order_id))
    ended = await pakhuis(house, "end", added.json["secret_id"])
    again = await pakhuis(house, "end", added.json["secret_id"])
    listed = await pakhuis(house, "list", "--json")
    table = await pakhuis(house, "list")

    assert added.json["address"] == "https://pakhuis.example/v1/webhooks/payments/standard"
    assert told.status_code == 200
    assert (ended.code, again.code) == (0, 1)
    assert added.json["secret_id"] in again.err
    (ours,) = [each for each in listed.json["secrets"] if each["secret_id"] == added.json["secret_id"]]
    assert (ours["provider"], ours["store"]) == ("standard", "default")
    assert ours["ended_at"] is not None
    assert added.json["secret_id"] in table.out
    assert added.json["secret"] not in table.out + listed.out


async def test_a_secret_that_was_made_is_shown_to_a_person_once(house: House) -> None:
    added = await pakhuis(house, "add", "standard")

    assert added.code == 0
    assert [line for line in added.out.splitlines() if line.startswith("whsec_")]


async def test_a_secret_of_the_provider_comes_by_standard_input_and_is_not_shown(house: House) -> None:
    secret = a_secret()
    added = await pakhuis(house, "add", "standard", "--secret-file", "-", "--json", given=f"{secret}\n")
    order_id = await house.placed(an_order())
    told = await Provider(house, secret, added.json["secret_id"]).tell(a_payment(order_id))

    assert secret not in added.out + added.err
    assert told.status_code == 200


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("add", "paypall"), "", "standard"),
        (("add", "standard", "--store", "nowhere"), "", "nowhere"),
        (("add", "standard", "--secret-file", "-"), "whsec_c2hvcnQ=", "secret"),
        (("add", "standard", "--secret-file", "/nowhere/secret"), "", "/nowhere/secret"),
        (("end", "ws-unknown"), "", "ws-unknown"),
    ],
)
async def test_what_cannot_be_done_is_told_in_a_sentence(
    house: House, words: tuple[str, ...], given: str, said: str
) -> None:
    ran = await pakhuis(house, *words, given=given)

    assert ran.code == 1
    assert said in ran.err
    assert "Traceback" not in ran.err


async def test_the_database_alone_signs_nothing(own_pool: Pool) -> None:
    secret = a_secret()
    async with own_pool.acquire() as connection:
        await webhook_secrets.keep(connection, VAULT, "standard", "default", secret)
        row = await connection.fetchrow("SELECT * FROM webhook_secrets")

    assert row is not None
    assert secret.encode() not in row["secret_sealed"]
    assert secret not in str(dict(row))


async def test_a_secret_opens_in_its_own_row_only(own_pool: Pool, caplog: pytest.LogCaptureFixture) -> None:
    async with own_pool.acquire() as connection:
        mine = await webhook_secrets.keep(connection, VAULT, "standard", "default", a_secret())
        theirs = await webhook_secrets.keep(connection, VAULT, "standard", "default", theirs_is := a_secret())
        await connection.execute(
            "UPDATE webhook_secrets SET secret_sealed = (SELECT secret_sealed FROM webhook_secrets"
            " WHERE secret_id = $1) WHERE secret_id = $2",
            theirs,
            mine,
        )
        with caplog.at_level(logging.ERROR):
            found = await webhook_secrets.living(connection, VAULT, "standard")

    assert [each.secret for each in found] == [theirs_is]
    assert [record.__dict__["secret_id"] for record in caplog.records] == [mine]
    assert theirs_is not in caplog.text


async def test_a_secret_of_another_key_is_passed_over_and_one_of_an_older_key_is_not(own_pool: Pool) -> None:
    older, newer = "an-older-secret-key-of-enough-letters", "a-newer-secret-key-of-enough-letters"
    async with own_pool.acquire() as connection:
        await webhook_secrets.keep(connection, Vault(older), "standard", "default", secret := a_secret())
        both = await webhook_secrets.living(connection, Vault(newer, older), "standard")
        one = await webhook_secrets.living(connection, Vault(newer), "standard")

    assert [(each.store, each.secret) for each in both] == [("default", secret)]
    assert one == ()


async def test_a_secret_is_of_a_store_that_is_set_up(own_pool: Pool) -> None:
    async with own_pool.acquire() as connection:
        with pytest.raises(StoreNotFound):
            await webhook_secrets.keep(connection, VAULT, "standard", "nowhere", a_secret())
