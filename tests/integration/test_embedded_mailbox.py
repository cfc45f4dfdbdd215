"""The mail catcher keeps every mail, and shows any mail without being hurt by it."""

import zipfile
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from embedded.files import put_samples
from embedded.kept_mail import KeptMail
from embedded.mailbox import Mailbox

EVIL = """"Zoë" <b>O'Neil</b> 🎁 & "></iframe><script>alert(1)</script>"""


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    async with Mailbox(tmp_path / "mails", page_port=0) as mailbox:
        yield mailbox


@pytest.fixture
async def page(mailbox: Mailbox) -> AsyncIterator[httpx.AsyncClient]:
    assert mailbox.page_url is not None
    async with httpx.AsyncClient(base_url=mailbox.page_url) as page:
        yield page


def mail_of(subject: str, *, to: str = "sanne@example.com", html: str | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Winkel <shop@example.com>"
    mail["To"] = to
    mail["Subject"] = subject
    mail.set_content(f"Beste klant,\n\n{subject}\n")
    if html is not None:
        mail.add_alternative(html, subtype="html")
    return mail


async def send(mailbox: Mailbox, mail: EmailMessage | bytes, to: str = "sanne@example.com") -> KeptMail:
    seen = len(mailbox.mails)
    await aiosmtplib.send(
        mail,
        sender="shop@example.com",
        recipients=[to],
        hostname="127.0.0.1",
        port=mailbox.smtp_port,
        start_tls=False,
    )
    return await mailbox.wait_for(lambda mail: mailbox.mails.index(mail) == seen)


async def test_a_mail_is_kept_byte_for_byte_and_with_who_got_it(mailbox: Mailbox) -> None:
    raw = b"From: a@example.com\r\nSubject: Bonjour\r\n\r\nR\xe9sum\xe9\r\n.\r\nnot the end\r\n"
    mail = await send(mailbox, raw, to="bcc@example.com")

    assert mail.raw == raw
    assert mail.sender == "shop@example.com"
    assert mail.recipients == ("bcc@example.com",)


async def test_the_mails_of_an_earlier_run_are_there_again(mailbox: Mailbox, tmp_path: Path) -> None:
    first, second = await send(mailbox, mail_of("Eerste")), await send(mailbox, mail_of("Tweede"))
    async with Mailbox(tmp_path / "mails") as again:
        assert [mail.subject for mail in again.mails] == ["Eerste", "Tweede"]
        assert [mail.id for mail in again.mails] == [first.id, second.id]


async def test_waiting_for_a_mail_that_never_comes_tells_which_did(mailbox: Mailbox) -> None:
    await send(mailbox, mail_of("Iets anders"))
    with pytest.raises(TimeoutError, match="Iets anders"):
        await mailbox.wait_for(lambda mail: mail.subject == "Verzonden", timeout_seconds=0.01)


async def test_a_refusal_reaches_the_sender_and_nothing_is_kept(mailbox: Mailbox) -> None:
    mailbox.refusal = lambda sender, recipients: "451 4.7.1 Greylisted, try again later"
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(mailbox, mail_of("Verzonden"))

    assert refused.value.code == 451
    assert mailbox.mails == []


async def test_the_list_shows_the_newest_mail_first(mailbox: Mailbox, page: httpx.AsyncClient) -> None:
    await send(mailbox, mail_of("De eerste"))
    await send(mailbox, mail_of("De tweede"))
    shown = (await page.get("/")).text

    assert -1 < shown.index("De tweede") < shown.index("De eerste")


async def test_names_with_quotes_emoji_and_script_are_shown_as_they_are_and_do_nothing(
    mailbox: Mailbox, page: httpx.AsyncClient
) -> None:
    mail = await send(mailbox, mail_of(EVIL, html=f"<p>{EVIL}</p>"))
    pages = [
        (await page.get(f"/mails/{mail.id}", params={"view": view})).text
        for view in ("html", "text", "headers", "source")
    ]
    pages += [(await page.get("/")).text, (await page.get("/", params={"q": EVIL})).text]

    for text in pages:
        assert "<script>" not in text
        assert "<b>O" not in text
        assert text.count("</iframe>") <= 1
    assert "🎁" in pages[1]
    assert (await page.get(f"/mails/{mail.id}.json")).json()["subject"] == EVIL


async def test_the_html_of_a_mail_is_in_a_sandbox_that_runs_no_script(
    mailbox: Mailbox, page: httpx.AsyncClient
) -> None:
    mail = await send(mailbox, mail_of("Verzonden", html='<a href="https://shop.example/o/1">Volg</a>'))
    answer = await page.get(f"/mails/{mail.id}")

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="' in answer.text
    assert "&lt;a href=&#34;https://shop.example/o/1&#34;&gt;" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy


async def test_a_search_looks_at_recipients_and_subjects(mailbox: Mailbox, page: httpx.AsyncClient) -> None:
    await send(mailbox, mail_of("Uw bestelling 1042"))
    await send(mailbox, mail_of("Uw cadeaubon", to="Jürgen <jurgen@example.com>"), to="jurgen@example.com")

    async def found(words: str) -> list[str]:
        mails = (await page.get("/mails.json", params={"q": words})).json()["mails"]
        return [mail["subject"] for mail in mails]

    assert await found("BESTELLING 1042") == ["Uw bestelling 1042"]
    assert await found("jürgen") == ["Uw cadeaubon"]
    assert await found("example.com") == ["Uw cadeaubon", "Uw bestelling 1042"]
    assert await found("niets") == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00 no header at all",
        b"Subject: =?utf-8?q?a=0D=0ABcc:_evil@example.com?=\r\n\r\nx",
        b"Subject: =?klingon?b?@@@?=\r\nContent-Type: text/plain; charset=klingon\r\n\r\nx",
        b"Subject: \xed\xa0\x80\r\nFrom: =?utf-8?b?7aCA?=\r\n\r\n\x00",
        b"Subject: =?unicode-escape?q?=5Cud800?=\r\n\r\nx",
        b"Subject: x\r\nContent-Type: text/plain; charset=unicode-escape\r\n\r\n\\ud800",
        b"Subject: x\r\nContent-Type: text/html; charset=idna\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\nx",
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n@@@",
        b"Content-Type: text/html; name*=klingon''%ff; name=\"=?x?q?\"\r\n\r\n<p>x",
        b"Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n",
    ],
)
async def test_a_broken_mail_breaks_no_page(mailbox: Mailbox, page: httpx.AsyncClient, raw: bytes) -> None:
    mail = await send(mailbox, raw)
    paths = ["/", "/mails.json", f"/mails/{mail.id}.json", f"/mails/{mail.id}.eml"]
    paths += [f"/mails/{mail.id}?view={view}" for view in ("html", "text", "headers", "source")]

    assert {path: (await page.get(path)).status_code for path in paths} == dict.fromkeys(paths, 200)


async def test_an_image_inside_the_mail_is_shown_in_its_place(mailbox: Mailbox) -> None:
    mail = mail_of("Met plaatje", html='<img src="cid:logo@shop">')
    html = mail.get_payload()[1]  # type: ignore[index]
    html.add_related(b"GIF89a", "image", "gif", cid="<logo@shop>")  # type: ignore[union-attr]

    assert 'src="data:image/gif;base64,R0lGODlh"' in (await send(mailbox, mail)).html


async def test_an_unknown_mail_is_not_found(page: httpx.AsyncClient) -> None:
    assert (await page.get("/mails/..%2f..%2fetc")).status_code == 404
    assert (await page.get("/mails/nothing.json")).status_code == 404
    assert (await page.get("/mails/nothing")).status_code == 404


async def test_a_foreign_host_name_is_refused(page: httpx.AsyncClient) -> None:
    assert (await page.get("/", headers={"Host": "evil.example"})).status_code == 400


def test_sample_files_can_be_opened_and_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "muziek.zip").write_bytes(b"my own")
    ebook, manual, music = put_samples(tmp_path)
    again = [file.read_bytes() for file in put_samples(tmp_path)]

    with zipfile.ZipFile(ebook) as archive:
        assert archive.namelist()[0] == "mimetype"
        assert archive.testzip() is None
    assert ebook.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"
    assert manual.read_bytes().startswith(b"%PDF-1.4")
    assert music.read_bytes() == b"my own"
    assert again == [ebook.read_bytes(), manual.read_bytes(), b"my own"]
