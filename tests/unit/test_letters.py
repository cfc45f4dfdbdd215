"""The letters: each says what it is about, in its language, and cannot be asked for without it."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from pydantic import ValidationError

from mails.letters import FOLDER, NEEDS, PartsMissing, needed, render
from mails.sample import PLACED_AT, SHOP, euro, sample
from mails.view import DownloadView, GiftCardView, MailView, ParcelView
from orders.mail import MailKind
from orders.store import LANGUAGES, Look

EMPTY = {"items": (), "totals": None, "parcel": None, "downloads": (), "gift_cards": (), "attention": ()}
EMPTY["low_stock"] = ()
PAIRS = [(kind, parts) for kind in NEEDS for parts in needed(kind)]


def shown(html: str) -> str:
    """What a reader of the HTML part sees, with the blanks taken together."""
    texts: list[str] = []

    class Reader(HTMLParser):
        hidden = 0

        def handle_starttag(self, tag, attributes):
            self.hidden += tag in ("style", "title")

        def handle_endtag(self, tag):
            self.hidden -= tag in ("style", "title")

        def handle_data(self, data):
            if not self.hidden:
                texts.append(data)

    Reader().feed(html)
    return " ".join(" ".join(texts).split())


def hrefs(html: str) -> list[str]:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.extend(value or "" for name, value in attributes if name in ("href", "src"))

    Reader().feed(html)
    return found


def test_every_kind_of_mail_has_its_letter_and_its_needs():
    folders = {path.name for path in FOLDER.iterdir() if path.name != "_layout"}

    assert folders == {kind.value for kind in MailKind} == {kind.value for kind in NEEDS}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_every_letter_can_be_written_in_every_language(kind, language):
    letter = render(kind, sample(kind, language))

    assert letter.subject
    assert SHOP.name in letter.text
    assert SHOP.name in shown(letter.html)
    assert f'lang="{language}"' in letter.html
    assert "\n\n\n" not in letter.text
    assert "{" not in letter.subject + letter.text + shown(letter.html)


@pytest.mark.parametrize("kind", MailKind)
def test_a_letter_differs_between_languages(kind):
    assert render(kind, sample(kind, "en")).text != render(kind, sample(kind, "nl")).text


@pytest.mark.parametrize(("kind", "parts"), PAIRS)
def test_a_letter_without_what_it_is_about_is_an_error_that_names_it(kind, parts):
    whole = sample(kind)
    lacking = whole.model_copy(update={part: EMPTY.get(part) for part in parts})

    with pytest.raises(PartsMissing, match=f"'{kind.value}' needs {' or '.join(parts)}"):
        render(kind, lacking)


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("which", [0, -1])
def test_a_letter_is_content_with_only_what_it_needs(kind, which):
    whole = sample(kind)
    parts = {parts[which]: getattr(whole, parts[which]) for parts in needed(kind)}

    letter = render(kind, MailView(language="en", **parts))

    assert "None" not in letter.subject + letter.text + shown(letter.html)
    assert letter.subject


@pytest.mark.parametrize("kind", MailKind)
def test_both_bodies_tell_the_same_facts(kind):
    view = sample(kind)
    letter = render(kind, view)
    facts = [
        *(item.name for item in view.cancelled_items),
        *(f"{link.name}" for link in view.downloads),
        *(card.readable_code for card in view.gift_cards),
        *(entry.text for entry in view.attention),
        *(text for low in view.low_stock for text in (low.name, low.sku, f"{low.stock_left} left")),
    ]
    if view.parcel:
        facts += [view.parcel.tracking_number, view.parcel.carrier]
    if "totals" in NEEDS[kind]:
        facts += ["€79.90", *(item.name for item in view.items)]
    if kind is MailKind.READY_FOR_PICKUP:
        facts += [view.pickup_code, "27 November 2026 at 10:15", "Monday to Saturday"]

    for fact in facts:
        assert fact in letter.text
        assert fact in shown(letter.html)


def test_a_letter_loads_nothing_from_elsewhere_and_links_only_to_what_it_was_given():
    for kind in MailKind:
        view = sample(kind)
        given = {view.page_url, view.desk_url, view.shop.website} | {link.url for link in view.downloads}
        given |= {entry.url for entry in view.attention} | {view.parcel.tracking_url if view.parcel else None}

        html = render(kind, view).html

        assert set(hrefs(html)) <= given
        assert re.search(r"<(img|script|link|iframe|form)\b|url\(|@import", html) is None


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "[De Blauwe Mok], new order #1042"), ("nl", "[De Blauwe Mok], nieuwe bestelling #1042")],
)
def test_the_shop_is_told_of_a_new_order_in_the_words_it_knows(language, subject):
    assert render(MailKind.NEW_ORDER, sample(MailKind.NEW_ORDER, language)).subject == subject


def test_a_copy_for_the_shop_says_so():
    letter = render(MailKind.SHIPPED, sample(MailKind.SHIPPED, is_copy=True))

    assert letter.subject == "[Copy for De Blauwe Mok] Part of your order #1042 is on its way"
    assert "A copy for the shop" in letter.text
    assert "A copy for the shop" in shown(letter.html)


def test_only_a_parcel_that_leaves_others_behind_says_that_more_follows():
    def parcel(**fields):
        return sample(MailKind.SHIPPED, parcel=ParcelView(tracking_number="3S", **fields))

    first = render(MailKind.SHIPPED, parcel(is_the_only_one=False, more_to_come=True))
    last = render(MailKind.SHIPPED, parcel(is_the_only_one=False))
    only = render(MailKind.SHIPPED, parcel())

    assert "follows in another parcel" in first.text
    assert "complete" in last.text
    assert "another parcel" not in last.text + only.text
    assert only.subject == "Your order #1042 is on its way"


def test_money_back_is_promised_only_to_those_who_paid():
    paid = render(MailKind.CANCELLED, sample(MailKind.CANCELLED))
    unpaid = render(MailKind.CANCELLED, sample(MailKind.CANCELLED, amount_back=None))
    nothing = render(MailKind.CANCELLED, sample(MailKind.CANCELLED, amount_back=euro(0)))

    assert "In total €19.95 is now to be given back to you." in paid.text
    assert "given back" in paid.html
    assert "given back" not in unpaid.text + unpaid.html + nothing.text + nothing.html


def test_a_cancelled_mail_says_whether_all_or_part_went():
    part = render(MailKind.CANCELLED, sample(MailKind.CANCELLED))
    whole = render(MailKind.CANCELLED, sample(MailKind.CANCELLED, items=(), cancelled_because="expired"))

    assert "Still in your order" in part.text
    assert "Still in your order" not in whole.text
    assert whole.subject == "Your order #1042 has been cancelled"
    assert "no payment in time" in whole.text


def test_each_download_says_how_long_and_how_often():
    links = (
        DownloadView(
            name="a.epub", url="https://x.test/a", expires_at=PLACED_AT + timedelta(hours=1), remaining=1
        ),
        DownloadView(name="b.epub", url="https://x.test/b"),
    )

    letter = render(MailKind.DOWNLOADS, sample(MailKind.DOWNLOADS, downloads=links, time_zone="UTC"))

    for said in ("until 20 November 2026 at 10:15", "download it once", "does not expire"):
        assert said in letter.text
        assert said in shown(letter.html)
    assert {"https://x.test/a", "https://x.test/b"} <= set(hrefs(letter.html))
    assert "https://x.test/a\n" in letter.text


def test_a_gift_card_code_is_written_in_groups_unless_it_has_its_own():
    assert GiftCardView(code="ABCDE12345FGHIJ", amount=euro(1)).readable_code == "ABCDE-12345-FGHIJ"
    assert GiftCardView(code="GIFT-1234-5678", amount=euro(1)).readable_code == "GIFT-1234-5678"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.test", "https://x\x00y", 7]
)
def test_a_tracking_link_that_is_none_is_left_out_and_the_number_stays(url):
    view = sample(MailKind.SHIPPED, parcel=ParcelView(tracking_number="3SABC", tracking_url=url))
    letter = render(MailKind.SHIPPED, view)

    assert "3SABC" in letter.text
    assert all(link.startswith("https://deblauwemok.example") for link in hrefs(letter.html))


@pytest.mark.parametrize("url", ["javascript:alert(1)", 'https://x.test/"onclick=', "https://x.test/a b", ""])
def test_a_link_of_our_own_that_is_none_cannot_be_built(url):
    with pytest.raises(ValidationError):
        DownloadView(name="a", url=url)


@pytest.mark.parametrize(
    ("colour", "ink"), [("#1f4e5f", "#ffffff"), ("#ffdd00", "#1b1b1b"), ("#ffffff", "#1b1b1b")]
)
def test_the_shops_name_can_be_read_on_the_shops_colour(colour, ink):
    view = sample(MailKind.DELIVERED, shop=Look(colour=colour))

    assert view.ink == ink
    assert view.link_colour in (colour, "#1b1b1b")


@pytest.mark.parametrize(
    ("language", "subject", "left"),
    [
        ("en", "[De Blauwe Mok], 2 products run low", "3 left, limit 10"),
        ("nl", "[De Blauwe Mok], 2 producten zijn bijna op", "nog 3, grens 10"),
    ],
)
def test_a_digest_of_what_runs_low_alone_speaks_of_no_orders(language, subject, left):
    whole = sample(MailKind.ATTENTION_DIGEST, language)
    letter = render(MailKind.ATTENTION_DIGEST, whole.model_copy(update={"attention": ()}))
    of_both = render(MailKind.ATTENTION_DIGEST, whole)

    assert letter.subject == subject
    assert of_both.subject != subject
    for text in (letter.text, shown(letter.html)):
        assert left in text
        assert re.search("(These orders|Deze bestellingen)", text) is None


def test_a_name_with_markup_stays_text_in_a_digest():
    low = sample(MailKind.ATTENTION_DIGEST).low_stock[0].model_copy(update={"name": "<b>Mug</b>"})
    letter = render(MailKind.ATTENTION_DIGEST, sample(MailKind.ATTENTION_DIGEST, low_stock=(low,)))

    assert "<b>Mug</b>" not in letter.html
    assert "<b>Mug</b>" in shown(letter.html)
