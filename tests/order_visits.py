"""The page of one order in tests: its forms, read as a browser reads them, and pressed."""

import re
from html.parser import HTMLParser
from typing import Any, Final

import httpx

from desk.staff.order_rows import order_href


class Form(dict[str, str]):
    """The fields of one form, as a browser would send them, and where it goes."""

    action: str = ""
    button: str = ""
    is_main: bool = False


class _Forms(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._button = False
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value if value is not None else "" for name, value in attrs}
        if tag == "form":
            self._form = Form()
            self._form.action = values.get("action", "")
            self.found.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and values.get("name"):
            if values.get("type") != "checkbox" or "checked" in values:
                self._form[values["name"]] = values.get("value", "")
        elif tag == "textarea":
            self._area = values["name"]
            self._form[self._area] = ""
        elif tag == "select":
            self._form[values["name"]] = ""
            self._area = f"select:{values['name']}"
        elif tag == "option" and self._area.startswith("select:"):
            name = self._area.removeprefix("select:")
            if not self._form[name] or "selected" in values:
                self._form[name] = values.get("value", "")
        elif tag == "button" and not self._form.button and "formaction" not in values:
            self._button = True
            self._form.is_main = "big" in values.get("class", "")

    def handle_data(self, data: str) -> None:
        if self._form is None:
            return
        if self._button:
            self._form.button += data
        elif self._area and not self._area.startswith("select:"):
            self._form[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "button":
            self._button = False
        elif tag in ("textarea", "select"):
            self._area = ""


def forms(html: str) -> list[Form]:
    return _Forms(html).found


def main_form(html: str) -> Form | None:
    """The form of the one big button."""
    return next((form for form in forms(html) if form.is_main), None)


def form_of(html: str, key: str) -> Form:
    """The form of the step whose key begins so."""
    found = [form for form in forms(html) if form.get("key", "").startswith(key)]
    assert found, f"no form {key} among {[form.get('key') for form in forms(html)]}"
    return found[0]


def keys(html: str) -> list[str]:
    """The steps that the page offers, by their keys."""
    return [form["key"] for form in forms(html) if form.get("key")]


async def open_order(
    client: httpx.AsyncClient, order_id: str, store: str = "default", query: str = ""
) -> str:
    answer = await client.get(order_href(store, order_id) + query)
    assert answer.status_code == 200, answer.text
    return answer.text


async def press(client: httpx.AsyncClient, form: Form, **filled: Any) -> str:
    """Send a form and follow it to the page after it."""
    answer = await client.post(form.action, data={**form, **filled})
    assert answer.status_code == 303, answer.text
    after = await client.get(answer.headers["location"])
    assert after.status_code == 200
    return after.text


NOTICE: Final = re.compile(r'<div class="notice (ok|bad)" data-notice>\s*<span>(.*?)</span>', re.DOTALL)


def notice(html: str) -> tuple[str, str]:
    """Whether the last click went well (`ok` or `bad`), and what the page says of it."""
    found = NOTICE.search(html)
    assert found is not None, "the page says nothing of the last click"
    return found.group(1), found.group(2)


def undo_of(html: str) -> Form:
    """The form of the offer to undo."""
    found = [form for form in forms(html) if form.action.endswith("/stop") and "command_id" not in form]
    assert found, "nothing to undo"
    return found[0]
