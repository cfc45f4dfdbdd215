"""What the pages about settings show, in the words of their reader."""

from collections.abc import Iterable, Mapping
from typing import Final

from desk.customer_look import contrast, readable_on
from desk.staff.settings_fields import SPARE_ROWS, UNITS, Field, Shape, Typed
from desk.staff.settings_models import ChoiceView, FieldView, GroupView, Link, PartSummary, SaidField, home
from desk.staff.settings_parts import PARTS, Group, Part, shown
from orders.order import Address
from orders.paths import tracking_link
from orders.sentence import Sentence
from orders.store import Language, StoreSettings
from orders.words import WordsMissing, in_words, say

_HOLES: Final = {name: f"{{{name}}}" for name in ("tracking_number", "postal_code", "country")}
"""What a tracking link may have in it, as it is written there."""


def links(language: Language, store: str, here: str) -> tuple[Link, ...]:
    """The way from one part to another."""
    parts = [
        Link(name=title(language, name), href=f"{home(store)}/parts/{name}", is_here=name == here)
        for name in PARTS
    ]
    every = Link(name=say(language, "shop_settings.overview"), href=home(store), is_here=here == "")
    mails = Link(
        name=say(language, "shop_settings.mails"), href=f"{home(store)}/mails", is_here=here == "previews"
    )
    return (every, *parts, mails)


def title(language: Language, part: str) -> str:
    return say(language, f"shop_settings.part.{part}")


def groups(
    language: Language,
    part: Part,
    typed: Mapping[str, Typed],
    problems: Mapping[str, Sentence],
    now: Mapping[str, Typed] | None,
) -> tuple[GroupView, ...]:
    """The form of a part; `now` is what is set, where that is to be shown beside what was typed."""
    return tuple(
        GroupView(
            name=group.name,
            title=say(language, f"shop_settings.group.{group.name}"),
            hint=_perhaps(language, f"shop_settings.group_hint.{group.name}"),
            is_for_new=group.is_for_new,
            fields=tuple(_field(language, field, typed, problems, now) for field in group.fields),
        )
        for group in part.groups
    )


def summary(language: Language, part: Part, settings: StoreSettings, store: str) -> PartSummary:
    fields = tuple(_said_fields(language, part.groups, shown(part, settings)))
    if part.name == "pickup":
        names = ", ".join(place.name for place in settings.pickup_places)
        places = names or say(language, "shop_settings.nothing")
        fields = (SaidField(label=say(language, "shop_settings.places"), value=places), *fields)
    return PartSummary(
        title=title(language, part.name),
        href=f"{home(store)}/parts/{part.name}",
        fields=fields,
    )


def _said_fields(language: Language, of: Iterable[Group], values: Mapping[str, Typed]) -> Iterable[SaidField]:
    for group in of:
        for field in group.fields:
            value = values[field.path]
            if field.is_dropped and not value.text:
                continue
            label = label_of(language, field)
            if field.shape is Shape.UNTICKED:
                label = say(language, "shop_settings.not_sent")
            if group.name.startswith("payment_"):
                label = f"{say(language, f'shop_settings.group.{group.name}')}: {label}"
            yield SaidField(label=label, value=said(language, field, value))


def label_of(language: Language, field: Field) -> str:
    about = say(language, f"shop_settings.{field.about}") if field.about else ""
    return say(language, f"shop_settings.field.{field.word}", about=about)


def said(language: Language, field: Field, value: Typed) -> str:
    """What a field says, in words."""
    match field.shape:
        case Shape.YES:
            return say(language, "shop_settings.yes" if value.ticked else "shop_settings.no")
        case Shape.TICKS:
            names = [_choice(language, field, each) for each in field.choices if each in value.ticked]
        case Shape.UNTICKED:
            names = [_choice(language, field, each) for each in field.choices if each not in value.ticked]
        case Shape.CHOICE:
            names = [_choice(language, field, value.text)] if value.text in field.choices else [value.text]
        case Shape.ROWS | Shape.DAYS:
            names = [f"{name}: {text}" for name, text in value.rows]
        case Shape.LINES | Shape.COUNTS:
            names = value.text.splitlines()
        case Shape.DURATION if value.text.isdecimal():
            return say(language, f"shop_settings.duration.{value.unit}", count=int(value.text))
        case _:
            names = [value.text] if value.text else []
    if names:
        return ", ".join(names)
    return _perhaps(language, f"shop_settings.empty.{field.word}") or say(language, "shop_settings.nothing")


def _field(
    language: Language,
    field: Field,
    typed: Mapping[str, Typed],
    problems: Mapping[str, Sentence],
    now: Mapping[str, Typed] | None,
) -> FieldView:
    value = typed[field.path]
    spare = (("", ""),) * SPARE_ROWS if field.shape in (Shape.ROWS, Shape.DAYS) else ()
    problem = problems.get(field.path)
    differs = now is not None and now[field.path] != value
    return FieldView(
        name=field.path,
        id=field.path.replace(".", "-"),
        shape=field.shape,
        label=label_of(language, field),
        hint=_perhaps(language, f"shop_settings.hint.{field.word}"),
        text=value.text,
        choices=_choices(language, field, value),
        rows=(*value.rows, *spare),
        is_optional=field.is_optional,
        longest=field.longest,
        problem=problem_text(language, problem, field.form) if problem else "",
        now=said(language, field, now[field.path]) if now is not None and differs else "",
    )


def _choices(language: Language, field: Field, value: Typed) -> tuple[ChoiceView, ...]:
    if field.shape is Shape.DURATION:
        offered = [unit for unit in UNITS if unit != "seconds" or value.unit == "seconds"]
        return tuple(
            ChoiceView(
                value=unit, name=say(language, f"shop_settings.unit.{unit}"), is_chosen=unit == value.unit
            )
            for unit in offered
        )
    chosen = value.ticked if field.shape in (Shape.TICKS, Shape.UNTICKED, Shape.YES) else (value.text,)
    return tuple(
        ChoiceView(value=each, name=_choice(language, field, each), is_chosen=each in chosen)
        for each in (("yes",) if field.shape is Shape.YES else field.choices)
    )


def _choice(language: Language, field: Field, value: str) -> str:
    return say(language, f"shop_settings.choice.{field.word}.{value or 'otherwise'}")


def _perhaps(language: Language, key: str) -> str:
    """A text that not every field has; empty where there is none."""
    try:
        return say(language, key, **_HOLES)
    except WordsMissing:
        return ""


def problem_text(language: Language, problem: Sentence, form: str = "") -> str:
    """What is wrong, as a sentence of its own beside the field."""
    if form and problem.key == "problem.other_form":
        return say(language, f"shop_settings.form.{form}")
    text = in_words(language, problem)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def contrast_of(language: Language, settings: StoreSettings) -> str:
    """How well text can be read on the shop's colour."""
    colour = settings.look.colour
    ratio = contrast(readable_on(colour), colour)
    return say(language, "shop_settings.contrast", ratio=f"{ratio:.1f}")


def tries(settings: StoreSettings, number: str) -> tuple[Link, ...]:
    """Where each tracking link leads for this number, and a street in Amsterdam."""
    address = Address(lines=("Prinsengracht 263",), postal_code="1016 GV", city="Amsterdam", country="NL")
    found = (
        (name, tracking_link({name: link}, name, number, address))
        for name, link in settings.tracking_links.items()
    )
    return tuple(Link(name=name, href=href) for name, href in found if href)
