"""The corpus itself: large enough, nothing twice, and each string with what it is for."""

from collections import Counter

from tests.bad_input.corpus import CORPUS

WANTED = {
    "mail header": 60,
    "encoded word": 40,
    "SMTP command": 20,
    "e-mail address": 40,
    "HTML": 80,
    "template": 30,
    "SQL": 25,
    "path": 30,
    "CSV": 20,
    "log line": 20,
    "control character": 65,
    "direction": 15,
    "length": 30,
    "lone surrogate": 5,
    "noncharacter": 8,
    "number": 40,
    "date": 25,
}


def test_there_are_six_hundred_strings_and_more_and_none_of_them_twice() -> None:
    assert len(CORPUS) >= 600
    assert [text for text, count in Counter(bad.text for bad in CORPUS).items() if count > 1] == []


def test_each_string_says_what_it_is_for() -> None:
    assert [bad for bad in CORPUS if not (bad.class_ and len(bad.note) > 5)] == []


def test_no_class_has_become_small() -> None:
    found = Counter(bad.class_ for bad in CORPUS)

    assert {name: found[name] for name, least in WANTED.items() if found[name] < least} == {}


def test_every_control_character_is_there() -> None:
    everything = "".join(bad.text for bad in CORPUS)

    assert [code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in everything] == []
