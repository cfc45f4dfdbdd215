"""The web page of the mail catcher: a list of mails, newest first, and one mail at a time."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from embedded.kept_mail import KeptMail

PAGES = Path(__file__).with_name("pages")
ON_ONE_PAGE = 50
MOST_IN_JSON = 1_000

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# A mail in its sandboxed frame lives under the policy of the page around it. It may have its own style
# and the images it carries; scripts, forms and anything from elsewhere stay out.
MAIL_POLICY = POLICY | {"style-src": "'self' 'unsafe-inline'", "img-src": "'self' data:"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# So that a link in a mail opens beside the mail, where it is a page like any other.
LINKS_OPEN_OUTSIDE = '<base target="_blank">'

VIEWS = ("html", "text", "headers", "source")


def mailbox_app(mails: Sequence[KeptMail]) -> Starlette:
    """The page on a list of mails that may grow while it is shown."""
    return Starlette(
        routes=[
            Route("/", _Page(mails).list),
            Route("/mails.json", _Page(mails).list_json),
            Route("/mails/{id}.json", _Page(mails).mail_json),
            Route("/mails/{id}.eml", _Page(mails).mail_file),
            Route("/mails/{id}", _Page(mails).mail),
            *(Route(f"/{name}", _static(name, kind)) for name, kind in STATIC.items()),
        ],
        # A page of another site that points its own name at 127.0.0.1 must not read the mails.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])],
        exception_handlers={404: _not_found},
    )


class _Page:
    def __init__(self, mails: Sequence[KeptMail]) -> None:
        self._mails = mails

    async def list(self, request: Request) -> Response:
        words = request.query_params.get("q", "")
        start = _number(request.query_params.get("from"))
        found = self._found(words)
        shown = found[start : start + ON_ONE_PAGE]
        return _render(
            "list.html",
            words=words,
            mails=[mail.summary | {"received_at": mail.received_at} for mail in shown],
            count=len(found),
            first=start + 1,
            last=start + len(shown),
            total=len(self._mails),
            newer=_address(words, start - ON_ONE_PAGE) if start > 0 else None,
            older=_address(words, start + ON_ONE_PAGE) if start + len(shown) < len(found) else None,
        )

    async def list_json(self, request: Request) -> Response:
        found = self._found(request.query_params.get("q", ""))
        limit = min(_number(request.query_params.get("limit")) or MOST_IN_JSON, MOST_IN_JSON)
        mails = [mail.summary for mail in found[:limit]]
        return JSONResponse({"count": len(found), "mails": mails}, headers=HEADERS)

    async def mail(self, request: Request) -> Response:
        mail = self._mail(request)
        html = mail.html
        view = request.query_params.get("view", "html" if html else "text")
        if view not in VIEWS:
            raise HTTPException(404)
        ids = [other.id for other in self._mails]
        place = ids.index(mail.id)
        return _render(
            "mail.html",
            policy=MAIL_POLICY,
            mail=mail,
            view=view,
            views=[name for name in VIEWS if name != "html" or html],
            html=LINKS_OPEN_OUTSIDE + html,
            newer=ids[place + 1] if place + 1 < len(ids) else None,
            older=ids[place - 1] if place else None,
        )

    async def mail_json(self, request: Request) -> Response:
        return JSONResponse(self._mail(request).as_json(), headers=HEADERS)

    async def mail_file(self, request: Request) -> Response:
        mail = self._mail(request)
        name = {"Content-Disposition": f'attachment; filename="{mail.id}.eml"'}
        return Response(mail.raw, media_type="message/rfc822", headers=HEADERS | name)

    def _found(self, words: str) -> Sequence[KeptMail]:
        return (
            [mail for mail in reversed(self._mails) if mail.says(words)]
            if words.strip()
            else self._mails[::-1]
        )

    def _mail(self, request: Request) -> KeptMail:
        wanted = request.path_params["id"]
        for mail in reversed(self._mails):
            if mail.id == wanted:
                return mail
        raise HTTPException(404)


_TEMPLATES = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)


def _render(
    template: str, *, policy: dict[str, str] = POLICY, status: int = 200, **values: object
) -> HTMLResponse:
    csp = "; ".join(f"{name} {value}" for name, value in policy.items())
    text = _TEMPLATES.get_template(template).render(values)
    return HTMLResponse(text, status, HEADERS | {"Content-Security-Policy": csp})


async def _not_found(request: Request, error: Exception) -> Response:
    if request.url.path.endswith((".json", ".eml")):
        return PlainTextResponse("There is no such mail.", 404)
    return _render("not_found.html", status=404)


STATIC = {"style.css": "text/css", "refresh.js": "text/javascript", "icon.svg": "image/svg+xml"}


def _static(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = (PAGES / name).read_bytes()

    async def answer(request: Request) -> Response:
        return Response(content, media_type=kind, headers=HEADERS)

    return answer


def _address(words: str, start: int) -> str:
    query = {name: value for name, value in (("q", words), ("from", max(start, 0))) if value}
    return f"/?{urlencode(query)}" if query else "/"


def _number(text: str | None) -> int:
    return min(int(text), 10_000_000) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0
