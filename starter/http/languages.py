"""The language of an answer: the first of ours that its reader asked for."""

from orders.store import LANGUAGES, Language

_LONGEST_HEADER = 500


def wanted_language(accept_language: str, among: tuple[Language, ...] = LANGUAGES) -> Language:
    """The first of our languages in the order a browser prefers them (RFC 9110, 12.5.4); else our first."""
    preferences = []
    for position, preference in enumerate(accept_language[:_LONGEST_HEADER].split(",")):
        tag, _, weight = preference.partition(";")
        preferences.append((-_weight(weight), position, tag.strip().lower().split("-")[0]))
    for negative_weight, _, name in sorted(preferences):
        for language in among:
            if language == name and negative_weight < 0:
                return language
    return among[0]


def _weight(text: str) -> float:
    name, _, value = text.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
