"""The words of settings: every one is there, and none is left over."""

import re
from pathlib import Path

from desk.staff.settings_fields import Shape
from desk.staff.settings_pages import groups, links
from desk.staff.settings_parts import PARTS, shown
from desk.staff.settings_place import FORM
from desk.staff.settings_place import values as values_of_place
from orders.mail import Audience, MailKind
from orders.store import LANGUAGES, StoreSettings
from orders.words import holes

ROOT = Path(__file__).parents[2]
WORDS = frozenset(key for key in holes("en") if key.startswith("shop_settings."))
SOURCES = "".join(
    file.read_text("utf-8")
    for folder in ("desk", "orders", "starter")
    for kind in ("*.py", "*.html")
    for file in sorted((ROOT / folder).rglob(kind))
)
QUOTED = frozenset(re.findall(r"[\"'](shop_settings(?:\.[a-z_]+)+)[\"']", SOURCES))
FIELDS = tuple(field for part in (*PARTS.values(), FORM) for field in part.fields)


def built() -> set[str]:
    """The keys whose last part is worked out."""
    found = {f"shop_settings.part.{part}" for part in PARTS}
    found |= {
        f"shop_settings.group.{group.name}" for part in (*PARTS.values(), FORM) for group in part.groups
    }
    found |= {f"shop_settings.to.{audience}" for audience in Audience}
    found |= {f"shop_settings.mail.{kind}" for kind in MailKind}
    found |= {f"shop_settings.language.{language}" for language in LANGUAGES}
    for field in FIELDS:
        found.add(f"shop_settings.field.{field.word}")
        found |= {f"shop_settings.{field.about}"} if field.about else set()
        found |= {f"shop_settings.form.{field.form}"} if field.form else set()
        choices = ("yes",) if field.shape is Shape.YES else field.choices
        found |= {f"shop_settings.choice.{field.word}.{choice or 'otherwise'}" for choice in choices}
    for unit in ("days", "hours", "minutes", "seconds"):
        found |= {f"shop_settings.unit.{unit}", f"shop_settings.duration.{unit}"}
    return found


def test_every_word_that_is_named_is_there() -> None:
    assert len(QUOTED) > 40
    assert (QUOTED | built()) - WORDS == set()


def test_no_word_is_left_over() -> None:
    parts = (*PARTS.values(), FORM)
    hints = {f"shop_settings.{kind}.{field.word}" for field in FIELDS for kind in ("hint", "empty")}
    hints |= {f"shop_settings.group_hint.{group.name}" for part in parts for group in part.groups}

    assert WORDS - QUOTED - built() - hints == set()


def test_every_form_can_be_drawn_in_every_language() -> None:
    for language in LANGUAGES:
        for part in PARTS.values():
            values = shown(part, StoreSettings())
            drawn = groups(language, part, values, {}, values)
            assert all(field.label for group in drawn for field in group.fields)
        assert groups(language, FORM, values_of_place(None), {}, None)
        assert all(link.name for link in links(language, "default", ""))
