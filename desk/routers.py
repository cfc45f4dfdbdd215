"""The routers of the desk: every page it shows, over connections that are open."""

from fastapi import APIRouter

from desk.customer_look import look_router
from desk.downloads import downloads_router
from desk.link_form import link_form_router
from desk.order_calls import order_calls_router
from desk.order_live import order_live_router
from desk.order_page import order_page_router
from desk.papers import Papers
from desk.staff.routers import staff_routers
from desk.staff.shell import Desk
from desk.store_calls import store_calls_router
from starter.http import bulk, papers, pickups
from starter.http.entrance import Entrance
from starter.opening import Opened
from starter.settings import Settings


def routers(opened: Opened, settings: Settings) -> tuple[APIRouter, ...]:
    """The pages for customers, the order page and the downloads, and those of the staff desk."""
    desk = Desk(
        pool=opened.pool,
        vault=opened.vault,
        front_door=opened.front_door,
        viewer=opened.viewer,
        waiting=opened.waiting,
        settings=settings,
        bulk=opened.bulk,
    )
    entrance = Entrance(opened.pool)
    return (
        look_router(),
        link_form_router(opened.pool, opened.vault, opened.front_door),
        order_live_router(opened.pool, opened.waiting),
        order_page_router(opened.pool, opened.vault),
        downloads_router(opened.pool, settings.files),
        papers.router(Papers(opened.pool, opened.vault), entrance),
        bulk.router(opened.bulk, opened.pool, entrance),
        order_calls_router(opened.pool, opened.vault, settings.public_url, entrance),
        store_calls_router(opened.pool, settings.public_url, entrance),
        pickups.router(opened.pool, opened.vault, entrance),
        *staff_routers(desk),
    )
