"""Every field of Ecwid's format that is read, with every string of the corpus: an order, or a refusal that
names the field; never an error of ours."""

import json
from typing import Any

import pytest

from orders.store import LANGUAGES, StoreSettings
from orders.words import in_words
from starter import ecwid
from starter.ecwid.texts import one_line, without_open_doors
from tests.bad_input.corpus import CORPUS, LONG_RUN, Steps, is_text, path, put, share
from tests.bad_input.ecwid_fields import FIELDS, a_full_order
from tests.ecwid_orders import NOW
from tests.house import House

# Fields of words alone, that stand in the order as they are: as long as the shortest of them may be.
WORDS = (
    ("billingPerson", "name"),
    ("shippingPerson", "city"),
    ("shippingPerson", "companyName"),
    ("items", 0, "name"),
    ("items", 0, "sku"),
    ("orderComments",),
    ("privateAdminNotes",),
    ("paymentMethod",),
    ("shippingOption", "shippingMethodName"),
)
SHORTEST = 100


def read(body: object) -> ecwid.Reading:
    (reading,) = ecwid.read(body, StoreSettings(), "default", now=NOW)
    return reading


def test_the_fields_are_found_by_themselves() -> None:
    assert len(FIELDS) >= 70
    assert set(WORDS) <= set(FIELDS)
    assert isinstance(read(a_full_order()), ecwid.Live)


@pytest.mark.parametrize("way", FIELDS, ids=path)
def test_each_field_makes_an_order_that_can_be_kept_or_a_refusal_that_says_where(way: Steps) -> None:
    wrong = []
    for bad in share(FIELDS.index(way), 4):
        body = put(a_full_order(), way, bad.text)
        # From bytes, as it comes: half a surrogate pair is written with an escape.
        reading = read(ecwid.parse(json.dumps(body).encode()))
        said = [reading.reason] if isinstance(reading, ecwid.Unreadable) else reading.warnings
        try:
            kept = reading.model_dump_json()
            words = "".join(in_words(language, each) for each in said for language in LANGUAGES)
            (kept + words).encode()
        except Exception as bug:
            wrong.append(f"{bug!r:.100} · {bad}")
            continue
        if isinstance(reading, ecwid.Unreadable) and not reading.field:
            wrong.append(f"refused without a field · {bad}")
        if "\\u0000" in kept.replace("\\\\", ""):
            wrong.append(f"a NUL is kept · {bad}")

    assert wrong == []


@pytest.mark.parametrize("way", WORDS, ids=path)
def test_words_stand_in_the_order_to_the_letter_or_it_is_said_that_they_were_mended(way: Steps) -> None:
    wrong = []
    for bad in CORPUS:
        reading = read(put(a_full_order(), way, bad.text))
        if isinstance(reading, ecwid.Unreadable):
            assert reading.field
            continue
        fits = len(bad.text) <= SHORTEST and is_text(bad.text)
        if not fits or without_open_doors(one_line(bad.text)) != bad.text:
            continue  # Mended: blanks are taken together, controls left out.
        if bad.text and json.dumps(bad.text) not in json.dumps(reading.order.model_dump(mode="json")):
            wrong.append(str(bad))

    assert wrong == []


async def test_every_string_is_placed_or_refused_over_http(idle: House) -> None:
    wrong = []
    each_order_has = 1 if LONG_RUN else 3
    for start in range(0, len(CORPUS), each_order_has):
        some = [bad.text[:8000] for bad in CORPUS[start : start + each_order_has]]
        # Where one of them is refused, the others were not looked at.
        orders = [some] if is_placed(some) else [[text] for text in some]
        for number, texts in enumerate(orders):
            body = with_words(texts) | {"id": f"BAD-{start}-{number}", "vendorOrderNumber": f"{start}"}
            answer = await idle.http.post(
                "/v1/orders?format=ecwid", content=json.dumps(body), headers=idle.headers(idle.checkout)
            )
            named = answer.status_code == 422 and answer.json()["errors"]
            if not (answer.status_code == 201 if is_placed(texts) else named):
                wrong.append(f"{answer.status_code} {answer.text[:100]} · {texts!a:.200}")

    assert wrong == []


def with_words(texts: list[str]) -> Any:
    """An order with these texts in its fields of words, one after the other and over again."""
    body: Any = a_full_order()
    for number, way in enumerate(WORDS):
        body = put(body, way, texts[number % len(texts)])
    return body


def is_placed(texts: list[str]) -> bool:
    """Whether our reader makes an order of it."""
    reading = read(ecwid.parse(json.dumps(with_words(texts)).encode()))
    return not isinstance(reading, ecwid.Unreadable)
