"""The logo of a store and its mails, over the API and on the command line."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from db.keys import Scope
from tests.house import House
from tests.integration.test_cli import environment, nothing_set, run
from tests.paper_reading import a_png
from tests.sample_orders import an_order

__all__ = ["environment", "nothing_set"]


@pytest.fixture
async def shop(house: House) -> str:
    name = f"looks-{uuid.uuid4().hex[:8]}"
    await house.open_store(name, look={"name": name}, language="nl")
    return name


async def ask(house: House, method: str, path: str, scope: Scope = Scope.OPS, **more: Any) -> httpx.Response:
    return await house.http.request(method, f"/v1/stores/{path}", headers=house.headers(scope), **more)


async def test_a_logo_is_given_read_and_taken_away_and_each_is_written_down(house: House, shop: str) -> None:
    picture = a_png(40, 20)

    none = await ask(house, "GET", f"{shop}/logo")
    given = await ask(house, "PUT", f"{shop}/logo", content=picture)
    read = await ask(house, "GET", f"{shop}/logo")
    ended = [await ask(house, "DELETE", f"{shop}/logo") for _ in range(2)]
    written = await house.pool.fetch("SELECT facts FROM audit WHERE subject = $1", f"store:{shop}")

    assert (none.status_code, given.status_code, read.status_code) == (404, 204, 200)
    assert (read.content, read.headers["content-type"]) == (picture, "image/png")
    assert [answer.status_code for answer in ended] == [204, 204]
    assert (await ask(house, "GET", f"{shop}/logo")).status_code == 404
    assert len(written) == 2


async def test_what_is_no_logo_is_refused_and_the_old_one_stays(house: House, shop: str) -> None:
    picture = a_png(40, 20)
    await ask(house, "PUT", f"{shop}/logo", content=picture)

    svg = await ask(house, "PUT", f"{shop}/logo", content=b"<svg/>")
    huge = await ask(house, "PUT", f"{shop}/logo", content=picture + b"x" * 1_048_576)
    nowhere = [
        await ask(house, method, f"{shop}-none/logo", content=picture) for method in ("PUT", "DELETE", "GET")
    ]

    assert (svg.status_code, huge.status_code) == (422, 413)
    assert [answer.status_code for answer in nowhere] == [404, 404, 404]
    assert (await ask(house, "GET", f"{shop}/logo")).content == picture


async def test_a_mail_is_shown_as_the_store_would_send_it_in_each_language(house: House, shop: str) -> None:
    body = an_order(store=shop)
    order_id = await house.placed(body)

    dutch = await ask(house, "GET", f"{shop}/mails/order_received")
    english = await ask(
        house, "GET", f"{shop}/mails/order_received", params={"language": "en", "number": body["number"]}
    )
    wrong = [
        await ask(house, "GET", f"{shop}/mails/order_received", params={"number": "none-here"}),
        await ask(house, "GET", f"{shop}-none/mails/order_received"),
        await ask(house, "GET", f"{shop}/mails/postcard"),
    ]

    assert "Bedankt" in dutch.json()["text"]
    assert "Thank you" in english.json()["text"]
    assert (english.json()["order_id"], english.json()["number"]) == (order_id, body["number"])
    assert [answer.status_code for answer in wrong] == [404, 404, 422]


@pytest.mark.parametrize("scope", [Scope.CHECKOUT, Scope.STAFF])
async def test_only_ops_change_how_a_store_looks(house: House, shop: str, scope: Scope) -> None:
    answers = [
        await ask(house, "PUT", f"{shop}/logo", scope, content=a_png(40, 20)),
        await ask(house, "DELETE", f"{shop}/logo", scope),
        await ask(house, "GET", f"{shop}/logo", scope),
        await ask(house, "GET", f"{shop}/mails/order_received", scope),
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_the_command_line_gives_a_logo_and_shows_a_mail(
    house: House, shop: str, environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(a_png(40, 20))
    (tmp_path / "none.txt").write_text("no picture")

    async def stores(*words: str) -> Any:
        return await run("stores", *words, environment=environment)

    given = await stores("logo", shop, str(file))
    known = await stores("logo", shop, "--json")
    both = await stores("logo", shop, str(file), "--remove")
    unfit = await stores("logo", shop, str(tmp_path / "none.txt"))
    ended = await stores("logo", shop, "--remove")
    mail = await stores("mail", shop, "shipped", "--in", "en")
    wrong = [
        await stores("mail", shop, "postcard"),
        await stores("mail", shop, "shipped", "--in", "fr"),
        await stores("mail", shop, "shipped", "--number", "none-here"),
        await stores("logo", f"{shop}-none"),
    ]

    assert [each.code for each in (given, known, both, unfit, ended, mail)] == [0, 0, 1, 1, 0, 0]
    assert known.json["logo"]["kind"] == "png"
    assert "has no logo" in ended.out
    assert "Subject: " in mail.out
    assert [each.code for each in wrong] == [1, 1, 1, 1]
    assert "order_received" in wrong[0].err
    assert "en, nl" in wrong[1].err
    assert "none-here" in wrong[2].err
