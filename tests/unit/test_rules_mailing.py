"""Mails that did not simply go out, and what a person says of them."""

from dataclasses import replace
from functools import partial

import pytest
from pydantic import ValidationError

from orders.change import By, Change, Mail, MailVerdict, Verdict, again_of
from orders.commands import COMMAND, Command
from orders.errors import OrderError, Refused, Repeated
from orders.mail import MailKind
from orders.rules import issuing
from orders.rules.decide import decide
from orders.rules.mailing import MOST_STOPS, mail_not_sent, why_not
from orders.words import in_words
from tests.scenes import Scene, download, goods, plan


def doubted(key: str = "shipped:1", kind: MailKind = MailKind.SHIPPED, *, unknown: bool = True) -> Scene:
    return Scene(plan()).do(partial(mail_not_sent, kind=kind, key=key, unknown=unknown))


def word(type_: str, key: str, **fields: bool) -> Command:
    return COMMAND.validate_python({"type": type_, "mail_key": key, **fields})


@pytest.mark.parametrize("unknown", [True, False])
@pytest.mark.parametrize(
    ("type_", "verdict"), [("mail_arrived", Verdict.ARRIVED), ("mail_again", Verdict.AGAIN)]
)
def test_a_person_s_word_settles_it_and_is_passed_on(type_: str, verdict: Verdict, unknown: bool) -> None:
    scene = doubted(unknown=unknown)
    change = decide(scene.state, word(type_, "shipped:1"), By(at=scene.now, actor="staff:anna"))

    assert change.state.attention == ()
    assert change.mail_verdicts == [MailVerdict(key="shipped:1", verdict=verdict, by="staff:anna")]
    assert [entry.kind for entry in change.entries] == [type_]
    assert change.mails == []


@pytest.mark.parametrize("type_", ["mail_arrived", "mail_again"])
def test_of_another_mail_nothing_can_be_said(type_: str) -> None:
    assert doubted().refusal(type_, mail_key="shipped:2") == "refusal.mail_not_in_question"


def test_a_mail_that_was_sent_is_sent_anew_by_a_word_that_the_outbox_judges() -> None:
    scene = Scene(plan()).paid()
    by = By(at=scene.now, actor="staff:anna", command_id="c-1")
    first = decide(scene.state, word("mail_again", "shipped:1", anew=True), by).mail_verdicts
    wish = word("mail_again", str(first[0].new_key), anew=True)
    of_itself = decide(scene.state, wish, replace(by, command_id="c-2"))

    assert [(each.key, each.verdict, each.by) for each in first] == [
        ("shipped:1", Verdict.ANEW, "staff:anna")
    ]
    assert first[0].new_key == again_of("shipped:1", "c-1")
    assert of_itself.mail_verdicts[0].new_key == again_of("shipped:1", "c-2")
    assert Mail.known_by(str(first[0].new_key)).kind is MailKind.SHIPPED


def test_what_no_mail_is_called_is_not_sent_again() -> None:
    assert Scene(plan()).refusal("mail_again", mail_key="letter:1", anew=True) == "refusal.no_such_mail"


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (None, "refusal.no_such_mail"),
        ("queued", "refusal.mail_not_sent_yet"),
        ("sending", "refusal.mail_not_sent_yet"),
        ("retry", "refusal.mail_not_sent_yet"),
        ("unknown", "refusal.mail_not_in_question"),
        ("failed", "refusal.mail_not_in_question"),
        ("withdrawn", "refusal.mail_not_in_question"),
        ("sent", "refusal.mail_again_too_often"),
    ],
)
def test_why_a_mail_is_not_sent_anew_is_said(state: str | None, why: str) -> None:
    anew = MailVerdict(key="shipped:1", verdict=Verdict.ANEW, by="staff:anna", new_key="shipped:1:again:x")

    assert why_not(anew, state).sentence.key == why


def test_what_is_late_for_another_reason_is_no_mail() -> None:
    scene = Scene(plan()).paid()
    scene.wait()

    assert scene.attention == ["overdue_to_pick"]
    assert scene.refusal("mail_arrived", mail_key="overdue_to_pick") == "refusal.mail_not_in_question"


def test_of_two_mails_only_the_one_that_is_named_is_settled() -> None:
    scene = doubted().do(partial(mail_not_sent, kind=MailKind.SHIPPED, key="shipped:2", unknown=False))

    scene.tell("mail_again", mail_key="shipped:1")
    assert [each.subject for each in scene.state.attention] == ["shipped:2"]


def test_a_mail_is_stopped_by_a_word_that_the_outbox_judges() -> None:
    scene = Scene(plan()).paid()
    change = decide(scene.state, word("mail_stop", "shipped:1"), By(at=scene.now, actor="staff:anna"))

    assert change.mail_verdicts == [MailVerdict(key="shipped:1", verdict=Verdict.STOP, by="staff:anna")]
    assert [entry.text.key for entry in change.entries] == ["timeline.mail_stop"]
    assert change.state.attention == ()


def test_what_no_mail_is_called_is_not_stopped() -> None:
    assert Scene(plan()).refusal("mail_stop", mail_key="letter:1") == "refusal.no_such_mail"


def test_a_mail_that_was_stopped_can_be_sent_after_all_once() -> None:
    scene = Scene(plan()).tell("mail_stop", mail_key="shipped:1")
    change = decide(scene.state, word("mail_again", "shipped:1"), By(at=scene.now))
    scene.tell("mail_again", mail_key="shipped:1")

    assert [each.verdict for each in change.mail_verdicts] == [Verdict.AFTER_ALL]
    assert [entry.text.key for entry in change.entries] == ["timeline.mail_after_all"]
    assert scene.refusal("mail_again", mail_key="shipped:1") == "refusal.mail_not_in_question"


def test_a_mail_that_was_to_be_stopped_and_failed_is_sent_again_as_any_that_failed() -> None:
    scene = doubted(unknown=False).tell("mail_stop", mail_key="shipped:1")
    change = decide(scene.state, word("mail_again", "shipped:1"), By(at=scene.now))

    assert [each.verdict for each in change.mail_verdicts] == [Verdict.AGAIN]


def test_of_mails_without_end_that_were_stopped_the_last_are_remembered() -> None:
    scene = Scene(plan())
    for number in range(MOST_STOPS + 5):
        scene.tell("mail_stop", mail_key=f"shipped:{number}")

    assert len(scene.state.stop_asked) == MOST_STOPS
    assert scene.state.stop_asked[-1] == f"shipped:{MOST_STOPS + 4}"


@pytest.mark.parametrize(
    ("verdict", "state", "key", "error"),
    [
        (Verdict.STOP, None, "no_such_mail", Refused),
        (Verdict.STOP, "withdrawn", "mail_stopped_before", Repeated),
        (Verdict.STOP, "sending", "mail_on_its_way", Refused),
        (Verdict.STOP, "sent", "mail_on_its_way", Refused),
        (Verdict.STOP, "unknown", "mail_on_its_way", Refused),
        (Verdict.STOP, "queued", "mail_on_its_way", Refused),
        (Verdict.STOP, "failed", "mail_not_waiting", Refused),
        (Verdict.AFTER_ALL, "sent", "mail_not_in_question", Refused),
        (Verdict.AFTER_ALL, None, "no_such_mail", Refused),
    ],
)
def test_a_word_that_was_not_acted_on_is_answered_by_how_the_mail_stands(
    verdict: Verdict, state: str | None, key: str, error: type[OrderError]
) -> None:
    no = why_not(MailVerdict(key="shipped:1", verdict=verdict, by="staff:anna"), state)

    assert type(no) is error
    assert no.sentence.key == f"refusal.{key}"


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("unknown", [True, False])
def test_both_ways_out_are_named_and_the_customer_is_not_asked_about_the_shop_s_mails(
    language: str, unknown: bool
) -> None:
    scenes = {
        kind: doubted(str(kind), kind, unknown=unknown) for kind in (MailKind.SHIPPED, MailKind.NEW_ORDER)
    }
    texts = {kind: in_words(language, scene.state.attention[0].text) for kind, scene in scenes.items()}  # type: ignore[arg-type]

    for kind, text in texts.items():
        assert "mail_again" in text
        assert "mail_arrived" in text
        assert str(kind) in text
    customer = {"en": "customer", "nl": "klant"}[language]
    assert customer in texts[MailKind.SHIPPED]
    assert customer not in texts[MailKind.NEW_ORDER]


def test_the_key_of_every_mail_names_its_kind_and_can_be_given_in_a_command() -> None:
    scene = Scene(plan(goods(), download(), shop_recipients=2, copies_customer_mails=True)).paid().issue()
    scene.tell("reissue", line_id="7", command_id="a:b::c")
    scene.tell("shipped", tracking_number="3S1").tell("delivered")

    assert len(scene.mails) >= 8
    for mail in scene.mails:
        assert Mail.known_by(mail.key).kind is mail.kind
        assert getattr(word("mail_again", mail.key), "mail_key", "") == mail.key


def test_downloads_of_very_many_lines_that_came_late_have_a_key_of_bearable_length() -> None:
    lines = [download(f"a-line-with-a-long-name-{number}") for number in range(400)]
    scene = Scene(plan(download("1"), *lines)).paid()

    def late(change: Change) -> None:
        issuing.issued(change, ("1",))
        issuing.issued(change, tuple(line.line_id for line in lines))

    scene.do(late)
    assert max(len(mail.key) for mail in scene.mails) <= 200


@pytest.mark.parametrize(
    "key", ["", "Shipped", "shipped:", "shipped:1\n", "shipped 1", "x" * 300, "7", "shipped:é"]
)
def test_what_is_no_key_of_a_mail_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        word("mail_arrived", key)


def test_the_reasons_of_a_mail_are_told_once_each() -> None:
    scene = doubted().do(partial(mail_not_sent, kind=MailKind.SHIPPED, key="shipped:1", unknown=True))

    assert len(scene.state.attention) == 1
