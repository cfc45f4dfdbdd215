"""The routers of the desk: every page it shows, over connections that are open."""

from fastapi import APIRouter

from desk.downloads import downloads_router
from desk.order_page import order_page_router
from starter.opening import Opened
from starter.settings import Settings


def routers(opened: Opened, settings: Settings) -> tuple[APIRouter, ...]:
    """The pages for customers: the order page and the downloads."""
    return (order_page_router(opened.pool, opened.vault), downloads_router(opened.pool, settings.files))
