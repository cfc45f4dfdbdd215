"""The logo of a shop: taken, shown and taken away."""

import httpx
import pytest

from db import papers
from tests.house import House
from tests.paper_reading import a_png
from tests.settings_visits import problem_of


async def test_a_logo_is_taken_shown_and_taken_away(
    house: House, desk: httpx.AsyncClient, store: str
) -> None:
    path, picture = f"/desk/settings/{store}/logo", a_png(40, 20)

    taken = await desk.post(path, files={"logo": ("logo.png", picture, "image/png")})
    page = await desk.get(f"/desk/settings/{store}/parts/look")
    drawn = await desk.get(path)
    removed = await desk.post(f"{path}/removed")

    assert (taken.status_code, removed.status_code) == (303, 303)
    assert f'src="{path}?' in page.text
    assert (drawn.headers["content-type"], drawn.content) == ("image/png", picture)
    assert (await desk.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg onload='alert(1)'/>", "PNG or JPEG"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 1_200_000, "1024"),
        (b"", "Choose a picture"),
    ],
)
async def test_what_is_no_logo_is_refused_and_the_old_one_stays(
    house: House, desk: httpx.AsyncClient, store: str, content: bytes, said: str
) -> None:
    picture = a_png(40, 20)
    async with house.pool.acquire() as connection:
        await papers.keep_logo(connection, store, picture)

    answer = await desk.post(
        f"/desk/settings/{store}/logo", files={"logo": ("logo.png", content, "image/png")}
    )

    assert answer.status_code == 422
    assert said in problem_of(answer.text, "logo") or said in answer.text
    async with house.pool.acquire() as connection:
        kept = await papers.logo(connection, store)
    assert kept is not None
    assert kept.content == picture
